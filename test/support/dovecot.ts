import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A real Dovecot of its own, LMTP and IMAP on the loopback, with what `deploy/dovecot` ships; every user has the password `secret`. */
export interface Dovecot {
  log(): string
  /** Says these IMAP commands (RFC 9051) as the user, one after the other; gives the answers to each, which all were OK. */
  imap(user: string, ...commands: readonly string[]): Promise<readonly string[]>
  stop(): Promise<void>
}

interface DovecotOptions {
  readonly lmtp: number
  readonly imap: number
  /** Port of the mail server that takes what Dovecot sends. */
  readonly submission: number
}

const deploy = join(import.meta.dirname, '..', '..', 'deploy', 'dovecot')
/** Whose the mail is. */
const owner = 'nobody'

export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  if (!existsSync('/usr/sbin/dovecot')) {
    throw new Error(
      'this test needs Dovecot: apt-get install dovecot-imapd dovecot-lmtpd dovecot-sieve (npm run check installs it when it runs as root)',
    )
  }
  const folder = mkdtempSync(join(tmpdir(), 'postern-dovecot-'))
  chmodSync(folder, 0o755)
  for (const name of ['run', 'state', 'mail']) mkdirSync(join(folder, name))
  cpSync(deploy, join(folder, 'sieve'), { recursive: true })
  writeFileSync(join(folder, 'dovecot.conf'), configText(folder, options))
  const shipped = readFileSync(join(deploy, '90-postern.conf'), 'utf8')
  writeFileSync(
    join(folder, '90-postern.conf'),
    shipped.replaceAll('/etc/dovecot/sieve', join(folder, 'sieve')),
  )
  const ofJunk = readFileSync(join(deploy, '91-postern-junk.conf'), 'utf8')
  writeFileSync(
    join(folder, '91-postern-junk.conf'),
    ofJunk.replaceAll('/etc/dovecot/sieve', join(folder, 'sieve')),
  )
  spawnSync('chown', ['-R', owner, join(folder, 'mail')])
  const config = ['-c', join(folder, 'dovecot.conf')]
  for (const script of ['report-spam', 'report-ham', 'postern-junk']) {
    const words = [
      ...config,
      '-x',
      '+vnd.dovecot.report +imapsieve',
      join(folder, 'sieve', `${script}.sieve`),
    ]
    const { status, stderr } = spawnSync('sievec', words, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`sievec ${script}: ${stderr}`)
  }
  const log = (): string => {
    const path = join(folder, 'log')
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  const child = spawn('dovecot', ['-F', ...config], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill('SIGTERM')) await ended
    rmSync(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; !(await answers(options.imap)); attempt++) {
    if (attempt < 150 && child.exitCode === null) await sleep(100)
    else {
      const said = log()
      await stop()
      throw new Error(`Dovecot does not answer: ${said}`)
    }
  }
  return { log, imap: async (user, ...commands) => await talk(options.imap, user, commands), stop }
}

function configText(folder: string, { lmtp, imap, submission }: DovecotOptions): string {
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
hostname = imap.provider.example
postmaster_address = postmaster@provider.example
submission_host = 127.0.0.1:${submission}
mail_location = maildir:${folder}/mail/%u
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=${owner} gid=nogroup home=${folder}/mail/%u
}
service imap-login {
  inet_listener imap {
    port = ${imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${lmtp}
  }
}
namespace inbox {
  inbox = yes
  mailbox Junk {
    auto = create
    special_use = \\Junk
  }
  mailbox Trash {
    auto = create
    special_use = \\Trash
  }
}
!include ${folder}/90-postern.conf
!include ${folder}/91-postern-junk.conf
`
}

async function talk(port: number, user: string, commands: readonly string[]): Promise<readonly string[]> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  let received = ''
  let wake: () => void = () => undefined
  const hear = (text: string): void => {
    received += text
    wake()
  }
  socket.on('data', hear)
  socket.on('close', () => hear('\r\nclosed\r\n'))
  const told: string[] = []
  try {
    for (const [nth, command] of [`LOGIN ${user} secret`, ...commands].entries()) {
      received = ''
      socket.write(`a${nth} ${command}\r\n`)
      const end = new RegExp(`^(?:a${nth} .*|closed)\r$`, 'm')
      while (!end.test(received)) await new Promise<void>((resolve) => (wake = resolve))
      if (!received.includes(`a${nth} OK`)) throw new Error(`${command}: ${received}`)
      told.push(received)
    }
  } finally {
    socket.destroy()
  }
  return told.slice(1)
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
