import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../support/chromium.ts'
import { compoundFile } from '../support/compound-file.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { swaks } from '../support/swaks.ts'
import { startZone, type ZoneServer } from '../support/zone-server.ts'

const client = '192.0.2.45'

/** A message that names an account of ours and came from elsewhere, as its receiver has it. */
function forged(id: string): string {
  return [
    'Return-Path: <ann@provider.example>',
    'Received: from mail.example.net (mail.example.net [198.51.100.9])',
    '\tby mx.example.org (Postfix) with ESMTPS id 5AbC for <joe@example.org>',
    'From: Ann <ann@provider.example>',
    'Subject: An offer',
    `Message-ID: <${id}@provider.example>`,
    '',
    'Buy now',
  ].join('\r\n')
}

interface Part {
  readonly type: string
  readonly name?: string
  readonly body: string | Buffer
}

/** A message by `from` to the abuse desk. */
function mail(from: string, parts: readonly Part[], more: readonly string[] = []): string {
  const top = [
    `From: ${from}`,
    'To: abuse@provider.example',
    'Subject: report',
    `Message-ID: <${randomUUID()}@example.org>`,
    ...more,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
  ]
  const pieces = parts.map(({ type, name, body }) => {
    const named = name === undefined ? '' : `\r\nContent-Disposition: attachment; filename="${name}"`
    const coded = typeof body === 'string' ? '' : '\r\nContent-Transfer-Encoding: base64'
    const text =
      typeof body === 'string' ? body : (body.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n')
    return `--b\r\nContent-Type: ${type}${named}${coded}\r\n\r\n${text}\r\n`
  })
  return `${top.join('\r\n')}\r\n\r\n${pieces.join('')}--b--\r\n`
}

function xarf(message: string): string {
  return JSON.stringify({
    xarf_version: '4.2.0',
    report_id: randomUUID(),
    timestamp: new Date().toISOString(),
    reporter: { org: 'Example', contact: 'abuse@example.org', domain: 'example.org' },
    source_identifier: '198.51.100.9',
    source_port: 25,
    category: 'messaging',
    type: 'spam',
    protocol: 'smtp',
    smtp_from: 'ann@provider.example',
    evidence: [{ content_type: 'message/rfc822', payload: Buffer.from(message).toString('base64') }],
  })
}

const forms: Readonly<Record<string, (id: string) => readonly Part[]>> = {
  attached: (id) => [{ type: 'message/rfc822', body: forged(id) }],
  arf: (id) => [
    { type: 'text/plain', body: 'A report.' },
    { type: 'message/feedback-report', body: 'Feedback-Type: abuse\r\nUser-Agent: Test/1\r\nVersion: 1\r\n' },
    { type: 'message/rfc822', body: forged(id) },
  ],
  eml: (id) => [{ type: 'application/octet-stream', name: 'spam.eml', body: Buffer.from(forged(id)) }],
  msg: (id) => [
    {
      type: 'application/vnd.ms-outlook',
      name: 'spam.msg',
      body: compoundFile({ '__substg1.0_007D001F': Buffer.from(forged(id), 'utf16le') }),
    },
  ],
  pasted: (id) => [{ type: 'text/plain', body: `This came from you:\r\n\r\n${forged(id)}` }],
  quoted: (id) => [{ type: 'text/plain', body: forged(id).replaceAll(/^/gm, '> ') }],
  xarf: (id) => [{ type: 'application/json', name: 'report.json', body: xarf(forged(id)) }],
  'xarf-pasted': (id) => [{ type: 'text/plain', body: xarf(forged(id)) }],
}

/**
 * With strangers' programs: swaks gives every form of report to Postfix, which hands it on to the intake; each reporter gets a letter with
 * the page of their report. A browser fills in the form, and a program calls the API.
 */
describe('Whoever reports mail that names us learns where it came from', { timeout: 180_000 }, () => {
  let dns: ZoneServer
  let sink: SmtpSink
  let postern: Instance
  let postfix: Postfix
  let browser: Browser

  before(async () => {
    dns = await startZone({
      'example.org': { TXT: [`v=spf1 ip4:${client} -all`], MX: ['10 mail.example.org'] },
      'mail.example.org': { A: [client] },
    })
    sink = await smtpSink()
    postern = await startInstance({ smarthost: sink.url, settings: `dns: { servers: ["${dns.address}"] }\n` })
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port: await freePort(),
      settings: `smtp_send_xforward_command = yes
transport_maps = inline:{ provider.example=smtp:[127.0.0.1]:${postern.ports.intake} }
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

  async function send(from: string, message: string): Promise<void> {
    const sent = await swaks({ port: postfix.port, client, to: 'abuse@provider.example', from, message })
    assert.ok(sent.accepted, sent.replies.join('\n'))
  }

  for (const [form, parts] of Object.entries(forms))
    it(`by mail, as ${form}`, async () => {
      const from = `${form}@example.org`
      await send(from, mail(from, parts(form)))
      const letter = await sink.take(from, 40_000)
      const [, path = ''] = /https?:\/\/[^/\s]+(\/report\/[0-9a-z.]+)/.exec(letter.text) ?? []
      assert.notEqual(path, '', letter.text)
      const page = await (await fetch(`${postern.site}/en${path}`)).text()
      assert.match(page, /The message did not come from us/)
      assert.match(page, /198\.51\.100\.9/)
    })

  it('by an inline forward learns once how to attach the message', async () => {
    const from = 'inline@example.org'
    const body =
      '---------- Forwarded message ---------\r\nFrom: Ann <ann@provider.example>\r\nSubject: An offer\r\nTo: joe\r\n\r\nBuy'
    for (const more of ['1', '2'])
      await send(from, mail(from, [{ type: 'text/plain', body: `${body}${more}` }]))
    assert.match((await sink.take(from, 40_000)).text, /\/report\b/)
    await assert.rejects(sink.take(from, 3000))
  })

  it('and nobody answers a program, nor bounces anything', async () => {
    const from = 'robot@example.org'
    await send(from, mail(from, forms['attached']?.('robot') ?? [], ['Auto-Submitted: auto-replied']))
    await assert.rejects(sink.take(from, 4000))
    assert.doesNotMatch(postfix.log(), /status=bounced/)
  })

  it('by the form, whose script works out the proof, and confirms by the letter’s link', async () => {
    const page = await browser.newPage()
    await page.goto(`${postern.site}/en/report`)
    await page.setInputFiles('input[name=file]', {
      name: 'spam.eml',
      mimeType: 'message/rfc822',
      buffer: Buffer.from(forged('form')),
    })
    await page.fill('input[name=mailbox]', 'joe@example.org')
    await page.click('main form button[type=submit]')
    await page.waitForURL(/\/report\/[0-9a-z]{26}\.[0-9a-z]+$/, { timeout: 60_000 })
    const receipt = page.url()
    const letter = await sink.take('joe@example.org', 40_000)
    const [, link = ''] = /https?:\/\/[^/\s]+(\/report\/confirm\/[0-9a-z.]+)/.exec(letter.text) ?? []
    await page.goto(`${postern.site}/en${link}`)
    await page.click('main form button[type=submit]')
    await page.waitForURL(receipt)
    await page.getByText('The message did not come from us').waitFor({ timeout: 40_000 })
    await page.close()
  })

  it('by the form without script learns to send it by mail, and nothing is kept', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${postern.site}/en/report`)
    await page.fill('textarea[name=source]', forged('no-script'))
    await page.click('main form button[type=submit]')
    assert.match(await page.innerText('main'), /nothing was kept[\s\S]*abuse@provider\.example/)
    await context.close()
  })

  it('by the API, with a token', async () => {
    const { stdout } = await postern.run('token', 'add', 'api', 'desk')
    const [token = ''] = /ptn_api_\w+/.exec(stdout) ?? []
    const answer = await fetch(`${postern.site}/api/v1/abuse-reports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: xarf(forged('api')),
    })
    assert.equal(answer.status, 202)
    const receipt = (await answer.json()) as { readonly token: string }
    for (let tries = 0; ; tries++) {
      const asked = await fetch(`${postern.site}/api/v1/abuse-reports/${receipt.token}`)
      const found = (await asked.json()) as { readonly state: string; readonly outcome?: string }
      if (found.state === 'closed') return assert.equal(found.outcome, 'not-ours')
      assert.ok(tries < 100, found.state)
      await sleep(300)
    }
  })
})
