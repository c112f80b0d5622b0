import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testContext, testStart, type TestContext } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { message } from '../../../test/support/mail-events.ts'
import { day, hour, minute, second } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import type { MessageEvent } from '../../access/mail-event.ts'
import { formatPrefix, unitOf } from '../../standards/prefix.ts'
import { as, type Context } from '../context.ts'
import { takeEvents } from '../events/actions.ts'
import { listingsBy } from '../listings/engine-actions.ts'
import { Engine } from './engine-actions.ts'
import { knownSender } from './explain-actions.ts'
import { voidSource } from './void-actions.ts'

const honest = Array.from({ length: 40 }, (_, nth) => `192.0.2.${nth + 1}`)
const bad = '198.51.100.9'
/** Senders that only the liar tells of. */
const strangers = Array.from({ length: 20 }, (_, nth) => `2001:db8:${nth + 1}::1`)

/** Two days of wanted mail of each honest sender, and a burst of a bad one. */
function story(): readonly MessageEvent[] {
  const wanted = honest.flatMap((ip) =>
    Array.from({ length: 24 }, (_, nth) => message(ip, testStart - 2 * day + nth * 2 * hour)),
  )
  const burst = Array.from({ length: 30 }, (_, nth) =>
    message(bad, testStart - hour + nth * second, { verdict: 'spam', ptr: 'mail.bad.example' }),
  )
  return [...wanted, ...burst]
}

/** Lies about everybody and some more, half an hour into the hour in which they begin. */
function lies(count: number, from: number): readonly MessageEvent[] {
  const lied = [...honest, ...strangers]
  return Array.from({ length: count }, (_, nth) =>
    message(lied[nth % lied.length] ?? bad, from + nth, {
      verdict: nth % 3 === 0 ? 'phish' : 'spam',
      unknownRecipients: 1,
    }),
  )
}

async function run(ctx: Context): Promise<void> {
  const engine = await Engine.open(ctx)
  while (await engine.step(ctx));
}

async function listed(ctx: TestContext): Promise<readonly (readonly [string, string])[]> {
  const listings = await listingsBy(ctx, { endedSince: ctx.clock.now() + day, ofEngine: true })
  return listings.map(({ prefix, cause }) => [formatPrefix(prefix), cause] as const)
}

