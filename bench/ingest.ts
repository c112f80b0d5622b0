import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { takeOutcomes } from '../src/core/delisting/event-actions.ts'
import { migrate } from '../src/db/migrate.ts'
import { openDatabase } from '../src/db/open.ts'
import { testContext } from '../test/support/context.ts'
import { quantile } from '../test/support/policy-client.ts'
import { freshPostgres } from '../test/support/postgres.ts'
import { startCluster, type Cluster } from './support/cluster.ts'

/**
 * Mail events through the door of a running core (`POST /api/v1/events`), with random ids: how many a second are durable, what that costs
 * core of processor time, how quickly pages are answered meanwhile, and what it needs of memory with many distinct addresses. On the
 * embedded database and on PostgreSQL. One JSON object a line: figure, unit, value, bar, ok.
 *
 * Core is measured as it is after its first minute: before anything counts, pages are asked for and events are sent until their code is
 * compiled (`warmUp`), because a process that has just started answers its first pages in a tenth of a second each, whoever sends events.
 *
 * node bench/ingest.ts [--events 400000] [--addresses 5000000] [--at-once 4] [--rate 20000] [--database sqlite|postgres] [--whole]
 *
 * --whole: nothing but events through the door of a core that judges them itself.
 * --rate: so many events a second are sent, and not as many as core takes: what pages are like at the bar, beside what they are like in
 * a flood. The bar of events a second is 95 % of it then.
 */
const { values: flags } = parseArgs({
  options: {
    events: { type: 'string', default: '400000' },
    addresses: { type: 'string', default: '5000000' },
    'at-once': { type: 'string', default: '4' },
    rate: { type: 'string' },
    database: { type: 'string' },
    whole: { type: 'boolean', default: false },
  },
})
const events = Number(flags.events)
const addresses = Number(flags.addresses)
const atOnce = Number(flags['at-once'])
const rate = flags.rate === undefined ? Infinity : Number(flags.rate)
const mib = 1024 * 1024

/** Events in one request: what a busy mail server gathers in a few seconds. */
const perRequest = 5000

/** Requests made ready beforehand, so that the sender's own work is not measured with core's. */
const readyMade = Math.ceil(events / perRequest)

let isGood = true

