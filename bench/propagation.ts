import { parseArgs } from 'node:util'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { policyClient, quantile, type PolicyClient } from '../test/support/policy-client.ts'
import { startCluster, type Cluster, type EdgeMember } from './support/cluster.ts'
import { pressDelist, prepareDelist, senderAddress, type Road } from './support/delist-flow.ts'
import { startSurroundings } from './support/surroundings.ts'

/**
 * From the button to the new answer (DESIGN section 9): one core and three edges, each a process of its own. A round lists a sender,
 * asks for its removal up to the letter, sends the POST that presses the button, and asks the policy server and the HTTP look-up
 * of every edge, each once a millisecond, until all six answer anew. One JSON object a line: figure, unit, value, bar, ok.
 *
 * node bench/propagation.ts [--rounds 100] [--transport unix|tls] [--delists 5] [--policy 300]
 *
 * First without other work, over core's unix socket and over TLS, then again with background load: `--delists` whole delist flows a second
 * of other senders (list, ask, letter, button) and `--policy` requests a second to each edge. What the load really did is printed too.
 */
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    transport: { type: 'string' },
    delists: { type: 'string', default: '5' },
    policy: { type: 'string', default: '300' },
  },
})

type Transport = 'unix' | 'tls'

const bars = { p50: 150, p99: 1000 } as const

/** Longest wait for an edge before the bench gives up. */
const patienceMs = 10_000

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

/** Milliseconds from the button to each new answer. */
interface Times {
  readonly policy: number
  readonly lookup: number
  /** The answer to the button itself. */
  readonly button: number
}

interface Asker {
  readonly policy: PolicyClient
  readonly lookup: string
}

async function run(
  transport: Transport,
  rounds: number,
  load: { readonly delists: number; readonly policy: number } | undefined,
): Promise<void> {
  const around = await startSurroundings()
  const cluster = await startCluster({ edges: 3, transport, smarthost: around.smarthost })
  const coreSocket = join(cluster.folder, 'core', 'core.sock')
  const road: Road = { site: cluster.site, coreSocket, takeLetter: around.takeLetter }
  try {
    const askers = await Promise.all(cluster.edges.map(askerOf))
    if (load)
      around.load({
        site: cluster.site,
        coreSocket,
        policyPorts: cluster.edges.map(({ policy }) => policy),
        ...load,
      })
    const times: Times[] = []
    for (let nth = 0; nth < rounds; nth++) times.push(await round(road, askers, senderAddress(nth)))
    for (const { policy } of askers) policy.close()
    report(`${transport}${load ? ', loaded' : ''}`, times)
    if (load) await reportLoad(transport, await around.done(), cluster)
  } finally {
    await around.stop()
    await cluster.stop()
  }
}

async function askerOf({ policy, lookup }: EdgeMember): Promise<Asker> {
  return { policy: await policyClient(policy), lookup: `http://127.0.0.1:${lookup}/v1/lookup` }
}

async function round(road: Road, askers: readonly Asker[], ip: string): Promise<Times> {
  const ready = await prepareDelist(road, ip)
  await Promise.all(askers.map(async (asker) => await untilAnswers(asker, ip, 'listed', performance.now())))
  const since = performance.now()
  const button = pressDelist(road, ready).then(() => performance.now() - since)
  const seen = await Promise.all(askers.map(async (asker) => await untilAnswers(asker, ip, 'free', since)))
  return {
    button: await button,
    policy: Math.max(...seen.map(({ policy }) => policy)),
    lookup: Math.max(...seen.map(({ lookup }) => lookup)),
  }
}

async function untilAnswers(
  { policy, lookup }: Asker,
  ip: string,
  wanted: 'listed' | 'free',
  since: number,
): Promise<Pick<Times, 'policy' | 'lookup'>> {
  const [byPolicy, byLookup] = await Promise.all([
    until(async () => ((await policy.ask(ip)) === 'DUNNO') === (wanted === 'free'), since),
    until(async () => (await isListed(`${lookup}/${ip}`)) === (wanted === 'listed'), since),
  ])
  return { policy: byPolicy, lookup: byLookup }
}

async function isListed(url: string): Promise<boolean> {
  const answer = (await (await fetch(url)).json()) as { readonly listed: boolean }
  return answer.listed
}

async function until(isSo: () => Promise<boolean>, since: number): Promise<number> {
  for (;;) {
    const isThere = await isSo()
    const elapsed = performance.now() - since
    if (isThere) return elapsed
    if (elapsed > patienceMs) throw new Error(`an edge did not answer anew within ${patienceMs} ms`)
    await sleep(1)
  }
}

function report(how: string, times: readonly Times[]): void {
  const all = times.map(({ policy, lookup }) => Math.max(policy, lookup))
  print(`delist click to all answers of 3 edges (${how}), p50`, 'ms', quantile(all, 0.5), bars.p50)
  print(`delist click to all answers of 3 edges (${how}), p99`, 'ms', quantile(all, 0.99), bars.p99)
  for (const [name, of] of [
    ['policy server', ({ policy }: Times) => policy],
    ['look-up', ({ lookup }: Times) => lookup],
    ['answer to the click', ({ button }: Times) => button],
  ] as const) {
    print(`${name} (${how}), p50`, 'ms', quantile(times.map(of), 0.5))
    print(`${name} (${how}), p99`, 'ms', quantile(times.map(of), 0.99))
  }
}

async function reportLoad(
  how: string,
  done: {
    readonly seconds: number
    readonly delists: number
    readonly policyAnswers: number
    readonly failures: number
  },
  { edges }: Cluster,
): Promise<void> {
  print(`load (${how}): delist flows done`, '1/s', done.delists / done.seconds)
  print(`load (${how}): policy answers of each edge`, '1/s', done.policyAnswers / done.seconds / edges.length)
  print(`load (${how}): flows that failed`, 'flows', done.failures, 0)
}

const rounds = Number(flags.rounds)
const load = { delists: Number(flags.delists), policy: Number(flags.policy) }
for (const transport of ['unix', 'tls'] as const) {
  if (flags.transport !== undefined && flags.transport !== transport) continue
  await run(transport, rounds, undefined)
  if (load.delists > 0 || load.policy > 0) await run(transport, rounds, load)
}
process.exitCode = isGood ? 0 : 1
