import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { policyClient, quantile } from '../test/support/policy-client.ts'
import { startCluster, type Cluster } from './support/cluster.ts'

/**
 * A bulk import through a running core on the embedded database, with an edge following: how long `postern listing import --wait` takes,
 * what core and edge need of memory, and how quickly the policy server, pages and another operator's change are answered meanwhile.
 * The same file is imported twice: the second time every line replaces a listing. One JSON object a line: figure, unit, value, bar, ok.
 *
 * node bench/import.ts [--lines 1000000]
 */
const { values: flags } = parseArgs({ options: { lines: { type: 'string', default: '1000000' } } })
const lines = Number(flags.lines)
const mib = 1024 * 1024
const entry = join(import.meta.dirname, '..', 'src', 'cli.ts')

let isGood = true

function print(figure: string, unit: string, value: number, bar?: number): void {
  const ok = bar === undefined || value <= bar
  isGood &&= ok
  const line = {
    figure,
    unit,
    value: Math.round(value * 100) / 100,
    ...(bar === undefined ? {} : { bar, ok }),
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Four of five are IPv4 documentation prefixes' neighbours in shape only: /64s of 2001:db8::/32, so that no real sender is named. */
async function writeLines(path: string): Promise<void> {
  const file = createWriteStream(path)
  for (let nth = 0; nth < lines; nth++) {
    const ip = `2001:db8:${(nth >>> 16).toString(16)}:${(nth & 0xffff).toString(16)}::/64`
    const line = `{"ip":"${ip}","reason":"spam","ends":"30d","note":"bulk"}\n`
    if (!file.write(line)) await new Promise((resolve) => file.once('drain', resolve))
  }
  await new Promise<void>((resolve) => file.end(resolve))
}

/** Asks again and again until told to stop; gives how long each answer took, counted from when it should have been asked. */
function askEvery(
  everyMs: number,
  ask: (nth: number) => Promise<unknown>,
): { stop(): Promise<readonly number[]> } {
  const times: number[] = []
  let isOver = false
  const asking = (async () => {
    for (let due = performance.now(), nth = 0; !isOver; due += everyMs, nth++) {
      const wait = due - performance.now()
      if (wait > 0) await sleep(wait)
      const since = Math.min(due, performance.now())
      await ask(nth)
      times.push(performance.now() - since)
      // A stall is charged to those who had to wait in it, but not to everybody after it.
      due = Math.max(due, performance.now() - 10 * everyMs)
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

async function command(
  cluster: Cluster,
  ...words: readonly string[]
): Promise<{ readonly status: number; readonly stdout: string; readonly seconds: number }> {
  const begun = performance.now()
  const child = spawn(process.execPath, [entry, ...words, '--config', join(cluster.folder, 'core.yaml')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  const status = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  return { status, stdout, seconds: (performance.now() - begun) / 1000 }
}

/** What goes on all the time, from now on. */
async function askAll({
  site,
  edges: [edge],
  ask,
}: Cluster): Promise<() => Promise<ReadonlyMap<string, readonly number[]>>> {
  const policy = await policyClient(edge?.policy ?? 0)
  const askers = {
    'policy server': askEvery(2, async (nth) => await policy.ask(`192.0.2.${nth % 250}`)),
    'page of an address': askEvery(
      50,
      async (nth) => await (await fetch(`${site}/ip/2001:db8:0:${nth.toString(16)}::1`)).text(),
    ),
    'listing added and ended': askEvery(1000, async (nth) => {
      const ip = `198.51.100.${nth % 250}`
      await ask('listing.add', { ip, reason: 'spam' })
      await ask('listing.end', { what: ip })
    }),
  }
  return async () => {
    const times = await Promise.all(
      Object.entries(askers).map(async ([what, asker]) => [what, await asker.stop()] as const),
    )
    policy.close()
    return new Map(times)
  }
}

function printTimes(when: string, times: ReadonlyMap<string, readonly number[]>): void {
  for (const [what, all] of times) {
    print(`${when}: ${what}, p50 of ${all.length}`, 'ms', quantile(all, 0.5))
    print(`${when}: ${what}, p99`, 'ms', quantile(all, 0.99), what === 'page of an address' ? 50 : undefined)
    print(`${when}: ${what}, longest`, 'ms', Math.max(...all))
  }
}

async function measure(cluster: Cluster, name: string, file: string): Promise<void> {
  const stop = await askAll(cluster)
  const { status, stdout, seconds } = await command(cluster, 'listing', 'import', file, '--wait')
  if (status !== 0) throw new Error(`the import ended with ${status}: ${stdout}`)
  print(`${name}: until every edge acts on it`, 's', seconds)
  print(`${name}: lines`, '1/s', lines / seconds)
  printTimes(name, await stop())
  for (const member of [cluster.core, ...cluster.edges])
    print(`${name}: ${member.name}, resident at most`, 'MiB', member.memory().most / mib)
}

const cluster = await startCluster({ edges: 1, transport: 'unix' })
try {
  const file = join(cluster.folder, 'lines.ndjson')
  await writeLines(file)
  print('core before, resident', 'MiB', cluster.core.memory().now / mib)
  const stop = await askAll(cluster)
  await sleep(5000)
  printTimes('before', await stop())
  await measure(cluster, 'first import', file)
  await measure(cluster, 'the same again', file)
} finally {
  await cluster.stop()
}
process.exitCode = isGood ? 0 : 1
