import { strict as assert } from 'node:assert'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { readMailEventLine, type MessageEvent } from '../../src/access/mail-event.ts'
import { startDns, type TestDns } from '../support/dns.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { startRspamd, type Rspamd } from '../support/rspamd.ts'
import { swaks, type Sent } from '../support/swaks.ts'

const checks = join(import.meta.dirname, '..', '..', 'deploy', 'postfix', 'milter_header_checks')
const client = '192.0.2.45'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

/** example.org proves nothing, example.com everything. */
const records = {
  'example.org': 'v=spf1 -all',
  'bulk.example.org': 'v=spf1 -all',
  '_dmarc.example.org': 'v=DMARC1; p=none',
  'example.com': 'v=spf1 ip4:192.0.2.0/24 -all',
  'mail._domainkey.example.com': `v=DKIM1; k=rsa; p=${key}`,
  '_dmarc.example.com': 'v=DMARC1; p=reject',
}

/**
 * The message stage, with strangers' programs: Postfix takes a message, rspamd finds out who wrote it and asks the message door,
 * Postfix says its answer at the end of DATA.
 */
describe('Who sends much must say who they are', { timeout: 120_000 }, () => {
  let dns: TestDns
  let postern: Instance
  let rspamd: Rspamd
  let postfix: Postfix
  let events: EventSink

  before(async () => {
    events = await eventSink()
    dns = await startDns(records)
    postern = await startInstance({ settings: 'highVolume: { mode: reject, messages: 2 }\n' })
    const token = join(postern.folder, 'events.token')
    writeFileSync(token, 'ptn_events_test\n')
    rspamd = await startRspamd({
      port: await freePort(),
      dns: dns.port,
      settings: `url = "http://127.0.0.1:${postern.ports.lookup}/v1/decide";
  events_url = "${events.url}";
  token_file = "${token}";`,
    })
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port: await freePort(),
      settings: `smtpd_milters = inet:127.0.0.1:${rspamd.port}
milter_default_action = accept
milter_header_checks = regexp:${checks}
`,
    })
  })

  after(async () => {
    await postfix?.stop()
    await rspamd?.stop()
    await postern?.stop()
    await dns?.close()
    await events?.close()
  })

  async function send(domain: string, more: { header?: string; isSigned?: boolean; to?: string } = {}) {
    const { header = '', isSigned = false, to = 'user@provider.example' } = more
    const plain = `${header}From: News <news@${domain}>\r\nTo: ${to}\r\nSubject: journey\r\nDate: ${new Date().toUTCString()}\r\nMessage-ID: <${Math.random()}@${domain}>\r\n\r\nA message of the journey.\r\n`
    return await swaks({
      port: postfix.port,
      client,
      to,
      from: `news@${domain}`,
      message: isSigned ? (await sign(plain, domain)) + plain : plain,
    })
  }

  it('a domain above the limit that proves nothing is refused with exactly 550 5.7.515', async () => {
    await passes(send('example.org'))
    await passes(send('bulk.example.org'))
    const { accepted, replies, refusal = '' } = await send('bulk.example.org')
    assert.equal(accepted, false, `${replies.join('\n')}\n${rspamd.log()}`)
    const words =
      '550 5.7.515 Access denied, sending domain [example.org] does not meet the required authentication level. '
    assert.ok(refusal.startsWith(words), refusal)
    assert.match(
      refusal,
      /\. To see which of SPF, DKIM and DMARC failed, .* http:\/\/\S+\/c\/\S+ \(PSN515\)$/,
    )
    assert.ok(refusal.length <= 510)
    assert.equal(replies.at(-2), refusal, 'it is said at the end of DATA')

    const [link = ''] = /http:\/\/\S+\/c\/\S+/.exec(refusal) ?? []
    const page = await untilPage(link, (text) => text.includes('example.org'))
    for (const test of ['SPF', 'DKIM', 'DMARC'])
      assert.match(page, new RegExp(`>${test}</th>\\s*<td[^>]*>failed</td>`))
    assert.ok(page.includes(words.trimEnd()), 'the line as it was said')
  })

  it('a domain above the limit that proves itself passes, and so does a small one', async () => {
    for (let message = 0; message < 4; message++) await passes(send('example.com', { isSigned: true }))
    await passes(send('example.net'))
  })

  it('each message is told to core, with what the filter thought of it', async () => {
    const told = await events.until((event) => event.from === 'example.com')
    assert.equal(events.authorization, 'Bearer ptn_events_test')
    const { ip, mailFrom, spf, dkim, dmarc, verdict, isOurs } = told
    assert.deepEqual(
      { ip, mailFrom, spf, dkim, dmarc, verdict, isOurs },
      {
        ip: client,
        mailFrom: 'example.com',
        spf: 'pass',
        dkim: ['example.com'],
        dmarc: 'pass',
        verdict: 'ham',
        isOurs: false,
      },
    )
    assert.match(told.messageId ?? '', /@example\.com>$/)
    assert.match(told.queueId ?? '', /^[0-9A-Za-z]+$/)
    assert.ok(Math.abs(told.at - Date.now()) < 60_000)
    assert.deepEqual((await events.until((event) => event.from === 'example.org')).dkim, [])
  })

  it('postmaster hears from everybody, and nobody refuses themselves by a header', async () => {
    await passes(send('example.org', { to: 'postmaster@provider.example' }))
    await passes(send('example.net', { header: 'X-Postern-Refuse: 5.7.515 Refuse me\r\n' }))
  })

  it('without an answer within half a second, and without an edge, mail passes', async () => {
    const { edge } = await postern.pids()
    process.kill(edge ?? 0, 'SIGSTOP')
    await passes(send('example.org'))
    process.kill(edge ?? 0, 'SIGCONT')
    assert.equal((await send('example.org')).accepted, false)
    await postern.stop()
    await passes(send('example.org'))
  })

  async function passes(sending: Promise<Sent>): Promise<void> {
    const { accepted, replies } = await sending
    assert.ok(accepted, `${replies.join('\n')}\n${rspamd.log()}`)
  }
})

interface EventSink {
  readonly url: string
  readonly authorization: string | undefined
  /** The first event of the kind. */
  until(is: (event: MessageEvent) => boolean): Promise<MessageEvent>
  close(): Promise<void>
}

/** Takes events as core does, and reads them as core does. */
async function eventSink(): Promise<EventSink> {
  const taken: MessageEvent[] = []
  let authorization: string | undefined
  const server = createServer((request, response) => {
    authorization = request.headers.authorization
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const event = readMailEventLine(Buffer.concat(chunks).toString())
      const isRead = typeof event !== 'string' && event.type === 'message'
      if (isRead) taken.push(event)
      response.writeHead(isRead ? 202 : 400).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/api/v1/events`,
    get authorization() {
      return authorization
    },
    until: async (is) => {
      for (let attempt = 0; attempt < 100; attempt++) {
        const found = taken.find(is)
        if (found) return found
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Error(`no such event among ${taken.length}`)
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function sign(message: string, domain: string): Promise<string> {
  const signature = {
    signingDomain: domain,
    selector: 'mail',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
  return (await dkimSign(message, { ...signature, signatureData: [signature] })).signatures
}

/** The page once it says what is wanted: the record comes a moment after the refusal. */
async function untilPage(url: string, is: (text: string) => boolean): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const text = await (await fetch(url, { headers: { 'accept-language': 'en' } })).text()
    if (is(text) || attempt > 50) return text
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
