import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { receiveReport } from '../src/core/abuse/actions.ts'
import { closeIncident, closeReportsDue, countReports } from '../src/core/abuse/desk-actions.ts'
import { examineDue } from '../src/core/abuse/examine-actions.ts'
import { verifyChain } from '../src/core/audit/actions.ts'
import { as } from '../src/core/context.ts'
import { countIncidents, listIncidents } from '../src/core/incidents/actions.ts'
import { openParsePool } from '../src/intake/parse-pool.ts'
import { dkimRecord, testDns } from '../src/intake/test-intake.ts'
import { minute, systemClock } from '../src/base/clock.ts'
import { inParallel } from '../src/base/in-parallel.ts'
import { silentLog } from '../src/base/log.ts'
import { campaign, floodSettings } from './support/abuse-flood.ts'
import { testContext, type TestContext } from './support/context.ts'
import { forEachDatabase } from './support/database.ts'
import { deskVisitor } from './support/desk-visitor.ts'
import { quantile } from './support/policy-client.ts'

/** `POSTERN_FLOOD_COUNT=50000` for the whole flood, on the embedded database; the other gets 2,000 at most. */
const wanted = Number(process.env['POSTERN_FLOOD_COUNT'] ?? 150)

/** Connections that reports come over. */
const atOnce = 16

/** No page waits longer, however busy the machine is otherwise: nothing that a flood leads to holds the process for its whole length. */
const worstMs = 10_000

/** With the first reports the incident is closed, so that nobody waits for the last of them; each is closed once. */
async function closesAll(ctx: TestContext, incident: string, reports: number): Promise<void> {
  await closeIncident(ctx, { incident, outcome: 'acted' })
  const openThen = (await countReports(ctx)).find(({ state }) => state === 'examining')?.count ?? 0
  assert.ok(openThen > 0, 'not all at once')
  const system = as(ctx, { kind: 'system', name: 'examine-reports' })
  while ((await closeReportsDue(system)) > 0);
  assert.deepEqual(
    (await countReports(ctx)).map(({ state, outcome, count }) => [state, outcome, count]),
    [['closed', 'acted', reports]],
  )
  const closings = await ctx.db.queries
    .selectFrom('audit_records')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('action', '=', 'report.closed')
    .executeTakeFirstOrThrow()
  assert.equal(Number(closings.count), reports)
  const reporters = await ctx.db.queries.selectFrom('abuse_reporters').select('agreed').execute()
  assert.deepEqual(
    // The mailbox as it is written, and as what it counts.
    reporters.map(({ agreed }) => agreed),
    [reports, reports],
  )
  assert.equal((await verifyChain(ctx)).broken, undefined)
}

forEachDatabase((name, open) => {
  const reports = name === 'SQLite' ? wanted : Math.min(2000, wanted)
  describe('A flood of reports about one campaign', { timeout: 60_000 + reports * 100 }, () => {
    it('becomes one incident, with every report in it and one entry for each recipient, while the desk answers', async (t) => {
      const ctx = testContext({ db: await open(), settings: floodSettings(reports) })
      const intake = as(ctx, { kind: 'system', name: 'intake' })
      const system = as(ctx, { kind: 'system', name: 'examine-reports' })
      const { report } = await campaign(ctx, 'ann@provider.example', reports)
      const dns = testDns({
        's1._domainkey.provider.example': dkimRecord,
        's1._domainkey.example.org': dkimRecord,
      })
      const examiner = openParsePool({ lookup: dns, log: silentLog, clock: systemClock(), size: 1 })
      const desk = deskVisitor(ctx)
      const looking = desk.begin()
      try {
        const numbers = Array.from({ length: reports }, (_, index) => index)
        await inParallel(numbers, atOnce, async (index) => {
          const raw = await report(index)
          const envelope = {
            client: '192.0.2.45',
            mailFrom: 'fbl@example.org',
            recipient: 'abuse@provider.example',
          }
          await receiveReport(intake, { channel: 'mail', shape: 'message', raw, envelope })
        })
        while ((await examineDue(system, { examiner, forward: async () => undefined }, 100)) > 0);
        // Where there are many, the last ones are weighed within a minute.
        ctx.clock.advance(minute)
        await examineDue(system, { examiner, forward: async () => undefined }, 100)
      } finally {
        examiner.close()
      }
      const counts = await countIncidents(ctx)
      assert.equal(
        [...counts.values()].reduce((sum, count) => sum + count, 0),
        1,
      )
      const states = ['open', 'notified', 'suspended', 'escalated'] as const
      const [incident] = (await listIncidents(ctx, { states, limit: 2 })).incidents
      assert.deepEqual([incident?.account, incident?.weight.reports], ['ann@provider.example', reports])
      assert.deepEqual(
        (await countReports(ctx)).map(({ state, count }) => [state, Number(count)]),
        [['examining', reports]],
      )
      await closesAll(ctx, incident?.id ?? '', reports)
      const waits = [...(await looking.stop()), ...(await desk.lookAround())]
      t.diagnostic(
        `${reports} reports on ${name}; ${waits.length} pages of the desk meanwhile: p50 ${quantile(waits, 0.5).toFixed(0)} ms, ` +
          `p99 ${quantile(waits, 0.99).toFixed(0)} ms, worst ${Math.max(...waits).toFixed(0)} ms`,
      )
      assert.ok(Math.max(...waits) < worstMs)
    })
  })
})