async function evidence(ctx: Context): Promise<readonly object[]> {
  const rows = await ctx.db.queries
    .selectFrom('evidence_hours')
    .select(['unit', 'hour', 'source', 'ham', 'spam', 'phish', 'recipients', 'unknown'])
    .orderBy('unit')
    .orderBy('hour')
    .orderBy('source')
    .execute()
  return rows.filter(({ ham, spam, phish, recipients }) => ham + spam + phish + recipients > 0)
}

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  const { open, close } = databases(kind)
  after(close)

  const begun = async (): Promise<TestContext> => {
    const ctx = testContext({ db: await open(), actor: { kind: 'operator', name: 'ada', roles: ['admin'] } })
    await takeEvents(ctx, 'mx1', story())
    await run(ctx)
    return ctx
  }

  describe(`Voiding a source on ${kind}`, () => {
    it('leaves list and evidence as if it had said nothing, after ten thousand lies', async () => {
      const clean = await begun()
      const ctx = await begun()
      const since = testStart + 30 * minute
      // What it said before stays, in the same hour too.
      const truth = honest.slice(0, 3).map((ip) => message(ip, testStart + 10 * minute))
      for (const each of [clean, ctx]) {
        each.clock.advance(20 * minute)
        await takeEvents(each, 'liar', truth)
        await run(each)
        each.clock.advance(40 * minute)
      }
      await takeEvents(ctx, 'liar', lies(10_000, since + minute))
      await run(ctx)
      const lied = await listed(ctx)
      assert.ok(lied.length > 10, 'the lies have an effect')
      assert.ok(!lied.some(([prefix]) => prefix.startsWith('192.0.2.')), 'not on whom somebody else knows')
      const engine = await Engine.open(ctx)

      const answer = await voidSource(ctx, { source: 'liar', since })
      assert.equal(answer.events, 10_000)
      assert.equal(answer.senders, honest.length + strangers.length)
      assert.deepEqual(await listed(ctx), await listed(clean))
      assert.deepEqual(await listed(clean), [[`${bad}/32`, 'spam']])
      assert.deepEqual(await evidence(ctx), await evidence(clean))

      assert.equal(await engine.isCurrent(ctx), false, 'whoever judges has to remember anew')
      await run(ctx)
      await run(clean)
      assert.deepEqual(await listed(ctx), await listed(clean))
      for (const ip of [message(bad, 0), message(honest[5] ?? bad, 0)]) {
        const [lied, told] = [await knownSender(ctx, ip.address), await knownSender(clean, ip.address)]
        assert.deepEqual(
          [lied.grade, lied.recurrence, lied.counts],
          [told.grade, told.recurrence, told.counts],
        )
        assert.equal(lied.standing.kind, told.standing.kind, formatPrefix(unitOf(ip.address)))
      }
    })

    it('keeps whoever was judging meanwhile from writing down what it has heard', async () => {
      const ctx = await begun()
      ctx.clock.advance(hour)
      const engine = await Engine.open(ctx)
      await takeEvents(ctx, 'liar', lies(200, testStart + 40 * minute))
      const before = await evidence(ctx)
      await voidSource(ctx, { source: 'liar', since: testStart })
      await takeEvents(ctx, 'mx2', [message(bad, testStart, { isOurs: true, outcome: 'deferred' })])
      await assert.rejects(
        engine.step(ctx),
        /somebody else has judged/,
        'its place in the events has been taken from it',
      )
      await run(ctx)
      assert.deepEqual(await evidence(ctx), before)
    })

    it('takes out late what is said about earlier hours, and nothing of other sources', async () => {
      const ctx = await begun()
      const before = await evidence(ctx)
      ctx.clock.advance(hour)
      const late = lies(300, testStart - 5 * hour)
      await takeEvents(ctx, 'mx1', late)
      await run(ctx)
      assert.notDeepEqual(await evidence(ctx), before)
      await voidSource(ctx, { source: 'mx1', since: testStart + minute })
      assert.deepEqual(await evidence(ctx), before)
    })

    it('takes old logs out of what old logs counted, and leaves what was told as it happened', async () => {
      const ctx = await begun()
      const told = [message(bad, testStart - 5 * hour + minute, { verdict: 'spam' })]
      await takeEvents(ctx, 'mx2', told)
      await run(ctx)
      const before = await evidence(ctx)
      ctx.clock.advance(hour)
      await takeEvents(ctx, 'mx2', lies(300, testStart - 5 * hour), { backfill: true })
      await takeEvents(
        ctx,
        'mx2',
        Array.from({ length: 9 }, (_, nth) => message(bad, testStart - 5 * hour + nth, { verdict: 'spam' })),
        { backfill: true },
      )
      await run(ctx)
      assert.notDeepEqual(await evidence(ctx), before)
      await voidSource(ctx, { source: 'mx2', since: testStart + minute })
      assert.deepEqual(await evidence(ctx), before)
    })

    it('takes out nothing for events that nobody has counted yet', async () => {
      const ctx = await begun()
      const before = await evidence(ctx)
      ctx.clock.advance(hour)
      await takeEvents(
        ctx,
        'mx1',
        Array.from({ length: 9 }, (_, nth) => message(bad, testStart - hour + nth, { verdict: 'spam' })),
      )
      await voidSource(ctx, { source: 'mx1', since: testStart + minute })
      await run(ctx)
      assert.deepEqual(await evidence(ctx), before)
    })

    it('is for administrators, and about the past', async () => {
      const ctx = await begun()
      const agent = as(ctx, { kind: 'operator', name: 'bob', roles: ['list-operator'] })
      await assert.rejects(
        voidSource(agent, { source: 'mx1', since: testStart }),
        (error) => error instanceof Refusal && error.code === 'permission.denied',
      )
      await assert.rejects(
        voidSource(ctx, { source: 'mx1', since: testStart + day }),
        (error) => error instanceof Refusal && error.code === 'form.invalid',
      )
    })
  })
}
