import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hour, minute } from '../../base/clock.ts'
import { signTag } from '../../base/signed-token.ts'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { never, only, queue, sent, states } from '../../../test/support/outbox.ts'
import { listAudit } from '../audit/actions.ts'
import { countLetters, listLetters } from './reading-actions.ts'
import { claimLetters, forgetClaims, nextLetterAt, noteOutcome } from './deliver-actions.ts'
import { leaseMs } from './retry.ts'

const later = { outcome: 'retry', answer: '451 not now' } as const

forEachDatabase((_name, open) => {
  const context = async (): Promise<TestContext> => testContext({ db: await open() })

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
})
