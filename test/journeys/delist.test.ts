import { strict as assert } from 'node:assert'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../support/chromium.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { swaks } from '../support/swaks.ts'

/**
 * The whole road, with strangers' programs: Postfix refuses a listed address with an explained line; the sender follows its link,
 * proves a mailbox, presses the button; Postfix accepts the next message, and the page shows it.
 */
describe('A refused sender gets back in', { timeout: 120_000 }, () => {
  let sink: SmtpSink
  let postern: Instance
  let postfix: Postfix
  let browser: Browser

  before(async () => {
    sink = await smtpSink()
    postern = await startInstance({ smarthost: sink.url })
    postfix = await startPostfix({ policy: `127.0.0.1:${postern.ports.policy}`, domain: 'provider.example', port: await freePort() })
    browser = await openBrowser()
  })

  after(async () => {
    await browser?.close()
    await postfix?.stop()
    await postern?.stop()
    await sink?.close()
  })

  const send = async (client: string, to = 'user@provider.example') => await swaks({ port: postfix.port, client, to })

  it('through the link, the letter and the button', async () => {
    const client = '192.0.2.45'
    assert.equal((await send(client)).accepted, true)
    const added = await postern.run('listing', 'add', client, '--reason', 'spam', '--wait')
    assert.equal(added.status, 0, added.stderr)

    const { accepted, refusal = '' } = await send(client)
    assert.equal(accepted, false)
    assert.match(refusal, /^550 5\.7\.606 .*Access denied, banned sending IP \[192\.0\.2\.45\]\. .* \(PSN606\)$/)
    assert.ok(refusal.length <= 510, `${refusal.length} octets on the wire`)
    const [link = ''] = /http:\/\/\S+\/c\/\S+/.exec(refusal) ?? []
    assert.equal((await send(client, 'postmaster@provider.example')).accepted, true, 'postmaster takes mail from everybody')

    const page = await browser.newPage()
    await page.goto(link)
    assert.match(await page.innerText('main'), /192\.0\.2\.45/)
    await page.click('main a[href*="/delist"]')
    await askInPortal(page, 'admin@example.org')

    const letter = await sink.take("admin@example.org")
    assert.deepEqual(letter.to, ["admin@example.org"])
    const code = await page.innerText('output')
    assert.ok(!letter.text.includes(code), 'the code is on the page, not in the letter')
    const [confirm = ''] = /http:\/\/\S+\/confirm\/\S+/.exec(letter.text) ?? []
    await page.goto(confirm)
    await page.click('main form button[type=submit]')
    await page.waitForURL(/\/delist\/[0-9a-z]+$/)
    await page.waitForSelector('table time')
    assert.match(await page.innerText('main'), /delisted/)

    assert.equal((await send(client)).accepted, true)
    await page.waitForFunction(() => /queue id [0-9A-Za-z]+/.test(document.querySelector('main')?.textContent ?? ''), undefined, { timeout: 10_000 })
    const verified = await postern.run('verify')
    assert.equal(verified.status, 0, verified.stdout + verified.stderr)
  })

  it('without browser script, by writing in', async () => {
    const client = '192.0.2.77'
    await postern.run('listing', 'add', client, '--reason', 'spam', '--wait')
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'zh-CN' })
    const page = await context.newPage()
    await page.goto(`${postern.site}/delist?ip=${client}`)
    await fillPortal(page, 'admin@example.org')
    await page.click('main form button[type=submit]')
    await page.waitForURL(/\/delist\/[0-9a-z]+$/)
    assert.match(await page.innerText('main'), /delist\+[0-9a-z.]+@postern\.provider\.example/)
    assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN')
    await context.close()
  })
})

async function askInPortal(page: Page, mailbox: string): Promise<void> {
  await fillPortal(page, mailbox)
  await page.click('main form button[type=submit]')
  await page.waitForURL(/\/delist\/[0-9a-z]+$/)
}

async function fillPortal(page: Page, mailbox: string): Promise<void> {
  await page.fill('input[name=mailbox]', mailbox)
  await page.check('input[name=statement]')
}
