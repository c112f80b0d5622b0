import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { messages } from '../../src/web/messages/messages.ts'
import { openBrowser } from '../support/chromium.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { policyClient } from '../support/policy-client.ts'

const listed = '192.0.2.45'
/** What a page may weigh with its style, as sent, and how many requests it may take; the mark in the tab is kept for long. */
const mostBytes = 40_000
const mostRequests = 2
/** Stops of the Tab key from the top of the start page to its box: skip link, mark, language, five ways, and room for two more. */
const mostStops = 10

const foreignBounce = (ip: string): string => `This is the mail system at host forward.example.net.

<user@example.com>: host mx.example.com[198.51.100.5] said: 550-5.7.26 Your email has been blocked because the sender is
    unauthenticated. SPF [example.org] with ip: [${ip}] = did not pass (in reply to end of DATA command)`

/** Everybody who comes to the start page, and how each leaves: in a browser without script, on a narrow screen. */
describe('From the start page', { timeout: 120_000 }, () => {
  let instance: Instance
  let browser: Browser
  let reply: string

  before(async () => {
    // Nothing listens there: DNS does not answer.
    const settings = `dns: { servers: ["127.0.0.1:${await freePort()}"] }\n`
    ;[instance, browser] = await Promise.all([startInstance({ settings }), openBrowser()])
    const added = await instance.run('listing', 'add', listed, '--reason', 'spam', '--ends', '3d', '--wait')
    assert.equal(added.status, 0, added.stderr)
    const client = await policyClient(instance.ports.policy)
    reply = await client.ask(listed)
    client.close()
  })
  after(async () => {
    await browser?.close()
    await instance?.stop()
  })

  for (const language of ['en', 'zh-CN'] as const) {
    const words = messages[language]

    let page: Page
    let found: string[] = []

    before(async () => {
      const context = await browser.newContext({
        javaScriptEnabled: false,
        viewport: { width: 360, height: 740 },
        colorScheme: language === 'en' ? 'light' : 'dark',
      })
      page = await context.newPage()
      weigh(page, instance.site, (what) => found.push(what))
    })
    beforeEach(async () => {
      found = []
      await page.context().clearCookies()
      await page.goto(`${instance.site}/${language}`)
    })
    afterEach(async () => {
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'))
      assert.ok(width <= 360, `${width} pixels wide`)
      assert.deepEqual(found, [])
    })

    const topic = async (name: keyof typeof words.site.start.topics): Promise<void> =>
      await follow(page, words.site.start.topics[name].question)

    describe(`in ${language}`, () => {
      it('somebody with a bounce of ours comes to its record by keyboard, and from there to the removal, the check and the guide', async () => {
        let stops = 0
        while (!(await page.locator('main textarea:focus').count())) {
          assert.ok(stops++ < mostStops, 'the box is reached with few stops')
          await page.keyboard.press('Tab')
        }
        await page.keyboard.insertText(`<user@provider.example>: host mx.provider.example said:\n ${reply}`)
        await page.keyboard.press('Tab')
        await Promise.all([page.waitForURL(/\/c\//), page.keyboard.press('Enter')])
        assert.match(await page.innerText('h1'), new RegExp(listed))
        const record = page.url()
        await follow(page, words.support.ladder.toPortal)
        assert.equal(await page.inputValue('[name=ip]'), listed)
        await page.goto(record)
        await follow(page, words.support.ladder.toCheck)
        assert.equal(await page.inputValue('[name=ip]'), listed)
        assert.equal(await page.inputValue('[name=domain]'), 'example.org')
        await page.goto(record)
        await page.locator('main a[href$="/guide/filtering/delisting"]').first().click()
        assert.match(page.url(), /\/guide\/filtering\/delisting$/)
      })

      it('somebody whose mail is late learns what each of our answers means', async () => {
        await topic('delayed')
        await page.locator('main a[href*="/codes/"]').first().click()
        assert.match(await page.innerText('main'), new RegExp(words.site.codes.temporary))
      })

      it('somebody whose mail is in junk gets an address to send a test to', async () => {
        await topic('junk')
        await page.locator('main a[href$="/probe"]').first().click()
        await press(page)
        assert.match(await page.innerText('.probe-address'), /^p\+\S+@\S+$/)
      })

      it('somebody whose mail disappeared learns where to look, and what to give the recipient', async () => {
        await topic('missing')
        const text = await page.innerText('main')
        assert.ok(text.includes('status=deferred') && text.includes('250 2.0.0'), text)
      })

      it('somebody who sends bulk mail has the domain checked, and is not blamed when DNS does not answer', async () => {
        await topic('bulk')
        await page.locator('main a[href$="/check"]').first().click()
        await page.fill('[name=domain]', 'example.org')
        await press(page)
        const report = await page.innerText('main')
        for (const said of [words.check.notAll, words.check.unknownToo])
          assert.ok(report.includes(said), report)
        const faults = page.locator('.badge').getByText(words.check.results.fault, { exact: true })
        assert.equal(await faults.count(), 0)
      })

      it('somebody who runs no server gets a letter to whoever does', async () => {
        await topic('plain')
        await page.locator('main a[href$="/guide/plain/letter"]').first().click()
        assert.ok((await page.innerText('main pre, main .letter')).includes(instance.site))
      })

      it('somebody whose forwarded mail was refused elsewhere learns why, and where to read on', async () => {
        await topic('forwarded')
        await page.locator('main a[href$="/analyse"]').first().click()
        await page.fill('main textarea', foreignBounce('192.0.2.99'))
        await press(page)
        assert.ok((await page.innerText('main')).includes(words.analysis.reasons.authentication))
        assert.equal(await page.locator('main a[href*="/check?ip=192.0.2.99"]').count(), 1)
        await page.locator('main a[href$="/guide/forwarding/forwarding"]').click()
      })

      it('somebody who got spam from here learns where to send it', async () => {
        await topic('spam')
        assert.match(await page.innerText('main'), /abuse@provider\.example/)
      })

      it('somebody with a code, a name or a question that nobody here knows is led on', async () => {
        for (const [typed, way] of [
          ['5.9.999', '/analyse'],
          ['ada@example.org', '/check?domain=example.org'],
          ['what now', '/search'],
        ] as const) {
          await page.goto(`${instance.site}/${language}`)
          await page.fill('main textarea', typed)
          await press(page)
          await page.locator(`main a[href$="${way}"]`).click()
          assert.equal(await page.locator('main h1').count(), 1)
        }
      })
    })
  }
})

/** Tells of each page that takes more bytes or requests than it may, with its style, and of what is asked of somebody else. */
function weigh(page: Page, site: string, tell: (what: string) => void): void {
  let sizes: Promise<number>[] = []
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(`${site}/`)) tell(`${page.url()} asks ${url}`)
    // What a form answers with (303) is no part of the page that it leads to.
    if (request.isNavigationRequest()) sizes = []
  })
  page.on('requestfinished', (request) => {
    if (/\.(?:svg|ico|png)$/.test(request.url())) return
    sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize))
  })
  page.on('load', () => {
    const [url, mine] = [page.url(), sizes]
    void Promise.all(mine).then((all) => {
      const bytes = all.reduce((sum, size) => sum + size, 0)
      if (bytes > mostBytes) tell(`${url} takes ${bytes} bytes`)
    })
    if (mine.length > mostRequests) tell(`${url} takes ${mine.length} requests`)
  })
}

async function follow(page: Page, name: string): Promise<void> {
  await page.locator('main').getByRole('link', { name, exact: true }).first().click()
  await page.waitForLoadState()
}

async function press(page: Page): Promise<void> {
  await page.locator('main form button[type=submit]').first().click()
  await page.waitForLoadState()
}
