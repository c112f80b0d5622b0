import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A real Postfix of its own: configuration, queue and data in a temporary folder, one port on the loopback. */
export interface Postfix {
  readonly port: number
  /** What it logged so far. */
  log(): string
  readonly logFile: string
  /** Messages that it has taken and not handed on, and those that it tries again later. */
  queued(): number
  stop(): Promise<void>
}

/**
 * Starts Postfix with the restrictions of `docs/operate/postfix.md`, asking the policy server at `policy`
 * (`127.0.0.1:10040` or a socket's path). XCLIENT from the loopback sets the client address; mail for `domain` is accepted and thrown away.
 */
export async function startPostfix(options: {
  readonly policy: string
  readonly domain: string
  readonly port: number
  /** Where other mail goes, by address or domain, as in transport(5): `lmtp:inet:127.0.0.1:8024`. It is relayed for these. */
  readonly transports?: Readonly<Record<string, string>>
  /** Lines of main.cf, beside the usual ones or instead of them. */
  readonly settings?: string
}): Promise<Postfix> {
  if (!existsSync('/usr/sbin/postfix')) {
    throw new Error(
      'this test needs Postfix: apt-get install postfix (npm run check installs it when it runs as root)',
    )
  }
  const folder = mkdtempSync(join(tmpdir(), 'postern-postfix-'))
  chmodSync(folder, 0o755)
  for (const name of ['etc', 'queue', 'data']) mkdirSync(join(folder, name))
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, 'postfix'], { encoding: 'utf8' }).stdout),
  )
  chownSync(join(folder, 'data'), uid ?? 0, gid ?? 0)
  const policy = options.policy.startsWith('/') ? `unix:${options.policy}` : `inet:${options.policy}`
  const service = `{ ${policy}, timeout=2s, try_limit=1, default_action=DUNNO }`
  writeFileSync(
    join(folder, 'etc', 'main.cf'),
    instead(mainCf(folder, options.domain, service, options.transports), options.settings ?? ''),
  )
  writeFileSync(join(folder, 'etc', 'master.cf'), masterCf(options.port))
  const postfix = (...words: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync('postfix', ['-c', join(folder, 'etc'), ...words], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`postfix ${words.join(' ')}: ${stdout}${stderr}${readLog(folder)}`)
    return stdout
  }
  postfix('check')
  spawn('postfix', ['-c', join(folder, 'etc'), 'start'], { stdio: 'ignore' })
  await untilListening(options.port, folder)
  return {
    port: options.port,
    log: () => readLog(folder),
    logFile: join(folder, 'data', 'mail.log'),
    queued: () =>
      filesIn(['maildrop', 'incoming', 'active', 'deferred'].map((name) => join(folder, 'queue', name))),
    stop: async () => {
      spawnSync('postfix', ['-c', join(folder, 'etc'), 'abort'], { stdio: 'ignore' })
      await sleep(200)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function mainCf(
  folder: string,
  domain: string,
  service: string,
  transports: Readonly<Record<string, string>> = {},
): string {
  const relayed = new Set([
    domain,
    ...Object.keys(transports).map((each) => each.slice(each.indexOf('@') + 1)),
  ])
  const ways = Object.entries({ ...transports, [domain]: 'discard:' })
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/data/mail.log
maillog_file_prefixes = ${folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.${domain}
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
relay_domains = ${[...relayed].join(' ')}
transport_maps = inline:{ ${ways.map((way) => `{ ${way.join(' = ')} }`).join(' ')} }
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_client_restrictions = permit_mynetworks, permit_sasl_authenticated,
    check_policy_service ${service}
smtpd_end_of_data_restrictions = check_policy_service ${service}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions =
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtputf8_enable = no
`
}

/** No parameter may be there twice: the warning about it waits for a log that waits for it. */
function instead(usual: string, given: string): string {
  const lines = (text: string): string[] => text.split(/\n(?![ \t])/).filter((line) => line !== '')
  const nameOf = (line: string): string => line.slice(0, line.indexOf('=')).trim()
  const names = new Set(lines(given).map(nameOf))
  return `${[...lines(usual).filter((line) => !names.has(nameOf(line))), ...lines(given)].join('\n')}\n`
}

function masterCf(port: number): string {
  return `127.0.0.1:${port} inet n - n - 50 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
tlsmgr unix - - n 1000? 1 tlsmgr
`
}

function readLog(folder: string): string {
  const path = join(folder, 'data', 'mail.log')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function filesIn(folders: readonly string[]): number {
  return folders
    .flatMap((each) => readdirSync(each, { recursive: true, withFileTypes: true }))
    .filter((each) => each.isFile()).length
}

async function untilListening(port: number, folder: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await answers(port)) return
    await sleep(100)
  }
  throw new Error(`Postfix does not listen on ${port}: ${readLog(folder)}`)
}

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
