import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import { signTag } from '../../base/signed-token.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { listAudit } from '../audit/actions.ts'
import type { Role } from '../actor.ts'
import { as, transact } from '../context.ts'
import { markBounced, queueLetter, retryLetter, stopLetters } from './actions.ts'
import { countLetters, listLetters, openLetter, showLetter } from './reading-actions.ts'
import {
  claimLetters,
  forgetClaims,
  nextLetterAt,
  noteOutcome,
  type ClaimedLetter,
} from './deliver-actions.ts'
import { leaseMs } from './retry.ts'

const hour = 3_600_000
const minute = 60_000
const sent = { outcome: 'sent', answer: '250 ok' } as const
const later = { outcome: 'retry', answer: '451 not now' } as const
const never = { outcome: 'refused', answer: '550 no' } as const

let made = 0
async function queue(
  ctx: TestContext,
  mailbox = 'ada@example.org',
  key = `confirm:${++made}`,
): Promise<string> {
  return await transact(
    ctx,
    async (tx) =>
      await queueLetter(tx, {
        key,
        kind: 'confirm-delisting',
        mailbox: orThrow(parseMailbox(mailbox)),
        language: 'en',
        slots: {
          ip: '192.0.2.45',
          link: 'https://postmaster.provider.example/confirm/secretsecret',
          expiresAt: ctx.clock.now() + hour,
        },
        expiresAt: ctx.clock.now() + hour,
      }),
  )
}

async function only(ctx: TestContext): Promise<ClaimedLetter> {
  const claimed = await claimLetters(ctx, 10)
  const [letter] = claimed
  assert.ok(letter && claimed.length === 1)
  return letter
}

