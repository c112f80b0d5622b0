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
      await ask(nth)
      times.push(performance.now() - due)
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

async function measure(cluster: Cluster, name: string, file: string): Promise<void> {
  const [edge] = cluster.edges
  if (!edge) throw new Error('there is no edge')
  const policy = await policyClient(edge.policy)
  const askers = {
    'policy server': askEvery(2, async (nth) => await policy.ask(`192.0.2.${nth % 250}`)),
    'page of an address': askEvery(
      20,
      async (nth) => await (await fetch(`${cluster.site}/ip/2001:db8:0:${nth.toString(16)}::1`)).text(),
    ),
    'listing added and ended by an operator': askEvery(500, async (nth) => {
      const ip = `198.51.100.${nth % 250}`
      await cluster.ask('listing.add', { ip, reason: 'spam' })
      await cluster.ask('listing.end', { what: ip })
    }),
  }
  const { status, stdout, seconds } = await command(cluster, 'listing', 'import', file, '--wait')
  if (status !== 0) throw new Error(`the import ended with ${status}: ${stdout}`)
  print(`${name}: until every edge acts on it`, 's', seconds)
  print(`${name}: lines`, '1/s', lines / seconds)
  for (const [what, asker] of Object.entries(askers)) {
    const times = await asker.stop()
    print(`${name}: ${what} meanwhile, p50 of ${times.length}`, 'ms', quantile(times, 0.5))
    print(
      `${name}: ${what} meanwhile, p99`,
      'ms',
      quantile(times, 0.99),
      what === 'page of an address' ? 50 : undefined,
    )
    print(`${name}: ${what} meanwhile, longest`, 'ms', Math.max(...times))
  }
  policy.close()
  print(`${name}: core, resident at most`, 'MiB', cluster.core.memory().most / mib)
  print(`${name}: edge, resident at most`, 'MiB', edge.memory().most / mib)
}

const cluster = await startCluster({ edges: 1, transport: 'unix' })
try {
  const file = join(cluster.folder, 'lines.ndjson')
  await writeLines(file)
  print('core before, resident', 'MiB', cluster.core.memory().now / mib)
  await measure(cluster, 'first import', file)
  await measure(cluster, 'the same again', file)
} finally {
  await cluster.stop()
}
process.exitCode = isGood ? 0 : 1
