import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SMTPServer } from 'smtp-server'
import { fixedClock, systemClock } from '../src/base/clock.ts'
import { silentLog } from '../src/base/log.ts'
import { orThrow } from '../src/base/refusal.ts'
import { closeIncident, closeReportsDue } from '../src/core/abuse/desk-actions.ts'
import { examineDue } from '../src/core/abuse/examine-actions.ts'
import { as } from '../src/core/context.ts'
import { intakeActions } from '../src/core-actions.ts'
import { countIncidents, listIncidents } from '../src/core/incidents/actions.ts'
import { incidentStates } from '../src/core/incidents/incident.ts'
import { migrate } from '../src/db/migrate.ts'
import { openDatabase } from '../src/db/open.ts'
import { openIntake } from '../src/intake/intake.ts'
import { openParsePool } from '../src/intake/parse-pool.ts'
import { usageOf } from '../src/intake/process-usage.ts'
import { routesOf } from '../src/intake/route.ts'
import { BareClient, dkimRecord, loopback, testDns } from '../src/intake/test-intake.ts'
import { parsePrefix } from '../src/standards/prefix.ts'
import { campaign, floodSettings } from '../test/support/abuse-flood.ts'
import { testContext, testStart } from '../test/support/context.ts'
import { deskVisitor } from '../test/support/desk-visitor.ts'
import { quantile } from '../test/support/policy-client.ts'

/**
 * Reports of abuse about one campaign, through SMTP into the embedded database on a disk: how many a second are durable (250), beside a
 * server that does nothing but keep each in a file of its own; how many a second are then read in the parse pool, traced and counted, and
 * what processor time one costs; how long the pages of the desk take meanwhile, afterwards, and while the incident is closed; the most
 * memory; and that they are one incident with each of them in it. Reports are made ready beforehand, so that the sender's signatures
 * are not measured. One JSON object a line: figure, unit, value, peer, ratio, bar, ok.
 *
 * node bench/intake.ts [--reports 2000] [--connections 16] [--processes 1]
 */
const { values: flags } = parseArgs({
  options: {
    reports: { type: 'string', default: '2000' },
    connections: { type: 'string', default: '16' },
    processes: { type: 'string', default: '1' },
  },
})
const reports = Number(flags.reports)
const connections = Number(flags.connections)
/** Reports that are signed and held in memory at once. */
const batch = 2000

let isGood = true

interface Beside {
  readonly bar?: number
  readonly peer?: number
}

