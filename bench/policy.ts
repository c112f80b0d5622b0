import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { edgeFlags } from '../src/edge-flags.ts'
import { makeEdgeFiles } from './support/edge-files.ts'
import { pace, saturate, type LoadResult } from './support/policy-load.ts'
import { requestStream } from './support/policy-requests.ts'
import { startMeasured, type Listener, type MeasuredServer } from './support/servers.ts'

/**
 * Policy decisions of a whole edge (DESIGN section 9): a million listings, every tenth request from a listed sender, each time another
 * one, so that every refusal has its own link and record. Beside it in the same run, turn about: an empty echo server, which sees the
 * blank line that ends a request and says DUNNO; and Debian's postgrey, where it is installed. Servers and load are processes of their own;
 * a connection sends its next request when the last is answered, as Postfix does. One JSON object a line.
 *
 * node bench/policy.ts [--seconds 10] [--listings 1000000]
 *
 * `--seconds` is the time that each server is under each load. `cpu` figures are processor time per answer, all threads of the server.
 */
const { values: flags } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, listings: { type: 'string', default: '1000000' } },
})
const seconds = Number(flags.seconds)
const listings = Number(flags.listings)

/** Turns of each server under each load: what else the machine does hits both. */
const turns = 5
const bars = { echo: 0.7, postgrey: 10, p99Ms: 2 } as const
/** One request in ten is from a listed sender. */
const refusedShare = 0.1

let isGood = true

interface Figure {
  readonly figure: string
  readonly unit: string
  readonly value: number
  /** The same of the server beside it. */
  readonly peer: number
  readonly bar?: number
  readonly ok?: boolean
}

function print({ figure, unit, value, peer, bar, ok }: Figure): void {
  const line = {
    figure,
    unit,
    value: round(value),
    peer: round(peer),
    ratio: round(value / peer),
    ...(bar === undefined ? {} : { bar, ok }),
  }
  isGood &&= ok ?? true
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}

const next = requestStream(listings)

interface Measured {
  readonly perSecond: number
  /** Processor microseconds per answer. */
  readonly cpu: number
}

/** Both servers under the same load, turn about; the figures are of all turns together. */
async function besideEachOther(
  edge: MeasuredServer,
  echo: MeasuredServer,
  connections: number,
): Promise<readonly [edge: Measured, echo: Measured]> {
  const all: { edge: Turn[]; echo: Turn[] } = { edge: [], echo: [] }
  for (let nth = 0; nth < turns; nth++) {
    all.echo.push(await turn(echo, connections))
    all.edge.push(await turn(edge, connections))
  }
  const answers = sum(all.edge.map(({ load }) => load.answers))
  const refusals = sum(all.edge.map(({ load }) => load.refusals))
  if (Math.abs(refusals / answers - refusedShare) > 0.01)
    throw new Error(`${refusals} of ${answers} were refused: the edge did not do its work`)
  return [together(all.edge), together(all.echo)]
}

interface Turn {
  readonly load: LoadResult
  readonly cpu: number
}

async function turn(server: MeasuredServer, connections: number): Promise<Turn> {
  const before = await server.usage()
  const load = await saturate({
    target: server,
    connections,
    ms: (seconds * 1000) / turns,
    nextRequest: next,
  })
  const after = await server.usage()
  return { load, cpu: after.user + after.system - before.user - before.system }
}

function together(all: readonly Turn[]): Measured {
  const answers = sum(all.map(({ load }) => load.answers))
  const took = sum(all.map(({ load }) => load.answers / load.perSecond))
  return { perSecond: answers / took, cpu: sum(all.map(({ cpu }) => cpu)) / answers }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Latency when half of what it can do is asked of the edge, and of the echo server under the same load. */
async function halfLoad(edge: MeasuredServer, echo: MeasuredServer, perSecond: number): Promise<void> {
  const load = { connections: 128, ms: seconds * 1000, nextRequest: next }
  const [ofEcho, ofEdge] = [
    await pace({ ...load, target: echo }, perSecond),
    await pace({ ...load, target: edge }, perSecond),
  ]
  const [value, peer] = [ofEdge.latency.p99, ofEcho.latency.p99]
  print({
    figure: `p99 at half load (${Math.round(perSecond)} a second), beside echo`,
    unit: 'ms',
    value,
    peer,
    bar: bars.p99Ms,
    ok: value <= bars.p99Ms,
  })
}

/** Debian's postgrey, as its package runs it, if it is here. */
async function postgreyPerSecond(): Promise<number | undefined> {
  if (!existsSync('/usr/sbin/postgrey') || process.getuid?.() !== 0) return undefined
  const { port } = await freePort()
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-postgrey-'))
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, 'postgrey'], { encoding: 'utf8' }).stdout),
  )
  chownSync(dir, uid ?? 0, gid ?? 0)
  const words = [
    `--inet=127.0.0.1:${port}`,
    `--dbdir=${dir}`,
    '--user=postgrey',
    '--group=postgrey',
    `--pidfile=${dir}/pid`,
  ]
  const child = spawn('/usr/sbin/postgrey', words, { stdio: 'ignore' })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  try {
    await untilListening(port)
    return (await saturate({ target: { port }, connections: 16, ms: seconds * 500, nextRequest: next }))
      .perSecond
  } finally {
    child.kill('SIGKILL')
    await gone
    rmSync(dir, { recursive: true, force: true })
  }
}

async function freePort(): Promise<Listener> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return { port }
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isUp) return
    await sleep(100)
  }
  throw new Error('postgrey did not start')
}

const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
try {
  await makeEdgeFiles(folder, 'bench', listings)
  const begun = performance.now()
  const input = { dataDir: folder, name: 'bench' }
  const edge = await startMeasured(new URL('support/edge-server.ts', import.meta.url), input, edgeFlags)
  process.stderr.write(
    `the edge was ready with ${listings} listings after ${Math.round(performance.now() - begun)} ms\n`,
  )
  const echo = await startMeasured(new URL('support/echo-server.ts', import.meta.url), null)
  // Both compiled and warm.
  for (const target of [echo, edge]) await saturate({ target, connections: 128, ms: 1500, nextRequest: next })
  let most: Measured | undefined
  for (const connections of [1, 16, 128]) {
    const [ofEdge, ofEcho] = await besideEachOther(edge, echo, connections)
    const ok = ofEdge.perSecond / ofEcho.perSecond >= bars.echo
    print({
      figure: `policy decisions, ${connections} connections, beside echo`,
      unit: 'a second',
      value: ofEdge.perSecond,
      peer: ofEcho.perSecond,
      bar: bars.echo,
      ok,
    })
    print({
      figure: `cpu of a decision, ${connections} connections, beside echo`,
      unit: 'µs',
      value: ofEdge.cpu,
      peer: ofEcho.cpu,
    })
    most = ofEdge
  }
  const perSecond = most?.perSecond ?? 0
  await halfLoad(edge, echo, perSecond / 2)
  const ofPostgrey = await postgreyPerSecond()
  if (ofPostgrey === undefined)
    process.stderr.write('postgrey is not installed, or this is not root: no figure beside it\n')
  else {
    const ok = perSecond / ofPostgrey >= bars.postgrey
    print({
      figure: 'policy decisions beside postgrey',
      unit: 'a second',
      value: perSecond,
      peer: ofPostgrey,
      bar: bars.postgrey,
      ok,
    })
  }
  await Promise.all([edge.stop(), echo.stop()])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(isGood ? 0 : 1)
