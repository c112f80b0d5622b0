import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MailEvent } from '../src/access/mail-event.ts'
import { PostfixJoin } from '../src/access/postfix-join.ts'
import { formatAction, PolicyReader, type PolicyRequest } from '../src/standards/postfix-policy.ts'
import { readPostfixLine } from '../src/standards/postfix-log.ts'
import { SyslogReader } from '../src/standards/syslog.ts'
import { freePort } from './support/instance.ts'
import { startPostfix, type Postfix } from './support/postfix.ts'
import { swaks } from './support/swaks.ts'

const site = 'https://postmaster.provider.example'
const end = `Please visit ${site}/c/AQEEZWRnZQAAAAAAAAAAAAAAAAAAAAAA`

/** Answers as Postern does to a listed address, and to another at the end of its message. */
function answer({ clientAddress, protocolState }: PolicyRequest): string {
  if (clientAddress === '192.0.2.66' && protocolState === 'RCPT')
    return `550 5.7.606 Access denied, banned sending IP [192.0.2.66]. ${end} (PSN606)`
  if (clientAddress === '192.0.2.67' && protocolState === 'END-OF-MESSAGE')
    return `451 4.7.500 Too many messages. ${end} (PSN500)`
  return clientAddress === '192.0.2.68' ? '550 5.7.1 Not today' : 'DUNNO'
}

describe('The log of a real Postfix', { timeout: 60_000 }, () => {
  let policy: Server
  let postfix: Postfix

  before(async () => {
    policy = createServer((socket) => {
      const reader = new PolicyReader()
      socket.on('error', () => socket.destroy())
      socket.on('data', (chunk: Buffer) =>
        reader.push(chunk, (request) => void socket.write(formatAction(answer(request)))),
      )
    })
    const policyPort = await freePort()
    await new Promise<void>((resolve) => policy.listen(policyPort, '127.0.0.1', resolve))
    postfix = await startPostfix({
      policy: `127.0.0.1:${policyPort}`,
      domain: 'provider.example',
      port: await freePort(),
    })
  })

  after(async () => {
    await postfix?.stop()
    policy?.close()
  })

  it('becomes the events that happened', async () => {
    const { port } = postfix
    const bob = 'bob@provider.example'
    await swaks({ port, client: '192.0.2.45', to: bob })
    await swaks({ port, client: '192.0.2.46', to: `${bob},x@other.example,y@other.example` })
    await swaks({ port, client: '192.0.2.47', to: 'x@other.example', from: '<>' })
    await swaks({ port, client: '192.0.2.66', to: bob })
    await swaks({ port, client: '192.0.2.67', to: bob })
    await swaks({ port, client: '192.0.2.68', to: bob })
    const events = await readUntil(() => postfix.log(), 6)
    const facts = events.map((event): unknown => {
      assert.ok(event.type === 'message')
      const { id: _id, at: _at, address: _address, queueId: _queueId, messageId, size, ...rest } = event
      return { ...rest, hasMessage: messageId !== undefined, hasSize: size !== undefined }
    })
    const common = { type: 'message', isOurs: false, ptr: null, unknownRecipients: 0, recipients: 1 }
    const passed = { mailFrom: 'example.org', outcome: 'accepted', hasMessage: true, hasSize: true }
    const helo = 'mail.example.org'
    const stopped = { helo, outcome: 'rejected', hasMessage: false, hasSize: false }
    assert.deepEqual(facts, [
      { ...common, ...passed, ip: '192.0.2.45', helo: undefined },
      { ...common, ...passed, ip: '192.0.2.46', helo, recipients: 3 },
      { ...common, ...stopped, ip: '192.0.2.47', mailFrom: '' },
      { ...common, ...stopped, ip: '192.0.2.66', mailFrom: 'example.org', isOurs: true },
      {
        ...common,
        ...stopped,
        ip: '192.0.2.67',
        mailFrom: 'example.org',
        isOurs: true,
        outcome: 'deferred',
        hasMessage: true,
      },
      { ...common, ...stopped, ip: '192.0.2.68', mailFrom: 'example.org' },
    ])
    assert.ok(events.every(({ at }) => Math.abs(Date.now() - at) < 60_000))
    assert.deepEqual(eventsOf(postfix.log()), events)
  })
})

/** Postfix writes a moment after it has answered. */
async function readUntil(log: () => string, count: number): Promise<readonly MailEvent[]> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const text = log()
    const sessions = text.match(/disconnect from unknown\[192/g)?.length ?? 0
    const messages = text.match(/: removed$/gm)?.length ?? 0
    const refusedIds = text.match(/: message-id=/g)?.length ?? 0
    if (sessions >= count && messages >= 2 && refusedIds >= 3) break
    await sleep(100)
  }
  return eventsOf(log())
}

function eventsOf(log: string): readonly MailEvent[] {
  const reader = new SyslogReader(Intl.DateTimeFormat().resolvedOptions().timeZone)
  const joiner = new PostfixJoin({ networks: [], site })
  const events = log.split('\n').flatMap((text) => {
    const line = reader.read(text, Date.now())
    const entry = line && readPostfixLine(line)
    return entry ? joiner.push(entry) : []
  })
  return [...events, ...joiner.flush()].toSorted((a, b) => (a.ip < b.ip ? -1 : 1))
}
