import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dnsResolver } from '../../src/net/resolver.ts'
import { freePort } from './instance.ts'

/** A real recursive resolver (Debian package `unbound`) that asks our zone server for everything. */
export interface Unbound {
  /** As `dns.servers` takes it. */
  readonly address: string
  close(): Promise<void>
}

const program = '/usr/sbin/unbound'

/** `behind`: port of the server that it asks; `probe`: a name with a TXT record, by which we see that it has begun. */
export async function startUnbound(behind: number, probe: string): Promise<Unbound> {
  if (!existsSync(program)) throw new Error('this test needs unbound: apt-get install unbound')
  const folder = mkdtempSync(join(tmpdir(), 'postern-unbound-'))
  const port = await freePort()
  const file = join(folder, 'unbound.conf')
  writeFileSync(file, configOf(folder, port, behind))
  const checked = spawnSync('/usr/sbin/unbound-checkconf', [file], { encoding: 'utf8' })
  if (checked.status !== 0) throw new Error(`unbound does not take its configuration: ${checked.stderr}`)
  const child = spawn(program, ['-d', '-p', '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const close = async (): Promise<void> => {
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.exitCode === null && child.kill('SIGTERM')) await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const resolver = dnsResolver({ servers: [`127.0.0.1:${port}`], timeoutMs: 600 })
  for (let attempt = 0; attempt < 100; attempt++) {
    const texts = await resolver.txt(probe)
    if (texts !== 'temperror' && texts.length > 0) return { address: `127.0.0.1:${port}`, close }
    if (child.exitCode !== null) break
    await sleep(50)
  }
  await close()
  throw new Error(`unbound did not begin: ${log}`)
}

/** Zones of examples are empty by default in unbound; here they are what the test is about. */
function configOf(folder: string, port: number, behind: number): string {
  return `server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  interface: 127.0.0.1
  port: ${port}
  do-not-query-localhost: no
  do-ip6: no
  module-config: "iterator"
  local-zone: "2.0.192.in-addr.arpa." nodefault
  local-zone: "8.b.d.0.1.0.0.2.ip6.arpa." nodefault
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${behind}
`
}
