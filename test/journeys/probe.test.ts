import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../support/chromium.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { swaks } from '../support/swaks.ts'
import { startZone, type ZoneServer } from '../support/zone-server.ts'

const client = '192.0.2.45'
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

/** The message as a sender's server would send it: signed by `example.org`; `more`: further fields. */
async function testMessage(to: string, more: readonly string[] = []): Promise<string> {
  const plain = [
    'From: Ada <ada@example.org>',
    `To: ${to}`,
    'Subject: canary-subject',
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    'Message-ID: <journey@example.org>',
    ...more,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'canary-body',
    '',
  ].join('\r\n')
  const signer = {
    signingDomain: 'example.org',
    selector: 's1',
    privateKey,
    headerList: 'From:To:Subject:Date:Message-ID:List-Unsubscribe:List-Unsubscribe-Post',
  }
  const { signatures } = await dkimSign(plain, { ...signer, signatureData: [signer] })
  return signatures + plain
}

/**
 * With strangers' programs: a browser without script presses the button, Postfix hands the signed message of a listed sender on to Postern,
 * and the page shows what was found. Every name in it is answered by a DNS server of the test.
 */
describe('A sender who mails the probe address gets a report', { timeout: 120_000 }, () => {
  let dns: ZoneServer
  let sink: SmtpSink
  let postern: Instance
  let postfix: Postfix
  let browser: Browser

  before(async () => {
    dns = await startZone({
      'example.org': { TXT: ['v=spf1 ip4:192.0.2.45 -all'], MX: ['10 mail.example.org'] },
      'mail.example.org': { A: [client] },
      '45.2.0.192.in-addr.arpa': { PTR: ['mail.example.org'] },
      's1._domainkey.example.org': { TXT: [`v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`] },
      '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject'] },
    })
    sink = await smtpSink()
    postern = await startInstance({
      smarthost: sink.url,
      settings: `dns: { servers: ["${dns.address}"] }\n`,
    })
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port: await freePort(),
      settings: `relay_domains = provider.example, postern.provider.example
smtp_send_xforward_command = yes
transport_maps = inline:{ postern.provider.example=smtp:[127.0.0.1]:${postern.ports.intake}, provider.example=discard: }
`,
    })
    browser = await openBrowser()
  })

  after(async () => {
    await browser?.close()
    await postfix?.stop()
    await postern?.stop()
    await sink?.close()
    await dns?.close()
  })

  it('in a browser without script, though the sender is refused elsewhere', async () => {
    await postern.run('listing', 'add', client, '--reason', 'spam', '--wait')
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${postern.site}/en/probe`)
    await page.click('main form button[type=submit]')
    await page.waitForURL(/\/probe\/[0-9a-z]{26}$/)
    const address = await page.innerText('.probe-address')
    assert.match(address, /^p\+[0-9a-z.]+@postern\.provider\.example$/)

    const message = await testMessage(address)
    const refused = await swaks({ port: postfix.port, client, to: 'user@provider.example', message })
    assert.equal(refused.accepted, false, 'a listed sender')
    const sent = await swaks({ port: postfix.port, client, to: address, from: 'ada@example.org', message })
    assert.ok(sent.accepted, sent.replies.join('\n'))

    // The page looks again by itself.
    await page.getByText('Nothing to mend').or(page.getByText('worth a look')).waitFor({ timeout: 60_000 })
    const report = await page.innerText('main')
    assert.match(report, /Mail from 192\.0\.2\.45 to our users is refused/)
    assert.match(report, /192\.0\.2\.45 has the reverse name mail\.example\.org/)
    assert.match(report, /The server greets as mail\.example\.org/)
    assert.match(report, /SPF passes for example\.org/)
    assert.match(report, /The signature of example\.org \(selector s1, 2048 bits\) is valid/)
    assert.match(report, /DMARC passes for example\.org \(policy reject\)/)
    assert.match(report, /A short letter with the link to this report/)
    assert.match(report, /The session was not encrypted/)
    assert.ok(!report.includes('canary'), 'nothing of the message itself')
    await context.close()

    const letter = await sink.take('ada@example.org')
    const [link = ''] = /http:\/\/\S+\/probe\/[0-9a-z]{26}/.exec(letter.text) ?? []
    assert.equal(link, page.url().replace('/en/probe/', '/probe/'))
    assert.ok(!letter.text.includes('canary'))
  })

  it('as a program, for a newsletter, which is not answered by mail', async () => {
    const asked = await fetch(`${postern.site}/api/v1/probes`, { method: 'POST', body: '{}' })
    const { id, address } = (await asked.json()) as { readonly id: string; readonly address: string }
    const message = await testMessage(address, [
      'List-Unsubscribe: <https://lists.example.org/u/1>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    ])
    const sent = await swaks({ port: postfix.port, client, to: address, from: 'ada@example.org', message })
    assert.ok(sent.accepted, sent.replies.join('\n'))
    const report = await received(id)
    assert.ok(report.findings.some(({ name }) => name === 'list-one-click'))
    assert.equal(report.letter, 'unsafe')
  })

  interface Report {
    readonly state: string
    readonly letter?: string
    readonly findings: readonly { readonly name: string }[]
  }

  async function received(id: string): Promise<Report> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const report = (await (await fetch(`${postern.site}/api/v1/probes/${id}`)).json()) as Report
      if (report.state === 'received') return report
      await sleep(200)
    }
    throw new Error(`no message came: ${postfix.log()}`)
  }
})