function print(figure: string, unit: string, value: number, { bar, peer }: Beside = {}): void {
  const ok = bar === undefined || value === bar
  isGood &&= ok
  const rounded = (number: number): number => Math.round(number * 100) / 100
  const line = {
    figure,
    unit,
    value: rounded(value),
    ...(peer === undefined ? {} : { peer: rounded(peer), ratio: rounded(value / peer) }),
    ...(bar === undefined ? {} : { bar, ok }),
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function printWaits(when: string, waits: readonly number[]): void {
  print(`page of the desk ${when}, median of ${waits.length}`, 'ms', quantile(waits, 0.5))
  print(`page of the desk ${when}, p99`, 'ms', quantile(waits, 0.99))
}

const folder = mkdtempSync(join(tmpdir(), 'postern-bench-intake-'))
const db = await openDatabase('sqlite', { file: join(folder, 'postern.sqlite') })
await migrate(db, { now: 0 })
const clock = fixedClock(testStart)
const ctx = testContext({ db, settings: floodSettings(reports), clock })
// What waits for some time is to come to its turn, as it would.
const ticking = setInterval(() => clock.advance(100), 100)
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
const peer = await fileKeeper(folder)
const memory = watchMemory()
const visitor = deskVisitor(ctx)
const { report } = await campaign(ctx, 'ann@provider.example', reports)

let [durableMs, peerMs] = [0, 0]
const whileTaken: number[] = []
for (let from = 0; from < reports; from += batch) {
  const ready: Buffer[] = []
  for (let index = from; index < Math.min(reports, from + batch); index++) ready.push(await report(index))
  if (from === 0) peerMs = await timed(async () => await sendAll(peer.port, [...ready]))
  const looking = visitor.begin()
  durableMs += await timed(async () => await sendAll(port, ready))
  whileTaken.push(...(await looking.stop()))
}
const peerRate = Math.min(batch, reports) / (peerMs / 1000)
print(`reports by SMTP over ${connections} connections, durable`, 'reports/s', reports / (durableMs / 1000), {
  peer: peerRate,
})
printWaits('while reports are taken', whileTaken)

const examiner = openParsePool({
  lookup: dns,
  log: silentLog,
  clock: systemClock(),
  size: Number(flags.processes),
})
const system = as(ctx, { kind: 'system', name: 'examine-reports' })
const how = { examiner, forward: async () => undefined }
const looking = visitor.begin()
const processor = process.cpuUsage()
const examineMs = await timed(async () => {
  while ((await examineDue(system, how, 100)) > 0);
})
const spent = process.cpuUsage(processor)
print(
  `reports read, traced and counted, ${flags.processes} parse process`,
  'reports/s',
  reports / (examineMs / 1000),
)
print('processor time of core for one, pages included', 'ms', (spent.user + spent.system) / 1000 / reports)
printWaits('while reports are examined', await looking.stop())
clock.advance(60_000)
await examineDue(system, how, 100)
examiner.close()

const incidents = [...(await countIncidents(ctx)).values()].reduce((sum, count) => sum + count, 0)
print(`incidents of ${reports} reports about one campaign`, 'incidents', incidents, { bar: 1 })
const [incident] = (await listIncidents(ctx, { states: incidentStates, limit: 1 })).incidents
print('reports counted in it', 'reports', incident?.weight.reports ?? 0, { bar: reports })
const afterwards: number[] = []
for (let round = 0; round < 20; round++) afterwards.push(...(await visitor.lookAround()))
printWaits('afterwards', afterwards)
const closing = visitor.begin()
const closeMs = await timed(
  async () => void (await closeIncident(ctx, { incident: incident?.id ?? '', outcome: 'acted' })),
)
print('the incident closed, as its operator waits for it', 'ms', closeMs)
const allMs = await timed(async () => {
  while ((await closeReportsDue(system)) > 0);
})
print('its reports closed', 'reports/s', reports / ((allMs + closeMs) / 1000))
printWaits('while they are closed', await closing.stop())
print('most memory of core', 'MiB', memory.most().own)
print('most memory of a parse process', 'MiB', memory.most().parser)

clearInterval(ticking)
memory.stop()
await intake.close()
await peer.close()
await db.close()
rmSync(folder, { recursive: true })
process.exit(isGood ? 0 : 1)

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

async function sendAll(to: number, ready: Buffer[]): Promise<void> {
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new BareClient({ port: to })
      await client.greet('mx.example.org')
      for (let raw = ready.pop(); raw !== undefined; raw = ready.pop()) {
        if (to === port) await client.command('XFORWARD ADDR=192.0.2.45')
        const answer = await client.mail('fbl@example.org', 'abuse@provider.example', raw)
        if (!answer.startsWith('250 ')) throw new Error(answer)
      }
      client.send('QUIT\r\n')
    }),
  )
}

/** What a server must do at least that answers 250: each message in a file that is on the disk. */
async function fileKeeper(parent: string): Promise<{ readonly port: number; close(): Promise<void> }> {
  let count = 0
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const file = openSync(join(parent, `kept-${++count}`), 'wx')
        writeSync(file, Buffer.concat(chunks))
        fsyncSync(file)
        closeSync(file)
        callback()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    close: async () => await new Promise<void>((resolve) => server.close(resolve)),
  }
}

/** MiB of this process and of the largest of its children, looked at ten times a second. */
function watchMemory(): {
  most(): { readonly own: number; readonly parser: number }
  stop(): void
} {
  let [own, parser] = [0, 0]
  const timer = setInterval(() => {
    own = Math.max(own, process.memoryUsage.rss())
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').trim().split(' ')
    for (const child of children) parser = Math.max(parser, usageOf(Number(child))?.rssBytes ?? 0)
  }, 100)
  return {
    most: () => ({ own: own / 1024 / 1024, parser: parser / 1024 / 1024 }),
    stop: () => clearInterval(timer),
  }
}
