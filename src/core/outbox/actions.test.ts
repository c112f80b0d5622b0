import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import { signTag } from '../../base/signed-token.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { only, queue, sent, states } from '../../../test/support/outbox.ts'
import { listAudit } from '../audit/actions.ts'
import { transact } from '../context.ts'
import { markBounced, queueLetter, stopLetters } from './actions.ts'
import { claimLetters, noteOutcome } from './deliver-actions.ts'

forEachDatabase((_name, open) => {
  const context = async (): Promise<TestContext> => testContext({ db: await open() })

  describe('queueing a letter', () => {
    it('wakes the sender after the commit, and is audited without mailbox or link', async () => {
      const ctx = await context()
      assert.equal(await queue(ctx), 'queued')
      assert.deepEqual(ctx.woken, ['letters'])
      const [record] = await listAudit(ctx, { limit: 1 })
      assert.equal(record?.action, 'letter.queued')
      assert.doesNotMatch(JSON.stringify(record), /ada|secretsecret/)
    })

    it('makes one letter for one key', async () => {
      const ctx = await context()
      assert.equal(await queue(ctx, 'ada@example.org', 'confirm:1'), 'queued')
      assert.equal(await queue(ctx, 'ada@example.org', 'confirm:1'), 'queued')
      assert.equal((await states(ctx)).length, 1)
    })

    it('makes one letter for one key when two ask at once', async () => {
      const db = await open()
      const contexts = [testContext({ db }), testContext({ db: await open({ sameAs: db }) })]
      const answers = await Promise.all(
        contexts.map(async (ctx) => await queue(ctx, 'ada@example.org', 'confirm:1')),
      )
      assert.deepEqual(answers, ['queued', 'queued'])
      const [ctx] = contexts
      assert.ok(ctx)
      assert.equal((await states(ctx)).length, 1)
    })

    it('stops at three a day for a mailbox, however it is spelt, and counts nothing more', async () => {
      const ctx = await context()
      for (const mailbox of ['ada@example.org', 'ADA@example.org', 'a.da+tag@EXAMPLE.org'])
        assert.equal(await queue(ctx, mailbox), 'queued')
      assert.equal(await queue(ctx, 'ada@example.org'), 'over-budget')
      assert.equal(await queue(ctx, 'bob@example.org'), 'queued')
      ctx.clock.advance(24 * hour)
      assert.equal(await queue(ctx, 'ada@example.org'), 'queued')
      assert.equal((await states(ctx)).length, 5)
    })

    it('never makes more than three a day or ten a month for a mailbox, whenever it is asked', async () => {
      const ctx = await context()
      const times: number[] = []
      for (let step = 0; step < 200; step++) {
        if ((await queue(ctx)) === 'queued') times.push(ctx.clock.now())
        ctx.clock.advance(5 * hour)
      }
      const within = (ms: number): number =>
        Math.max(...times.map((end) => times.filter((at) => at <= end && at > end - ms).length))
      assert.equal(within(24 * hour), 3)
      assert.equal(within(30 * 24 * hour), 10)
    })

    it('refuses words of strangers', async () => {
      const ctx = await context()
      const evil = transact(
        ctx,
        async (tx) =>
          await queueLetter(tx, {
            key: 'x',
            kind: 'delisting-done',
            mailbox: orThrow(parseMailbox('ada@example.org')),
            language: 'en',
            slots: { ip: '192.0.2.45', when: 0, statusUrl: 'https://evil.example/' },
          }),
      )
      await assert.rejects(evil, /canonical/)
    })

    it('leaves no link lying open in the database', async () => {
      const ctx = await context()
      await queue(ctx)
      const rows = await ctx.db.queries
        .selectFrom('letters')
        .select(['id', 'key', 'slots', 'mailbox'])
        .execute()
      assert.doesNotMatch(JSON.stringify(rows), /secretsecret/)
      await noteOutcome(ctx, await only(ctx), sent)
      const [row] = await ctx.db.queries.selectFrom('letters').select('slots').execute()
      assert.equal(row?.slots, '')
    })
  })

  describe('a letter that came back', () => {
    it('stops further ones for 30 days, once, and only with our tag', async () => {
      const ctx = await context()
      await queue(ctx)
      const letter = await only(ctx)
      await noteOutcome(ctx, letter, sent)
      const tag = signTag(ctx.keys.tags, 'bounce', letter.id)
      assert.equal(await markBounced(ctx, `${letter.id}.${'0'.repeat(20)}`), false)
      assert.equal(await markBounced(ctx, signTag(ctx.keys.tags, 'delist', letter.id)), false)
      assert.equal(await markBounced(ctx, tag.toUpperCase()), true)
      assert.equal(await markBounced(ctx, tag), false)
      assert.deepEqual(await states(ctx), ['bounced'])
      assert.equal(await queue(ctx, 'ADA@EXAMPLE.org'), 'suppressed')
      ctx.clock.advance(30 * 24 * hour)
      assert.equal(await queue(ctx), 'queued')
    })
  })

  describe('a mailbox that is like another', () => {
    it('keeps no letters from it, by STOP or by a bounce: anybody could have, or type, one with a tag or other dots', async () => {
      const ctx = await context()
      for (const mailbox of ['ada+nobody@example.org', 'a.da@example.org']) {
        await queue(ctx, mailbox)
        const letter = await only(ctx)
        await noteOutcome(ctx, letter, sent)
        const tag = signTag(ctx.keys.tags, 'bounce', letter.id)
        assert.equal(mailbox.includes('+') ? await markBounced(ctx, tag) : await stopLetters(ctx, tag), true)
        assert.equal(await queue(ctx, mailbox), 'suppressed')
      }
      assert.equal(await queue(ctx, 'ada@example.org'), 'queued')
      // The budget of letters is one for all of them, however they are spelled.
      assert.equal(await queue(ctx, 'ad.a@example.org'), 'over-budget')
    })

    it('was one with it in older versions: what these noted holds until it ends', async () => {
      const ctx = await context()
      const hash = mac(ctx.keys.hashes, 'mailbox\0ada@example.org').toString('base64url')
      const row = { mailbox_hash: hash, why: 'stop', until_at: ctx.clock.now() + hour }
      await ctx.db.queries.insertInto('suppressions').values(row).execute()
      assert.equal(await queue(ctx, 'a.da+x@example.org'), 'suppressed')
      ctx.clock.advance(hour)
      assert.equal(await queue(ctx, 'a.da+x@example.org'), 'queued')
    })
  })

  describe('STOP', () => {
    it('ends letters to the mailbox for 90 days, those that wait too', async () => {
      const ctx = await context()
      await queue(ctx)
      const letter = await only(ctx)
      await noteOutcome(ctx, letter, sent)
      await queue(ctx)
      const tag = signTag(ctx.keys.tags, 'bounce', letter.id)
      assert.equal(await stopLetters(ctx, tag), true)
      assert.deepEqual(await claimLetters(ctx, 10), [])
      assert.equal(await queue(ctx), 'suppressed')
      assert.equal(await queue(ctx, 'bob@example.org'), 'queued')
      // Nor under a tag that somebody else puts to the name.
      assert.equal(await queue(ctx, 'ada+1@example.org'), 'suppressed')
      ctx.clock.advance(90 * 24 * hour - 1)
      assert.equal(await queue(ctx), 'suppressed')
      ctx.clock.advance(1)
      assert.equal(await queue(ctx), 'queued')
    })

    it('by a forged tag, or one for another purpose, does nothing', async () => {
      const ctx = await context()
      await queue(ctx)
      const letter = await only(ctx)
      await noteOutcome(ctx, letter, sent)
      assert.equal(await stopLetters(ctx, `${letter.id}.${'0'.repeat(20)}`), false)
      assert.equal(await stopLetters(ctx, signTag(ctx.keys.tags, 'delist', letter.id)), false)
      assert.equal(await queue(ctx), 'queued')
    })

    it('is not made shorter by a bounce', async () => {
      const ctx = await context()
      await queue(ctx)
      const letter = await only(ctx)
      await noteOutcome(ctx, letter, sent)
      const tag = signTag(ctx.keys.tags, 'bounce', letter.id)
      await stopLetters(ctx, tag)
      await markBounced(ctx, tag)
      ctx.clock.advance(60 * 24 * hour)
      assert.equal(await queue(ctx), 'suppressed')
    })

    it('stores no mailbox', async () => {
      const ctx = await context()
      await queue(ctx)
      const letter = await only(ctx)
      await stopLetters(ctx, signTag(ctx.keys.tags, 'bounce', letter.id))
      const rows = await ctx.db.queries.selectFrom('suppressions').select(['mailbox_hash', 'why']).execute()
      assert.deepEqual(
        rows.map(({ why }) => why),
        ['stop'],
      )
      assert.match(rows[0]?.mailbox_hash ?? '', /^[\w-]{43}$/)
    })
  })
})
