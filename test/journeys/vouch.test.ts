import { strict as assert } from 'node:assert'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../support/chromium.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { swaks, type Sent } from '../support/swaks.ts'
import { enterByLetter, isGood, openWindow } from './window.ts'

/**
 * With strangers' programs: Postfix refuses a listed sender; the recipient shows their mailbox by a letter, sees the refusal and vouches in
 * Chromium; the same sender reaches that recipient and nobody else; taken back, the vouch lets nothing pass.
 */
describe('A recipient vouches', { timeout: 120_000 }, () => {
  let sink: SmtpSink
  let postern: Instance
  let postfix: Postfix
  let browser: Browser

  before(async () => {
    sink = await smtpSink()
    postern = await startInstance({ smarthost: sink.url })
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port: await freePort(),
    })
    browser = await openBrowser()
  })

  after(async () => {
    await browser?.close()
    await postfix?.stop()
    await postern?.stop()
    await sink?.close()
  })

  const [ada, bob] = ['ada@provider.example', 'bob@provider.example']
  const send = async (to: string, from = 'invoices@shop.example'): Promise<Sent> =>
    await swaks({ port: postfix.port, client: '192.0.2.45', to, from })

  /** Asks until it is so: records and changes travel for a moment. */
  async function until<T>(ask: () => Promise<T>, is: (seen: T) => boolean): Promise<T> {
    for (let tries = 0; ; tries++) {
      const seen = await ask()
      if (is(seen) || tries === 50) return seen
      await sleep(100)
    }
  }

  it('for mail that was refused to them, which then passes to them alone, until they take it back', async () => {
    const added = await postern.run('listing', 'add', '192.0.2.45', '--reason', 'spam', '--wait')
    assert.equal(added.status, 0, added.stderr)
    for (const to of [ada, bob]) assert.match((await send(to)).refusal ?? '', /^550 5\.7\.606/)

    const page = await openWindow(browser, 360)
    await enterByLetter(page, postern.site, ada, sink)
    await until(
      async () => {
        await page.reload()
        return await page.innerText('main')
      },
      (list) => list.includes('shop.example'),
    )
    await isGood(page)
    await page.locator('main a[href^="/recipients/mail/"]').first().click()
    assert.match(await page.innerText('main'), /192\.0\.2\.0\/24/)
    await isGood(page)

    await page.fill('#f-days', '7')
    await page.locator('main form:has(#f-days) button').click()
    assert.match(await page.innerText('main'), /You vouch for shop\.example/)
    await isGood(page)
    const passed = await until(
      async () => await send(ada),
      ({ accepted }) => accepted,
    )
    assert.equal(passed.refusal, undefined)
    assert.match((await send(bob)).refusal ?? '', /^550 5\.7\.606/, 'another recipient')
    assert.match((await send(ada, 'x@other.example')).refusal ?? '', /^550 5\.7\.606/, 'another domain')

    const vouches = await until(
      async () => {
        await page.goto(`${postern.site}/recipients/vouches`)
        return await page.innerText('main')
      },
      (list) => /once|times/.test(list),
    )
    assert.match(vouches, /once|times/, 'what passed is recorded')
    await page.locator('main form:has([value="withdraw"]) button').first().click()
    assert.match(await page.innerText('main'), /Your vouch for shop\.example is taken back/)
    await isGood(page)
    const refused = await until(
      async () => await send(ada),
      ({ accepted }) => !accepted,
    )
    assert.match(refused.refusal ?? '', /^550 5\.7\.606/)
    const verified = await postern.run('verify')
    assert.equal(verified.status, 0, verified.stdout + verified.stderr)
  })
})
