import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { callCore } from '../../src/control/client.ts'
import { freePort } from '../../test/support/instance.ts'

/** One core and several edges, each a process and a folder of its own, as on several machines. */
export interface Cluster {
  readonly folder: string
  readonly site: string
  readonly core: Member
  readonly edges: readonly EdgeMember[]
  /** Runs an operation in core, as a command of its machine would; gives what it answers. */
  ask(operation: string, input: object, lines?: AsyncIterable<string>): Promise<object[]>
  log(): string
  stop(): Promise<void>
}

export interface Member {
  readonly name: string
  readonly pid: number
  /** Resident memory now and at most so far, bytes. */
  memory(): { readonly now: number; readonly most: number }
}

export interface EdgeMember extends Member {
  readonly policy: number
  readonly lookup: number
}

export interface ClusterOptions {
  readonly edges: number
  /** How edges reach core: its unix socket, or TLS with a key of their own. */
  readonly transport: 'unix' | 'tls'
  readonly smarthost?: string
  readonly database?: string
}

const entry = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')

/** Budgets are settings: a bench asks from one client for many addresses of one network. */
const budgets = [
  'delisting.unproven.client.day',
  'delisting.proven.client.day',
  'delist.v4-24.day',
  'delist.v4-22.day',
  'delist.v6-56.day',
  'delist.v6-48.day',
  'delist.v6-40.day',
  'delist.all.ten-minutes',
  'letters.domain.hour',
  'letters.domain.day',
  'letters.all.hour',
  'letters.no-mail-host.hour',
  'lookup.client.day',
  'events.source.minute',
]

/** Starts it; resolves when every edge has the table. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-cluster-'))
  const children: ChildProcess[] = []
  const start = (command: string, name: string, config: string): Member => {
    const log = openSync(join(folder, `${name}.log`), 'a')
    const child = spawn(process.execPath, [entry, command, '--config', config], {
      stdio: ['ignore', log, log],
    })
    children.push(child)
    return member(name, child.pid ?? 0)
  }
  const logOf = (name: string): string => readFileSync(join(folder, `${name}.log`), 'utf8')
  const names = Array.from({ length: options.edges }, (_, nth) => `mx${nth + 1}`)
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(endChild))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const [sitePort, feedPort] = [await freePort(), await freePort()]
    const site = `http://127.0.0.1:${sitePort}`
    const feed = options.transport === 'tls' ? `127.0.0.1:${feedPort}` : 'unix'
    const core = start('core', 'core', await writeCoreConfig(folder, site, feed, options))
    await until(
      async () => (await fetch(`${site}/readyz`)).ok,
      () => logOf('core'),
    )
    const socket = join(folder, 'core', 'core.sock')
    const ask = async (
      operation: string,
      input: object,
      lines?: AsyncIterable<string>,
    ): Promise<object[]> => {
      const answers: object[] = []
      const sink = { emit: (value: object) => void answers.push(value), progress: () => {} }
      if ((await callCore(socket, operation, input, lines, sink)) === 'no-core')
        throw new Error('core has gone')
      return answers
    }
    const edges: EdgeMember[] = []
    for (const name of names) {
      const [policy, lookup] = [await freePort(), await freePort()]
      const key = options.transport === 'tls' ? await keyFor(name, ask) : undefined
      const reach = options.transport === 'tls' ? feed : join(folder, 'core', 'feed.sock')
      const config = writeEdgeConfig(folder, site, { name, policy, lookup, reach, key })
      edges.push({ ...start('edge', name, config), policy, lookup })
    }
    for (const { name } of edges)
      await until(
        async () => logOf(name).includes('snapshot-loaded'),
        () => logOf(name),
      )
    const log = (): string => ['core', ...names].map(logOf).join('')
    return { folder, site, core, edges, ask, log, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function writeCoreConfig(
  folder: string,
  site: string,
  feed: string,
  options: ClusterOptions,
): Promise<string> {
  const doors = await Promise.all(
    ['console', 'policy', 'lookup', 'dnsbl', 'intake', 'lmtp'].map(
      async (door) => `${door}: "127.0.0.1:${await freePort()}"`,
    ),
  )
  return writeConfig(folder, 'core', [
    ...commonConfig(site),
    `database: ${options.database ?? 'sqlite'}`,
    `listen: { site: "${new URL(site).host}", ${doors.join(', ')}, feed: "${feed}" }`,
    `mail: { from: postmaster@provider.example, smarthost: ${options.smarthost ?? 'outbox'} }`,
    'delisting: { challengeCost: 1 }',
    'limits:',
    ...budgets.map((name) => `  ${name}: { count: 1000000, per: 24h }`),
  ])
}

function writeEdgeConfig(
  folder: string,
  site: string,
  edge: {
    readonly name: string
    readonly policy: number
    readonly lookup: number
    readonly reach: string
    readonly key: string | undefined
  },
): string {
  const { name, policy, lookup, reach, key } = edge
  const path = writeConfig(folder, name, [
    ...commonConfig(site),
    `listen: { policy: "127.0.0.1:${policy}", lookup: "127.0.0.1:${lookup}", feed: "${reach}" }`,
    `edge: { name: ${name} }`,
  ])
  if (key !== undefined) writeFileSync(join(folder, name, 'edge.key'), key, { mode: 0o600 })
  return path
}

function commonConfig(site: string): readonly string[] {
  return [`provider: { domains: [provider.example], site: "${site}", networks: [203.0.113.0/24] }`]
}

function writeConfig(folder: string, name: string, lines: readonly string[]): string {
  mkdirSync(join(folder, name), { mode: 0o700 })
  const path = join(folder, `${name}.yaml`)
  writeFileSync(path, [`data: ${join(folder, name)}`, ...lines, ''].join('\n'))
  return path
}

async function keyFor(name: string, ask: Cluster['ask']): Promise<string> {
  const [answer] = await ask('token.add', { kind: 'edge', name })
  if (answer === undefined || !('token' in answer)) throw new Error(`no key for edge ${name}`)
  return String(answer.token)
}

function member(name: string, pid: number): Member {
  return {
    name,
    pid,
    memory: () => {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      const of = (field: string): number =>
        Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? NaN) * 1024
      return { now: of('VmRSS'), most: of('VmHWM') }
    },
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await ended
  clearTimeout(late)
}

async function until(isThere: () => Promise<boolean>, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (await isThere().catch(() => false)) return
    await sleep(50)
  }
  throw new Error(`it did not get ready: ${log()}`)
}
