import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A whole Postern of tests: `postern serve` in a folder of its own, every door on a free port of the loopback. */
export interface Instance {
  readonly folder: string
  readonly config: string
  readonly ports: Readonly<Record<Door, number>>
  readonly site: string
  /** The supervisor. */
  readonly pid: number
  /** Runs a command; gives its stdout and exit status. */
  run(
    ...words: readonly string[]
  ): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }>
  /** Process ids of the children, newest first, as the supervisor started them. */
  pids(): Promise<{ readonly core: number | undefined; readonly edge: number | undefined }>
  log(): string
  /** Ends it and starts it again on the same data, with other settings (`InstanceOptions.settings`). */
  restart(settings: string): Promise<void>
  stop(): Promise<void>
}

const doors = ['site', 'console', 'policy', 'lookup', 'dnsbl', 'intake', 'lmtp'] as const
export type Door = (typeof doors)[number]

const entry = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')

export interface InstanceOptions {
  readonly smarthost?: string
  readonly database?: string
  /** YAML that goes below the usual. */
  readonly settings?: string | undefined
  /** Surroundings of its own, such as another view of the file system: words that go before a command. */
  readonly surroundings?: {
    /** Makes them, for `postern serve`; `data` is the data folder, still empty. */
    readonly make: (data: string) => readonly string[]
    /** Goes into those of this process, for other commands. */
    readonly enter: (pid: number) => readonly string[]
  }
}

/** Starts one. */
export async function startInstance(options: InstanceOptions = {}): Promise<Instance> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-'))
  const ports = Object.fromEntries(
    await Promise.all(doors.map(async (door) => [door, await freePort()] as const)),
  ) as Record<Door, number>
  const config = join(folder, 'postern.yaml')
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  const log = join(folder, 'log')
  const site = `http://127.0.0.1:${ports.site}`
  const readLog = (): string => readFileSync(log, 'utf8')
  const words = [
    ...(options.surroundings?.make(join(folder, 'data')) ?? []),
    process.execPath,
    entry,
    'serve',
    '--config',
    config,
  ]
  const begin = async (settings: string | undefined): Promise<ChildProcess> => {
    writeFileSync(config, configText(folder, ports, { ...options, settings }))
    const before = existsSync(log) ? readLog().length : 0
    const begun = spawn('/bin/sh', ['-c', `exec "$0" "$@" >>"${log}" 2>&1`, ...words], { stdio: 'ignore' })
    await untilReady(site, begun, () => readLog().slice(before)).catch((error: unknown) => {
      begun.kill('SIGTERM')
      throw error
    })
    return begun
  }
  let child = await begin(options.settings)
  return {
    folder,
    config,
    ports,
    site,
    get pid() {
      return child.pid ?? 0
    },
    run: async (...given) =>
      await run(options.surroundings?.enter(child.pid ?? 0) ?? [], [...given, '--config', config]),
    pids: async () => await pidsOf(child.pid ?? 0),
    log: readLog,
    restart: async (settings) => {
      await end(child)
      child = await begin(settings)
    },
    stop: async () => {
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await ended
}

function configText(folder: string, ports: Readonly<Record<Door, number>>, options: InstanceOptions): string {
  return `provider:
  name: Example Mail
  domains: [provider.example]
  site: http://127.0.0.1:${ports.site}
  networks: [203.0.113.0/24]
data: ${folder}/data
database: ${options.database ?? 'sqlite'}
listen: { ${doors.map((door) => `${door}: "127.0.0.1:${ports[door]}"`).join(', ')}, feed: unix }
mail:
  from: postmaster@provider.example
  smarthost: ${options.smarthost ?? 'outbox'}
${options.settings ?? ''}`
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilReady(site: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (child.exitCode !== null) throw new Error(`postern ended with ${child.exitCode}: ${log()}`)
    const isReady = await fetch(`${site}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isReady && log().includes('edge-started')) return
    await sleep(50)
  }
  throw new Error(`postern did not get ready: ${log()}`)
}

async function run(
  before: readonly string[],
  words: readonly string[],
): Promise<{ status: number; stdout: string; stderr: string }> {
  return await new Promise((resolve) => {
    const [program = process.execPath, ...more] = [...before, process.execPath, entry, ...words]
    const child = spawn(program, more, { stdio: ['ignore', 'pipe', 'pipe'] })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.once('close', (code) => resolve({ status: code ?? -1, stdout, stderr }))
  })
}

async function pidsOf(supervisor: number): Promise<{ core: number | undefined; edge: number | undefined }> {
  const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number)
  const of = (part: string): number | undefined =>
    children.find((pid) => commandOf(pid).includes(`\0${part}\0`))
  return await Promise.resolve({ core: of('core'), edge: of('edge') })
}

function commandOf(pid: number): string {
  try {
    return `${readFileSync(`/proc/${pid}/cmdline`, 'utf8')}\0`
  } catch {
    return ''
  }
}
