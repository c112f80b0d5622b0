import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { fixedClock, systemClock } from '../src/base/clock.ts'
import { silentLog } from '../src/base/log.ts'
import { orThrow } from '../src/base/refusal.ts'
import { intakeActions } from '../src/core-actions.ts'
import { examineDue } from '../src/core/abuse/examine-actions.ts'
import { as } from '../src/core/context.ts'
import { reportsOfIncident } from '../src/core/abuse/desk-actions.ts'
import { countIncidents, listIncidents, showIncident } from '../src/core/incidents/actions.ts'
import { migrate } from '../src/db/migrate.ts'
import { openDatabase } from '../src/db/open.ts'
import { openIntake } from '../src/intake/intake.ts'
import { openParsePool } from '../src/intake/parse-pool.ts'
import { routesOf } from '../src/intake/route.ts'
import { BareClient, dkimRecord, loopback, testDns } from '../src/intake/test-intake.ts'
import { parsePrefix } from '../src/standards/prefix.ts'
import { campaign, floodSettings } from '../test/support/abuse-flood.ts'
import { testContext, testStart } from '../test/support/context.ts'
import { quantile } from '../test/support/policy-client.ts'

/**
 * Reports of abuse about one campaign, through SMTP into the embedded database on a disk: how many a second are durable (250), how many
 * a second are then read in the parse pool, traced and counted, how long the desk's pages wait for the database meanwhile, and that they are
 * one incident. Made ready beforehand, so that the
 * sender's signatures are not measured. One JSON object a line: figure, unit, value, bar, ok.
 *
 * node bench/intake.ts [--reports 2000] [--connections 8]
 */
const { values: flags } = parseArgs({
  options: { reports: { type: 'string', default: '2000' }, connections: { type: 'string', default: '8' } },
})
const reports = Number(flags.reports)
const connections = Number(flags.connections)
/** Reports that are signed and held in memory at once. */
const batch = 2000

let isGood = true

function print(figure: string, unit: string, value: number, bar?: number): void {
  const ok = bar === undefined || value === bar
  isGood &&= ok
  const line = { figure, unit, value: Math.round(value * 10) / 10, ...(bar === undefined ? {} : { bar, ok }) }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const folder = mkdtempSync(join(tmpdir(), 'postern-bench-intake-'))
const db = await openDatabase('sqlite', { file: join(folder, 'postern.sqlite') })
await migrate(db, { now: 0 })
const ctx = testContext({ db, settings: floodSettings(reports), clock: fixedClock(testStart) })
const dns = testDns({ 's1._domainkey.provider.example': dkimRecord, 's1._domainkey.example.org': dkimRecord })
const intake = await openIntake({
  smtp: { host: '127.0.0.1', port: 0 },
  name: 'postern.provider.example',
  site: ctx.settings.provider.site,
  routes: routesOf(ctx.settings),
  trust: [loopback],
  networks: [orThrow(parsePrefix('203.0.113.0/24'))],
  desk: { domains: ['provider.example'], abuse: 'abuse@provider.example' },
  actions: intakeActions(ctx, 'mailto:postmaster@provider.example', folder),
  lookup: dns,
  mx: async () => [],
  clock: systemClock(),
  log: silentLog,
  limits: { messagesPerMinute: reports + 1000 },
})
const port = intake.smtp && 'port' in intake.smtp ? intake.smtp.port : 0
const { report } = await campaign(ctx, 'ann@provider.example', reports)

let durableMs = 0
for (let from = 0; from < reports; from += batch) {
  const ready: Buffer[] = []
  for (let index = from; index < Math.min(reports, from + batch); index++) ready.push(await report(index))
  const begun = performance.now()
  await Promise.all(Array.from({ length: connections }, async () => await sendAll(ready)))
  durableMs += performance.now() - begun
}
print(`reports by SMTP over ${connections} connections, durable`, 'reports/s', reports / (durableMs / 1000))

const examiner = openParsePool({ lookup: dns, log: silentLog, clock: systemClock(), size: 1 })
const system = as(ctx, { kind: 'system', name: 'examine-reports' })
const begun = performance.now()
const desk = askTheDesk()
while ((await examineDue(system, { examiner, forward: async () => undefined }, 100)) > 0);
print(
  'reports read, traced and counted, one process',
  'reports/s',
  reports / ((performance.now() - begun) / 1000),
)
const waits = await desk.stop()
print('queue and incident of the desk meanwhile, median', 'ms', quantile(waits, 0.5))
print('queue and incident of the desk meanwhile, p99', 'ms', quantile(waits, 0.99))
const incidents = [...(await countIncidents(ctx)).values()].reduce((sum, count) => sum + count, 0)
print(`incidents of ${reports} reports about one campaign`, 'incidents', incidents, 1)
print('memory of this process', 'MiB', process.memoryUsage().rss / 1024 / 1024)

examiner.close()
await intake.close()
await db.close()
rmSync(folder, { recursive: true })
process.exit(isGood ? 0 : 1)

/** Somebody at the desk, who looks at the queue and at its first incident ten times a second; milliseconds of each look. */
function askTheDesk(): { stop(): Promise<number[]> } {
  const waits: number[] = []
  let isOver = false
  const asking = (async () => {
    while (!isOver) {
      const begun = performance.now()
      const { incidents } = await listIncidents(ctx, {
        states: ['open', 'notified', 'suspended', 'escalated'],
        limit: 50,
      })
      const [first] = incidents
      if (first) {
        await showIncident(ctx, first.id)
        await reportsOfIncident(ctx, first.id)
      }
      waits.push(performance.now() - begun)
      await sleep(100)
    }
  })()
  return {
    stop: async () => {
      isOver = true
      await asking
      return waits
    },
  }
}

async function sendAll(ready: Buffer[]): Promise<void> {
  const client = new BareClient({ port })
  await client.greet('mx.example.org')
  for (let raw = ready.pop(); raw !== undefined; raw = ready.pop()) {
    await client.command('XFORWARD ADDR=192.0.2.45')
    const answer = await client.mail('fbl@example.org', 'abuse@provider.example', raw)
    if (!answer.startsWith('250 ')) throw new Error(answer)
  }
  client.send('QUIT\r\n')
}