async function states(ctx: TestContext): Promise<string[]> {
  return (await listLetters(ctx, { limit: 100 })).letters.map(({ state }) => state)
}

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

  describe('sending a letter', () => {
    it('gives one recipient, a bounce address of its own, and a Message-ID that stays', async () => {
      const ctx = await context()
      await queue(ctx)
      const { mail, id } = await only(ctx)
      const tag = signTag(ctx.keys.tags, 'bounce', id)
      assert.deepEqual(mail.envelope, { from: `b+${tag}@postern.provider.example`, to: 'ada@example.org' })
      assert.equal(mail.replyTo, mail.envelope.from)
      assert.deepEqual(mail.from, { name: 'Example Mail', address: 'postmaster@provider.example' })
      assert.deepEqual(mail.headers, {
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
      })
      assert.match(mail.text, /^https:\/\/postmaster\.provider\.example\/confirm\/secretsecret$/m)
      ctx.clock.advance(3 * minute)
      assert.equal((await only(ctx)).mail.messageId, mail.messageId)
    })

    it('is one sender’s at a time, and another’s when the first has died', async () => {
      const ctx = await context()
      await queue(ctx)
      const first = await only(ctx)
      assert.deepEqual(await claimLetters(ctx, 10), [])
      ctx.clock.advance(2 * minute)
      const second = await only(ctx)
      assert.equal(second.id, first.id)
      assert.equal(await noteOutcome(ctx, first, sent), false)
      assert.equal(await noteOutcome(ctx, second, sent), true)
      assert.deepEqual(await states(ctx), ['sent'])
    })

    it('is shared by two cores without a letter going to both', async () => {
      const db = await open()
      const contexts = [testContext({ db }), testContext({ db: await open({ sameAs: db }) })]
      const [ctx] = contexts
      assert.ok(ctx)
      for (let n = 0; n < 20; n++) await queue(ctx, `m${n}@example.org`)
      const claims = await Promise.all(
        [0, 1, 0, 1].map(async (index) => await claimLetters(contexts[index] ?? ctx, 20)),
      )
      const ids = claims.flat().map(({ id }) => id)
      assert.equal(new Set(ids).size, ids.length)
      assert.equal(ids.length, 20)
    })

    it('begins at once again when the core that had a letter in hand starts anew', async () => {
      const ctx = await context()
      await queue(ctx)
      await only(ctx)
      await forgetClaims(ctx)
      assert.equal((await only(ctx)).attempts, 2)
    })

    it('leaves a letter that another core has in hand to that one until its lease ends', async () => {
      const ctx = await context()
      const other = testContext({ db: ctx.db, clock: ctx.clock, core: 'another' })
      await queue(ctx)
      await only(ctx)
      await forgetClaims(other)
      assert.deepEqual(await claimLetters(other, 10), [])
      ctx.clock.advance(leaseMs - 1)
      assert.deepEqual(await claimLetters(other, 10), [])
      ctx.clock.advance(1)
      assert.equal((await only(other)).attempts, 2)
      // It is the other's now, and no business of the first.
      await forgetClaims(ctx)
      assert.deepEqual(await claimLetters(ctx, 10), [])
    })

    it('waits longer after each failure, and gives up before its time has passed', async () => {
      const ctx = await context()
      await queue(ctx)
      const pauses: number[] = []
      for (;;) {
        await noteOutcome(ctx, await only(ctx), later)
        const next = await nextLetterAt(ctx)
        if (next === undefined) break
        pauses.push(next - ctx.clock.now())
        ctx.clock.advance(next - ctx.clock.now())
      }
      assert.ok(pauses.length >= 5 && pauses.length <= 8)
      for (const [index, pause] of pauses.entries()) {
        const middle = Math.min(hour, 30_000 * 2 ** index)
        assert.ok(pause >= middle * 0.75 && pause <= middle * 1.25)
      }
      const { letters } = await listLetters(ctx, { state: 'dead', limit: 1 })
      assert.equal(letters[0]?.lastError, '451 not now')
    })

    it('gives up at once what is refused for ever', async () => {
      const ctx = await context()
      await queue(ctx)
      await noteOutcome(ctx, await only(ctx), never)
      assert.deepEqual(await countLetters(ctx), { queued: 0, dead: 1 })
    })

    it('never sends a letter after its time', async () => {
      const ctx = await context()
      await queue(ctx)
      ctx.clock.advance(hour)
      assert.deepEqual(await claimLetters(ctx, 10), [])
      assert.deepEqual(await states(ctx), ['dead'])
    })

    it('is audited once, by what became of it', async () => {
      const ctx = await context()
      await queue(ctx)
      await noteOutcome(ctx, await only(ctx), later)
      ctx.clock.advance(minute)
      await noteOutcome(ctx, await only(ctx), sent)
      const actions = (await listAudit(ctx, { limit: 10 })).map(({ action }) => action)
      assert.deepEqual(actions, ['letter.sent', 'letter.queued'])
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

  describe('the outbox page', () => {
    it('lists newest first, in pages and by state', async () => {
      const ctx = await context()
      for (let n = 0; n < 5; n++) {
        await queue(ctx, `m${n}@example.org`)
        if (n % 2) ctx.clock.advance(1)
      }
      const seen: string[] = []
      let after: string | undefined
      for (;;) {
        const page = await listLetters(ctx, { limit: 2, after })
        seen.push(...page.letters.map(({ id }) => id))
        after = page.next
        if (after === undefined) break
      }
      assert.equal(new Set(seen).size, 5)
      assert.equal((await listLetters(ctx, { state: 'sent', limit: 9 })).letters.length, 0)
      assert.deepEqual(
        await listLetters(ctx, { limit: 9, after: 'nonsense' }),
        await listLetters(ctx, { limit: 9 }),
      )
    })

    it('shows the words of a letter that is kept, and of no other', async () => {
      const ctx = await context()
      await queue(ctx)
      const letter = await only(ctx)
      assert.equal((await showLetter(ctx, letter.id)).text, undefined)
      await noteOutcome(ctx, letter, { outcome: 'kept', answer: '' })
      const { text } = await showLetter(ctx, letter.id)
      assert.match(text?.text ?? '', /192\.0\.2\.45/)
      // With the link one acts in the place of its reader.
      assert.doesNotMatch(text?.text ?? '', /secretsecret/)
      await assert.rejects(
        showLetter(ctx, 'x'),
        (error) => error instanceof Refusal && error.code === 'letter.not-found',
      )
    })

    it('shows the link of a kept letter to an administrator who opens it, and writes that down', async () => {
      const ctx = await context()
      await queue(ctx)
      const letter = await only(ctx)
      await noteOutcome(ctx, letter, { outcome: 'kept', answer: '' })
      const agents = ['viewer', 'case-agent', 'abuse-agent', 'list-operator', 'auditor'] as const
      for (const role of agents)
        await assert.rejects(
          openLetter(as(ctx, { kind: 'operator', name: 'ada', roles: [role] }), letter.id),
          (error) => error instanceof Refusal && error.code === 'permission.denied',
          role,
        )
      const admin = as(ctx, { kind: 'operator', name: 'alan', roles: ['admin'] })
      assert.match((await openLetter(admin, letter.id)).text?.text ?? '', /secretsecret/)
      const [record] = await listAudit(ctx, { limit: 1 })
      assert.deepEqual(
        [record?.action, record?.actor, record?.subject],
        ['letter.viewed', 'operator:alan', `letter:${letter.id}`],
      )
    })

    it('says to nobody whom a letter was for who has nothing to do with what it is about', async () => {
      const ctx = await context()
      const mailbox = orThrow(parseMailbox('reporter@example.org'))
      const link = 'https://postmaster.provider.example/report/secretsecret'
      await transact(
        ctx,
        async (tx) =>
          await queueLetter(tx, {
            key: 'r',
            kind: 'report-received',
            mailbox,
            language: 'en',
            slots: { link },
          }),
      )
      const seenBy = async (role: Role) => {
        const reader = as(ctx, { kind: 'operator', name: 'ada', roles: [role] })
        const [letter] = (await listLetters(reader, { limit: 1 })).letters
        const shown = await showLetter(reader, letter?.id ?? '')
        assert.deepEqual(shown.letter, letter)
        return [letter?.mailbox, letter?.withheld]
      }
      assert.deepEqual(await seenBy('viewer'), [null, 'role'])
      assert.deepEqual(await seenBy('case-agent'), [null, 'role'])
      assert.deepEqual(await seenBy('abuse-agent'), [mailbox, null])
    })

    it('sends a letter again that was given up, but none whose time has passed or that was sent', async () => {
      const ctx = await context()
      await queue(ctx)
      const letter = await only(ctx)
      const final = (error: unknown): boolean => error instanceof Refusal && error.code === 'letter.final'
      await assert.rejects(retryLetter(ctx, letter.id), final)
      await noteOutcome(ctx, letter, never)
      await retryLetter(ctx, letter.id)
      assert.equal((await only(ctx)).attempts, 1)
      ctx.clock.advance(2 * hour)
      await claimLetters(ctx, 1)
      await assert.rejects(retryLetter(ctx, letter.id), final)
    })

    it('is for operators; sending again needs an agent', async () => {
      const ctx = await context()
      await queue(ctx)
      const reader = as(ctx, { kind: 'operator', name: 'ada', roles: ['viewer'] })
      const { letters } = await listLetters(reader, { limit: 1 })
      await assert.rejects(
        retryLetter(reader, letters[0]?.id ?? ''),
        (error) => error instanceof Refusal && error.code === 'permission.denied',
      )
      await assert.rejects(
        listLetters(as(ctx, { kind: 'visitor', client: '192.0.2.1/32' }), { limit: 1 }),
        Refusal,
      )
    })
  })
})
