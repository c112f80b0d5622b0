import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testContext, testStart, type TestContext } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { message } from '../../../test/support/mail-events.ts'
import { day, hour, minute } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { listAudit } from '../audit/actions.ts'
import { as } from '../context.ts'
import { takeEvents } from '../events/actions.ts'
import { DryRuns, type DryRunState } from './dry-run-actions.ts'
import { Engine } from './engine-actions.ts'

const bad = '192.0.2.45'
const mixed = '198.51.100.9'

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  const { open, close } = databases(kind)
  after(close)

  /** Six hours in which one sender sends nothing wanted, and one as much as not. */
  const begun = async (): Promise<TestContext> => {
    const ctx = testContext({
      db: await open(),
      actor: { kind: 'operator', name: 'ada', roles: ['list-operator'] },
    })
    for (let nth = 0; nth < 6; nth++) {
      ctx.clock.advance(hour)
      const now = ctx.clock.now()
      const events = Array.from({ length: 20 }, (_, at) => [
        message(bad, now - (19 - at) * minute, { verdict: 'spam' }),
        message(mixed, now - (19 - at) * minute, { verdict: at % 2 === 0 ? 'ham' : 'spam' }),
      ])
      await takeEvents(ctx, 'mx1', events.flat())
    }
    const engine = await Engine.open(ctx)
    while (await engine.step(ctx));
    return ctx
  }

  const run = async (ctx: TestContext, changes: DryRunState['wish']['changes']): Promise<DryRunState> => {
    const runs = new DryRuns()
    await runs.start(ctx, { days: 7, changes })
    await runs.settled()
    const state = runs.show(ctx)
    assert.ok(state)
    return state
  }

  describe(`A dry run on ${kind}`, () => {
    it('finds no difference where nothing is changed', async () => {
      const { state, result } = await run(await begun(), {})
      assert.equal(state, 'done')
      assert.equal(result?.messages, 240)
      assert.deepEqual([result?.hitCount, result?.freedCount], [0, 0])
      assert.deepEqual(result?.now, result?.tried)
    })

    it('names who would be refused and who freed, and changes nothing', async () => {
      const ctx = await begun()
      const before = await ctx.db.queries.selectFrom('evidence_hours').selectAll().execute()
      const strict = await run(ctx, {
        badLine: 0.2,
        suspectShare: 0.1,
        suspectBudget: 1_000_000,
        greyShare: 1,
      })
      assert.ok(strict.result?.hit.some(({ unit, tried }) => unit === `${mixed}/32` && tried.refused > 0))
      const lax = await run(ctx, {
        badLine: 1,
        newBudget: 10_000,
        doubtBudget: 10_000,
        suspectBudget: 10_000,
        strangerBudget: 10_000,
        suspectShare: 1,
        greyShare: 1,
      })
      assert.deepEqual(
        lax.result?.freed.map(({ unit, tried }) => [unit, tried.deferred + tried.refused]).toSorted(),
        [
          [`${bad}/32`, 0],
          [`${mixed}/32`, 0],
        ],
      )
      assert.deepEqual(await ctx.db.queries.selectFrom('evidence_hours').selectAll().execute(), before)
    })

    it('is audited, runs once at a time, and stops when it is cancelled', async () => {
      const ctx = await begun()
      const runs = new DryRuns()
      await runs.start(ctx, { days: 1, changes: { badLine: 0.5 } })
      await assert.rejects(
        runs.start(ctx, { days: 1, changes: {} }),
        (error) => error instanceof Refusal && error.code === 'reputation.dry-run-busy',
      )
      await runs.cancel(ctx)
      await runs.settled()
      assert.equal(runs.show(ctx)?.state, 'cancelled')
      const records = await listAudit(ctx, { subject: 'reputation', limit: 10 })
      assert.deepEqual(
        records.map(({ action }) => action),
        ['reputation.dry-run-cancelled', 'reputation.dry-run'],
      )
      assert.deepEqual(records.at(-1)?.facts, { days: 1, badLine: 0.5 })
    })

    it('begins with what was known before its days: a long good sender is no stranger in it', async () => {
      const ctx = testContext({
        db: await open(),
        actor: { kind: 'operator', name: 'ada', roles: ['list-operator'] },
      })
      const good = '192.0.2.77'
      for (let nth = 0; nth < 5; nth++) {
        const now = ctx.clock.now()
        const mail = Array.from({ length: 20 }, (_, at) =>
          message(good, now - at * minute, { ptr: 'mx.good.example' }),
        )
        await takeEvents(ctx, 'mx1', mail)
        const judge = await Engine.open(ctx)
        while (await judge.step(ctx));
        ctx.clock.advance(day)
      }
      const now = ctx.clock.now()
      // More at once than any new sender may send, and nothing that anybody has judged.
      const burst = Array.from({ length: 90 }, (_, at) =>
        message(good, now - at * 1000, { ptr: 'mx.good.example', verdict: undefined }),
      )
      await takeEvents(ctx, 'mx1', burst)
      const engine = await Engine.open(ctx)
      while (await engine.step(ctx));
      const runs = new DryRuns()
      await runs.start(ctx, { days: 1, changes: { newBudget: 5 } })
      await runs.settled()
      const result = runs.show(ctx)?.result
      assert.ok(result && result.messages >= 90)
      assert.deepEqual([result.now.deferred, result.tried.deferred], [0, 0])
    })

    it('leaves out what came before its days', async () => {
      const ctx = await begun()
      ctx.clock.advance(2 * day)
      const runs = new DryRuns()
      await runs.start(ctx, { days: 1, changes: {} })
      await runs.settled()
      assert.equal(runs.show(ctx)?.result?.messages, 0)
      assert.ok(ctx.clock.now() > testStart)
    })

    it('refuses days and thresholds that cannot be, and readers', async () => {
      const ctx = await begun()
      const runs = new DryRuns()
      for (const wish of [
        { days: 8, changes: {} },
        { days: 1, changes: { badLine: -1 } },
      ])
        await assert.rejects(
          runs.start(ctx, wish),
          (error) => error instanceof Refusal && error.code === 'form.invalid',
        )
      const reader = as(ctx, { kind: 'operator', name: 'rosa', roles: ['viewer'] })
      assert.throws(
        () => runs.show(reader),
        (error) => error instanceof Refusal && error.code === 'permission.denied',
      )
    })
  })
}
