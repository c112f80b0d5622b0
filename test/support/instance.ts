import { fork, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  /** Runs a command; gives its stdout and exit status. */
  run(...words: readonly string[]): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }>
  /** Process ids of the children, newest first, as the supervisor started them. */
  pids(): Promise<{ readonly core: number | undefined; readonly edge: number | undefined }>
  log(): string
  stop(): Promise<void>
}

const doors = ['site', 'console', 'policy', 'lookup', 'dnsbl', 'intake', 'lmtp'] as const
export type Door = (typeof doors)[number]

const entry = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')

/** Starts one; `settings` is YAML that goes below the usual. */
export async function startInstance(options: { readonly smarthost?: string; readonly database?: string; readonly settings?: string } = {}): Promise<Instance> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-'))
  const ports = Object.fromEntries(await Promise.all(doors.map(async (door) => [door, await freePort()] as const))) as Record<Door, number>
  const config = join(folder, 'postern.yaml')
  writeFileSync(config, configText(folder, ports, options))
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  const log = join(folder, 'log')
  const child = spawn('/bin/sh', ['-c', `exec "$0" "$@" >>"${log}" 2>&1`, process.execPath, entry, 'serve', '--config', config], { stdio: 'ignore' })
  const site = `http://127.0.0.1:${ports.site}`
  const readLog = (): string => readFileSync(log, 'utf8')
  await untilReady(site, child, readLog)
  return {
    folder,
    config,
    ports,
    site,
    run: async (...words) => await run([...words, '--config', config]),
    pids: async () => await pidsOf(child.pid ?? 0),
    log: readLog,
    stop: async () => {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function configText(folder: string, ports: Readonly<Record<Door, number>>, options: { readonly smarthost?: string; readonly database?: string; readonly settings?: string }): string {
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
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) throw new Error(`postern ended with ${child.exitCode}: ${log()}`)
    const isReady = await fetch(`${site}/readyz`).then((answer) => answer.ok, () => false)
    if (isReady && log().includes('edge-started')) return
    await sleep(50)
  }
  throw new Error(`postern did not get ready: ${log()}`)
}

async function run(words: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return await new Promise((resolve) => {
    const child = fork(entry, words, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    let [stdout, stderr] = ['', '']
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.once('close', (code) => resolve({ status: code ?? -1, stdout, stderr }))
  })
}

async function pidsOf(supervisor: number): Promise<{ core: number | undefined; edge: number | undefined }> {
  const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  const of = (part: string): number | undefined => children.find((pid) => commandOf(pid).includes(`\0${part}\0`))
  return await Promise.resolve({ core: of('core'), edge: of('edge') })
}

function commandOf(pid: number): string {
  try {
    return `${readFileSync(`/proc/${pid}/cmdline`, 'utf8')}\0`
  } catch {
    return ''
  }
}
