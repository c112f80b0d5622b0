import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { mintCaseLink } from '../src/access/case-link.ts'
import { openKeys } from '../src/app.ts'
import { orThrow } from '../src/base/refusal.ts'
import { parseAddress } from '../src/standards/ip.ts'

/** `postern analyse` as scripts call it (contracts 3). */
const entry = join(import.meta.dirname, '..', 'src', 'cli.ts')
let folder = ''

interface Ran {
  readonly status: number
  readonly stdout: string
}

async function analyse(words: readonly string[], input = ''): Promise<Ran> {
  return await new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [entry, 'analyse', ...words, '--config', join(folder, 'postern.yaml')],
      {
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    )
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.once('close', (code) => resolve({ status: code ?? -1, stdout }))
    child.stdin.end(input)
  })
}

function lines({ stdout }: Ran): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const bounce = (address: string): string =>
  `From: MAILER-DAEMON@mail.example.org\nTo: ann@example.org\nSubject: Undelivered Mail Returned to Sender\n\n<${address}>: host mx.provider.example[203.0.113.9] said: 550 5.1.1 User unknown (in reply to RCPT TO command)\n`

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-analyse-'))
  writeFileSync(
    join(folder, 'postern.yaml'),
    `data: ${folder}/data\nprovider: { name: Example Mail, domains: [provider.example], site: "https://postmaster.provider.example" }\n`,
  )
})
after(() => rmSync(folder, { recursive: true, force: true }))

describe('postern analyse', () => {
  it('reads folders in sorted order, numbers the messages of an mbox, and says 1 when something was no use', async () => {
    const inbox = join(folder, 'inbox')
    mkdirSync(join(inbox, 'b'), { recursive: true })
    writeFileSync(join(inbox, 'c.eml'), bounce('c@provider.example'))
    writeFileSync(join(inbox, 'a.eml'), '')
    const messages = ['m0', 'm1'].map(
      (name) => `From MAILER-DAEMON Mon May  4 10:00:00 2026\n${bounce(`${name}@provider.example`)}\n`,
    )
    writeFileSync(join(inbox, 'b', 'mail.mbox'), messages.join(''))
    const ran = await analyse(['--json', inbox])
    assert.equal(ran.status, 1)
    assert.deepEqual(
      lines(ran).map(({ file, index, kind, error, recipients }) => [
        String(file).slice(inbox.length + 1),
        index,
        kind,
        error ?? (recipients as { address: string }[])[0]?.address,
      ]),
      [
        ['a.eml', undefined, 'unknown', 'empty'],
        ['b/mail.mbox', 0, 'bounce', 'm0@provider.example'],
        ['b/mail.mbox', 1, 'bounce', 'm1@provider.example'],
        ['c.eml', undefined, 'bounce', 'c@provider.example'],
      ],
    )
  })

  it('reads standard input, and tells people what happened, who must act and what to do next', async () => {
    const ran = await analyse(['-'], bounce('bob@provider.example'))
    assert.equal(ran.status, 0)
    assert.match(ran.stdout, /bob@provider\.example: Not delivered/)
    assert.match(ran.stdout, /There is no such mailbox/)
    assert.match(ran.stdout, /Check the address/)
  })

  it('numbers the messages of an mbox for people from 1', async () => {
    const box = join(folder, 'box')
    const message = `From MAILER-DAEMON Mon May  4 10:00:00 2026\n${bounce('bob@provider.example')}\n`
    writeFileSync(box, message + message)
    const ran = await analyse([box])
    assert.ok(ran.stdout.includes(`${box}, message 1\n`) && ran.stdout.includes(`${box}, message 2\n`))
  })

  it('names a file that is not there, and goes on', async () => {
    const ran = await analyse(['--json', join(folder, 'nothing'), '-'], bounce('bob@provider.example'))
    assert.equal(ran.status, 1)
    assert.deepEqual(
      lines(ran).map(({ kind, error }) => [kind, error]),
      [
        ['unknown', 'unreadable'],
        ['bounce', undefined],
      ],
    )
  })

  it('knows our own refusal, and vouches for its link only with our key', async () => {
    const keyed = join(folder, 'data')
    const facts = {
      keyId: 1,
      edge: 'edge1',
      minute: Math.floor(Date.parse('2026-05-04T10:15:00Z') / 60_000),
      reason: 'spam',
      listing: null,
      address: orThrow(parseAddress('192.0.2.45')),
    } as const
    const token = mintCaseLink(openKeys(keyed).caseLink('edge1'), facts)
    const reply = `550 5.7.606 Access denied, banned sending IP [192.0.2.45]. To see why and to request removal from this list please visit https://postmaster.provider.example/c/${token} (PSN606)`
    const [own] = lines(await analyse(['--json'], reply))
    assert.equal(own?.['kind'], 'reply')
    assert.equal(own?.['ours'], true)
    assert.deepEqual(own?.['case'], {
      ip: '192.0.2.45',
      at: '2026-05-04T10:15:00.000Z',
      reason: 'spam',
      valid: true,
    })
    const [forged] = lines(await analyse(['--json'], reply.replace(token, `${token.slice(0, -4)}AAAA`)))
    assert.deepEqual([forged?.['ours'], forged?.['case']], [true, null])
    rmSync(keyed, { recursive: true })
    const [keyless] = lines(await analyse(['--json'], reply))
    assert.deepEqual(keyless?.['case'], {
      ip: '192.0.2.45',
      at: '2026-05-04T10:15:00.000Z',
      reason: 'spam',
      valid: null,
    })
  })
})
