import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A real rspamd of its own, a milter on one port of the loopback: SPF, DKIM, DMARC and what `deploy/rspamd` ships. */
export interface Rspamd {
  readonly port: number
  log(): string
  stop(): Promise<void>
}

const deploy = join(import.meta.dirname, '..', '..', 'deploy', 'rspamd')

/** Starts one that asks the DNS server on `dns` alone. `settings` go into section `postern`, `exporter` into `metadata_exporter`. */
export async function startRspamd(options: {
  readonly port: number
  readonly dns: number
  readonly settings: string
  readonly exporter?: string
  /** File of the trace key; our mail gets a trace header then. */
  readonly traceKey?: string
  /** Goes into section `dkim_signing`, whose module is loaded then. */
  readonly signing?: string
}): Promise<Rspamd> {
  if (!existsSync('/usr/bin/rspamd')) {
    throw new Error(
      'this test needs rspamd: apt-get install rspamd (npm run check installs it when it runs as root)',
    )
  }
  const folder = mkdtempSync(join(tmpdir(), 'postern-rspamd-'))
  mkdirSync(join(folder, 'db'))
  cpSync(join(deploy, 'plugins.d'), join(folder, 'plugins.d'), { recursive: true })
  const modules = [
    'spf.lua',
    'dmarc.lua',
    ...(options.exporter === undefined ? [] : ['metadata_exporter.lua']),
    ...(options.signing === undefined ? [] : ['dkim_signing.lua']),
  ]
  for (const name of modules)
    symlinkSync(`/usr/share/rspamd/plugins/${name}`, join(folder, 'plugins.d', name))
  // Debian's list of ten thousand suffixes takes half a minute to compile.
  writeFileSync(join(folder, 'suffixes'), 'com\nnet\norg\n')
  writeFileSync(join(folder, 'rspamd.conf'), configText(folder, options))
  const log = (): string => {
    const path = join(folder, 'log')
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  const words = ['-f', '-i', '-c', join(folder, 'rspamd.conf'), `--var=DBDIR=${join(folder, 'db')}`]
  const child = spawn('rspamd', words, { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill('SIGTERM')) await ended
    rmSync(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; !(await answers(options.port)); attempt++) {
    if (attempt < 300 && child.exitCode === null) await sleep(100)
    else {
      const said = log()
      await stop()
      throw new Error(`rspamd does not answer: ${said}`)
    }
  }
  return { port: options.port, log, stop }
}

function configText(
  folder: string,
  { port, dns, settings, exporter, traceKey, signing }: Parameters<typeof startRspamd>[0],
): string {
  return `options {
  filters = "dkim";
  dns { nameserver = ["127.0.0.1:${dns}"]; timeout = 1s; retransmits = 1; }
  url_tld = "${folder}/suffixes";
  tempdir = "${folder}/db";
  cache_file = "${folder}/db/symbols.cache";
  hs_cache_dir = "${folder}/db";
  control_socket = "${folder}/db/rspamd.sock mode=0600";
  history_file = "${folder}/db/history";
  stats_file = "${folder}/db/stats";
  pidfile = "${folder}/db/pid";
  local_addrs = [];
  explicit_modules = [];
}
logging { type = "file"; filename = "${folder}/log"; level = "info"; }
worker "rspamd_proxy" {
  bind_socket = "127.0.0.1:${port}";
  milter = yes;
  timeout = 30s;
  count = 1;
  upstream "local" { default = yes; self_scan = yes; }
}
lang_detection { languages = "${folder}/db"; }
actions { reject = 15; add_header = 6; }
modules { path = "${folder}/plugins.d/"; }
spf { }
dkim { dkim_cache_size = 2k; dkim_cache_expire = 1d; }
dmarc { }
.include "${deploy}/postern.conf"
postern {
${settings}
}
${traceKey === undefined ? '' : `postern_trace { key_file = "${traceKey}"; }\n`}${signing === undefined ? '' : `dkim_signing {\n${signing}\n}\n`}${exporter === undefined ? '' : `metadata_exporter {\n${exporter}\n}\n`}`
}

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