function print(
  figure: string,
  unit: string,
  value: number,
  bar?: { readonly least?: number; readonly most?: number },
): void {
  const ok = bar === undefined || (value >= (bar.least ?? -Infinity) && value <= (bar.most ?? Infinity))
  isGood &&= ok
  const line = {
    figure,
    unit,
    value: Math.round(value * 100) / 100,
    ...(bar === undefined ? {} : { bar: bar.least ?? bar.most, ok }),
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Pages and requests of events before anything is measured, and how long a pause lets core judge those events and come to rest. */
const [warmPages, warmRequests, restMs] = [400, 4, 3000]

/** The server has been up for a while. Its events are of addresses that are not sent again. */
async function warmUp(cluster: Cluster, tokens: readonly string[]): Promise<void> {
  for (let nth = 0; nth < warmPages; nth++)
    await ask(nth % 2 === 0 ? `${cluster.site}/` : `${cluster.site}/ip/2001:db8:0:${nth.toString(16)}::1`)
  await sendAll(cluster, tokens, makeRequests(warmRequests, events))
  await sleep(restMs)
}

/** Addresses of 2001:db8::/32, so that no real sender is named: one /64 each. */
function addressOf(nth: number): string {
  const number = (nth * 2_654_435_761) % addresses
  return `2001:db8:${Math.floor(number / 65_536).toString(16)}:${(number % 65_536).toString(16)}::1`
}

function eventLine(nth: number, at: string): string {
  return JSON.stringify({
    v: 1,
    id: randomUUID(),
    at,
    type: 'message',
    ip: addressOf(nth),
    helo: 'mail.example.org',
    ptr: 'mail.example.org',
    mailFrom: 'example.org',
    from: 'example.org',
    spf: 'pass',
    dkim: ['example.org'],
    dmarc: 'pass',
    recipients: 1,
    unknownRecipients: 0,
    trapRecipients: 0,
    outcome: 'accepted',
    verdict: 'ham',
    size: 18_231,
    messageId: `<${nth}@example.org>`,
    queueId: randomUUID().slice(0, 12),
  })
}

function makeRequests(count = readyMade, first = 0): readonly Buffer<ArrayBuffer>[] {
  const at = new Date().toISOString()
  return Array.from({ length: count }, (_, nth) => {
    const lines = Array.from({ length: perRequest }, (_, each) =>
      eventLine(first + nth * perRequest + each, at),
    )
    return Buffer.from(gzipSync(lines.join('\n'), { level: 1 }))
  })
}

/** Sources that share the events: the quota of one is a million a day in a cluster. */
async function makeSources(cluster: Cluster): Promise<readonly string[]> {
  const tokens: string[] = []
  for (let nth = 0; nth <= events / 500_000; nth++) {
    const [made] = await cluster.ask('token.add', { kind: 'events', name: `mx${nth}` })
    tokens.push(String((made as { token: string }).token))
  }
  return tokens
}

/** Sends all of them, so many at once and no more a second than asked for; gives how many events were durable. */
async function sendAll(
  cluster: Cluster,
  tokens: readonly string[],
  requests: readonly Buffer<ArrayBuffer>[],
): Promise<number> {
  const left = [...requests]
  const begun = performance.now()
  let durable = 0
  const send = async (): Promise<void> => {
    for (let body = left.pop(); body; body = left.pop()) {
      const due = ((requests.length - left.length - 1) * perRequest * 1000) / rate
      await sleep(Math.max(0, begun + due - performance.now()))
      const token = tokens[left.length % tokens.length] ?? ''
      const headers = { authorization: `Bearer ${token}`, 'content-encoding': 'gzip' }
      const answer = await fetch(`${cluster.site}/api/v1/events`, { method: 'POST', headers, body })
      if (answer.status !== 202) throw new Error(`${answer.status}: ${await answer.text()}`)
      durable += ((await answer.json()) as { accepted: number }).accepted
    }
  }
  await Promise.all(Array.from({ length: atOnce }, send))
  return durable
}

/** Asks for pages again and again until told to stop; gives how long each took from when it should have been asked. */
function askPages({ site }: Cluster): { stop(): Promise<readonly number[]> } {
  const times: number[] = []
  let isOver = false
  const asking = (async () => {
    for (let due = performance.now(), nth = 0; !isOver; due += 20, nth++) {
      const wait = due - performance.now()
      if (wait > 0) await sleep(wait)
      const since = Math.min(due, performance.now())
      await ask(nth % 2 === 0 ? `${site}/` : `${site}/ip/2001:db8:0:${nth.toString(16)}::1`)
      times.push(performance.now() - since)
      due = Math.max(due, performance.now() - 200)
    }
  })()
  return {
    stop: async () => {
      isOver = true
      await asking
      return times
    },
  }
}

/** A connection that the server has just given up for being idle is no answer: asked again, and the time counts. */
async function ask(url: string): Promise<void> {
  const page = await fetch(url).catch(async () => await fetch(url))
  await page.text()
}

/** Processor time of a process so far, seconds (proc(5), `stat`: ticks are hundredths). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function throughTheDoor(name: string, database: string | undefined, isJudged = true): Promise<void> {
  const cluster = await startCluster({
    edges: 0,
    transport: 'unix',
    ...(database === undefined ? {} : { database }),
  })
  try {
    const tokens = await makeSources(cluster)
    if (!isJudged) await holdJudge(database ?? 'sqlite', join(cluster.folder, 'core', 'postern.sqlite'))
    await warmUp(cluster, tokens)
    const requests = makeRequests()
    const before = cluster.core.memory().now
    const quiet = askPages(cluster)
    await sleep(3000)
    print(`${name}: pages before, p99`, 'ms', quantile(await quiet.stop(), 0.99))
    const pages = askPages(cluster)
    const [begun, cpu] = [performance.now(), cpuSeconds(cluster.core.pid)]
    const durable = await sendAll(cluster, tokens, requests)
    const seconds = (performance.now() - begun) / 1000
    const used = cpuSeconds(cluster.core.pid) - cpu
    const times = await pages.stop()
    const caughtUp = isJudged ? await catchUp(cluster, name, database, begun, durable) : async () => {}
    const least = database === undefined ? { least: Math.min(20_000, 0.95 * rate) } : undefined
    print(`${name}: durable events`, '1/s', durable / seconds, least)
    print(`${name}: durable events for each second of processor time`, '1/s', durable / used, least)
    print(`${name}: pages meanwhile, p50 of ${times.length}`, 'ms', quantile(times, 0.5))
    print(`${name}: pages meanwhile, p99`, 'ms', quantile(times, 0.99), { most: 50 })
    await caughtUp()
    print(`${name}: core resident before`, 'MiB', before / mib)
    print(`${name}: core resident at most`, 'MiB', cluster.core.memory().most / mib)
  } catch (error) {
    // Whoever still asks for pages fails too when core goes, and must not be the one who is heard.
    process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`)
    throw error
  } finally {
    await cluster.stop()
  }
}

/** Waits until everything is judged, and asks for pages meanwhile; gives what prints how that went. */
async function catchUp(
  cluster: Cluster,
  name: string,
  database: string | undefined,
  begun: number,
  durable: number,
): Promise<() => Promise<void>> {
  const db = await openDatabase(database ?? 'sqlite', {
    file: join(cluster.folder, 'core', 'postern.sqlite'),
  })
  const behind = async (): Promise<number> => {
    const rows = await db.queries
      .selectFrom('heads')
      .select(['name', 'seq'])
      .where('name', 'in', ['events', 'judged'])
      .execute()
    const seqOf = (head: string): number => rows.find((row) => row.name === head)?.seq ?? 0
    return seqOf('events') - seqOf('judged')
  }
  const atEnd = await behind()
  const pages = askPages(cluster)
  const resident: { readonly judged: number; readonly mib: number }[] = []
  for (let left = atEnd; left > 0; left = await behind()) {
    resident.push({ judged: durable - left, mib: cluster.core.memory().now / mib })
    await sleep(250)
  }
  const seconds = (performance.now() - begun) / 1000
  const times = await pages.stop()
  await db.close()
  return async () => {
    print(`${name}: events not judged yet when the last was durable`, '', atEnd)
    print(`${name}: judged events, until all were`, '1/s', durable / seconds)
    for (const share of [0.2, 0.4, 0.6, 0.8, 1]) {
      const sample = resident.findLast(({ judged }) => judged <= durable * share)
      if (sample) print(`${name}: core resident with ${sample.judged} of them judged`, 'MiB', sample.mib)
    }
    if (times.length > 50)
      print(`${name}: pages while the rest is judged, p99`, 'ms', quantile(times, 0.99), { most: 50 })
  }
}

/** Takes the lease of the job that judges, as another core would: what is left is the intake and the pages. */
async function holdJudge(url: string, file: string): Promise<void> {
  const db = await openDatabase(url, { file })
  const lease = { holder: 'bench', until_at: Date.now() + 3_600_000 }
  await db.queries.updateTable('leases').set(lease).where('name', '=', 'job:engine').execute()
  await db.close()
}

/** Reading and keeping alone, in this process: no door, no pages, and nobody who judges what was kept. */
async function intakeAlone(name: string, url: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  const db = await openDatabase(url, { file: join(folder, 'postern.sqlite') })
  try {
    await migrate(db, { now: 0 })
    const ctx = testContext({ db })
    const at = new Date(ctx.clock.now()).toISOString()
    const lines = Array.from({ length: events }, (_, nth) => eventLine(nth, at))
    const [begun, cpu] = [performance.now(), process.cpuUsage()]
    const { accepted } = await takeOutcomes(ctx, 'mx1', lines)
    const { user, system } = process.cpuUsage(cpu)
    const least = url === 'sqlite' ? { least: 20_000 } : undefined
    print(
      `${name}: intake alone, durable events`,
      '1/s',
      (accepted / (performance.now() - begun)) * 1000,
      least,
    )
    print(
      `${name}: intake alone, for each second of processor time`,
      '1/s',
      (accepted / (user + system)) * 1e6,
      least,
    )
  } finally {
    await db.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (flags.database !== 'postgres') {
  if (!flags.whole) await intakeAlone('SQLite', 'sqlite')
  if (!flags.whole) await throughTheDoor('SQLite, judged by another core', undefined, false)
  await throughTheDoor('SQLite', undefined)
}
if (flags.database !== 'sqlite') {
  if (!flags.whole) {
    const first = await freshPostgres()
    await intakeAlone('PostgreSQL', first.url)
    await first.drop()
  }
  const second = await freshPostgres()
  await throughTheDoor('PostgreSQL', second.url)
  await second.drop()
}
process.exitCode = isGood ? 0 : 1
