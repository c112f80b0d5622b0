import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { reasons } from '../../src/access/reasons.ts'
import { Checks } from '../../src/core/checks/actions.ts'
import { receiveReport } from '../../src/core/abuse/actions.ts'
import { as } from '../../src/core/context.ts'
import { tendForms } from '../../src/core/deliverability/review-actions.ts'
import { receiveProbe } from '../../src/core/probes/actions.ts'
import { pageHref } from '../../src/web/guide/targets.ts'
import { serveHttp, type HttpServer } from '../../src/web/listen.ts'
import { messages } from '../../src/web/messages/messages.ts'
import { linkIn, reportedAccount } from '../support/abuse-pages.ts'
import { barriers, barriersInDark, watchForBarriers } from '../support/barriers.ts'
import { caseId } from '../support/cases.ts'
import { openBrowser } from '../support/chromium.ts'
import { sessionOf } from '../support/console-people.ts'
import { consoleOrigin } from '../support/console-request.ts'
import { testConsole } from '../support/console.ts'
import { testAbuse, testSettings } from '../support/context.ts'
import { databases } from '../support/database.ts'
import { incidentId, reportId } from '../support/desk.ts'
import { fuzzSeed } from '../support/fuzz.ts'
import { goodConnection, goodFacts, goodSignature } from '../support/probe.ts'
import { testShelf, testSite } from '../support/site.ts'
import { openDoors, type Doors } from '../support/visitor.ts'

const isFull = process.env['POSTERN_TORTURE'] !== undefined
const seed = fuzzSeed()
/** So many pages of each kind are looked at in a check, others each time; all of them with `npm run torture`. */
const sampled = 4
/** What a page may weigh with its style, as sent; `npm run torture` weighs every one. */
const mostBytes = 40_000
const narrow = { width: 320, height: 640 }

/** One report is enough for a letter to the owner of the account; the forms are open. */
const { support } = testSettings()
const settings = testSettings({
  support: { ...support, external: 'form' },
  abuse: testAbuse({ suspendWeight: 1, organisations: 1, trusted: ['example.org'] }),
})
const shelf = testShelf(settings)
const languages = ['en', 'zh-CN'] as const
type Language = (typeof languages)[number]

/** Pages of one shape each: all of these are looked at. */
const shapes = [
  '/',
  '/guide',
  '/announcements',
  '/tools',
  '/search?q=mail',
  '/codes',
  '/about',
  '/find',
  '/ip/192.0.2.45',
  '/c/new_192-0-2-45',
  '/nothing',
]
const guide = shelf.guide.pages('en').map(({ section, name }) => pageHref(section, name))
const others = [
  ...shelf.guide.sections('en').map(({ name }) => pageHref(name)),
  ...Object.values(reasons).map(({ slug }) => `/codes/${slug}`),
  '/codes/5.7.1',
  '/search',
  '/search?q=5.7.606-649',
  '/search?q=%E9%82%AE%E4%BB%B6',
]

const header = `Received: from mail.example.org (mail.example.org [192.0.2.45]) by mx.provider.example with ESMTPS id 1; Mon, 4 May 2026 10:20:30 +0000
Authentication-Results: mx.provider.example; spf=pass smtp.mailfrom=example.org
Received: from laptop ([198.51.100.7]) by mail.example.org with ESMTPSA id 2; Mon, 4 May 2026 10:00:00 +0000
DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s1; h=From:To; bh=x; b=y
From: Ada <ada@example.org>`
const bounce =
  '<user@example.com>: host mx.example.com[198.51.100.5] said: 550 5.7.1 Client host [192.0.2.45] blocked using zen.spamhaus.org'

/** Everything that the public sees, in one browser: the pages over a few listings, the tools over a database. */
describe('The public site', { timeout: isFull ? 900_000 : 240_000 }, () => {
  const { open, close } = databases('SQLite')
  let doors: Doors
  let links: readonly string[]
  let site: HttpServer
  let tools: HttpServer
  let browser: Browser

  before(async () => {
    doors = openDoors(await open(), { settings })
    links = await linked()
    site = await serveHttp(testSite({ settings, shelf }), { host: '127.0.0.1', port: 0 })
    tools = await serveHttp(doors.web, { host: '127.0.0.1', port: 0 })
    browser = await openBrowser()
  })
  after(async () => {
    await browser?.close()
    await site?.close()
    await tools?.close()
    await close()
  })

  /** The pages behind the links that a reporter and the owner of a suspended account get. */
  async function linked(): Promise<readonly string[]> {
    const { ctx } = doors
    await reportedAccount(ctx, 'ann@provider.example')
    const { link } = await receiveReport(as(ctx, { kind: 'system', name: 'intake' }), {
      channel: 'web',
      shape: 'reported',
      raw: Buffer.from('From: joe@example.org\r\n\r\nHi'),
      envelope: { client: '192.0.2.45' },
    })
    return [new URL(link).pathname, await linkIn(ctx, 'account-notice')]
  }

  /** The console of these tests at its own origin, for somebody who is signed in; nothing of it goes over a socket. */
  async function openConsole(page: Page): Promise<void> {
    const { app } = testConsole()
    await page.route(`${consoleOrigin}/**`, async (route) => {
      const asked = route.request()
      const body = asked.postData()
      const answer = await app.request(asked.url(), {
        method: asked.method(),
        headers: {
          cookie: `__Host-postern-console=${sessionOf('agent')}`,
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
          origin: consoleOrigin,
        },
        ...(body === null ? {} : { body }),
      })
      await route.fulfill({
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: Buffer.from(await answer.arrayBuffer()),
      })
    })
  }

  async function press(page: Page): Promise<void> {
    await page.locator('main form button[type=submit]').first().click()
    await page.waitForLoadState()
  }

  async function receive(page: Page): Promise<void> {
    const [, tag = ''] = /^p\+([^@]+)@/.exec(await page.innerText('.probe-address')) ?? []
    const client = { ...goodConnection, helo: 'localhost', tls: 'none' }
    const content = { facts: { ...goodFacts, dkim: [{ ...goodSignature, bits: 1024, signed: ['from'] }] } }
    await receiveProbe(doors.ctx, { tag, digest: tag, client, content, writer: undefined })
  }

  describe('has nothing that axe-core calls serious in light and dark, fits into 320 pixels, and asks nobody else', () => {
    let page: Page
    let found: string[] = []
    before(async () => {
      const context = await browser.newContext({ bypassCSP: true, viewport: narrow })
      await watchForBarriers(context)
      page = await context.newPage()
      page.on('request', (request) => {
        const isOurs =
          request.url().startsWith('http://127.0.0.1:') || request.url().startsWith(consoleOrigin)
        if (!isOurs) found.push(`asks ${request.url()}`)
      })
    })
    after(async () => await page?.context().close())

    async function look(name: string, passed: RegExp = /^$/): Promise<void> {
      const all = [...(await barriers(page)), ...(await barriersInDark(page))]
      found.push(...all.filter((barrier) => !passed.test(barrier)).map((barrier) => `${name}: ${barrier}`))
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'))
      if (width > narrow.width) found.push(`${name} is ${width} pixels wide`)
    }

    it('at the abuse desk of the console', async () => {
      found = []
      await openConsole(page)
      for (const path of deskPages()) {
        await page.goto(`${consoleOrigin}${path}`)
        await look(path)
      }
      await page.goto(`${consoleOrigin}/abuse/reports/${reportId}`)
      await look('a report')
      await page.goto(`${consoleOrigin}/abuse/reports/${reportId}/evidence`)
      await press(page)
      assert.match(await page.innerText('main'), /Buy now/)
      await look('its evidence')
      assert.deepEqual(found, [])
    })

    it('at the desk of cases, with a form and a forecast beside the thread', async () => {
      found = []
      await openConsole(page)
      for (const path of ['/cases', `/cases/${caseId}`, `/cases/${caseId}/decide?deed=conditional`]) {
        await page.goto(`${consoleOrigin}${path}`)
        await look(path)
      }
      assert.deepEqual(found, [])
    })

    for (const language of languages) {
      it(`on the pages, in ${language}`, async () => {
        found = []
        for (const path of pagesOf(language)) {
          await page.goto(`http://127.0.0.1:${site.port}/${language}${path}`)
          await look(path)
        }
        assert.deepEqual(found, [], `POSTERN_FUZZ_SEED=${seed}`)
      })

      it(`in the tools, filled in, in ${language}`, async () => {
        found = []
        const go = async (path: string): Promise<void> =>
          void (await page.goto(`http://127.0.0.1:${tools.port}/${language}${path}`))
        await go('/probe')
        await look('probe')
        await press(page)
        // It looks again by itself until the message has come; nothing is typed there that could be lost.
        await look('waiting', /meta-refresh/)
        await receive(page)
        await page.reload()
        await look('report of a probe')
        await go('/headers')
        await page.fill('textarea[name=header]', header)
        await press(page)
        assert.equal(await page.locator('svg.hops').count(), 1)
        await look('header')
        await go('/analyse')
        await look('analyse')
        await page.fill('textarea[name=text]', bounce)
        await press(page)
        assert.match(await page.innerText('main'), /spamhaus/)
        await look('bounce')
        for (const path of [
          '/check?domain=example.org',
          '/delist?ip=192.0.2.45',
          '/report',
          '/transparency',
          '/clock',
          '/my-data',
          '/deliverability?ip=192.0.2.45',
          '/warm-up?ip=192.0.2.45',
        ]) {
          await go(path)
          await look(path)
        }
        await go('/deliverability')
        await page.fill('textarea[name=addresses]', '192.0.2.45\n10.1.2.3\n2001:db8:1:2::5')
        await page.check('input[value=junk]')
        await page.fill('[name=mailbox]', 'ada@example.org')
        await press(page)
        await page.waitForURL(/\/forms\/asked\//)
        await look('code of a form')
        await page.goto(`http://127.0.0.1:${tools.port}${(await doors.letter('confirm-form')) ?? ''}`)
        await look('link of a form')
        await press(page)
        await tendForms(doors.ctx, new Checks())
        await page.reload()
        assert.match(await page.innerText('main'), /10\.1\.2\.3/)
        await look('case of a form')
        for (const path of links) {
          await go(path)
          // The page of a report that nobody has read yet looks again by itself as well.
          await look(path, /meta-refresh/)
        }
        assert.deepEqual(found, [])
      })
    }
  })

  it('sends no page that is heavier than 40 kB with its style, with one request besides the page', async () => {
    const asked = `http://127.0.0.1:${site.port}`
    const style = /<link rel="stylesheet" href="([^"]+)"/.exec(
      await (await fetch(`${asked}/en/`)).text(),
    )?.[1]
    assert.ok(style)
    const weightOf = async (url: string): Promise<number> => {
      const answer = await fetch(url, { headers: { 'accept-encoding': 'identity' } })
      return (await answer.arrayBuffer()).byteLength
    }
    const ofStyle = await weightOf(new URL(style, asked).href)
    for (const language of languages)
      for (const path of [...shapes, ...guide, ...others]) {
        const answer = await fetch(`${asked}/${language}${path}`)
        const html = await answer.text()
        const weight = ofStyle + Buffer.byteLength(html)
        assert.ok(weight <= mostBytes, `${language}${path}: ${weight} bytes`)
        const linked =
          html.match(/<(?:link rel="stylesheet"|img|iframe|script(?! type="module"| defer| src))/g) ?? []
        assert.deepEqual(linked, ['<link rel="stylesheet"'], path)
      }
  })

  describe('works by keyboard alone, without script, on 360 pixels', () => {
    let page: Page
    before(async () => {
      const context = await browser.newContext({
        javaScriptEnabled: false,
        viewport: { width: 360, height: 740 },
      })
      page = await context.newPage()
    })
    after(async () => await page?.context().close())

    /** Presses Tab until this has the focus, as somebody does who has no mouse. */
    async function tabTo(selector: string): Promise<void> {
      for (let stops = 0; (await page.locator(`${selector}:focus`).count()) === 0; stops++) {
        assert.ok(stops < 30, `${selector} is not reached by Tab on ${page.url()}`)
        await page.keyboard.press('Tab')
      }
    }

    async function type(selector: string, text: string): Promise<void> {
      await tabTo(selector)
      await page.keyboard.insertText(text)
    }

    async function enter(): Promise<void> {
      await tabTo('main form button[type=submit]')
      await Promise.all([page.waitForLoadState(), page.waitForEvent('load'), page.keyboard.press('Enter')])
    }

    const words = messages['zh-CN']
    /** Each tool as a person uses it, and what they must read then. In Chinese: its words wrap otherwise, and nothing else differs. */
    const uses: Readonly<Record<string, () => Promise<string>>> = {
      '/analyse': async () => {
        await type('textarea[name=text]', bounce)
        await enter()
        return 'spamhaus'
      },
      '/headers': async () => {
        await type('textarea[name=header]', header)
        await enter()
        return 'mail.example.org'
      },
      '/check': async () => {
        await type('[name=domain]', 'example.org')
        await type('[name=ip]', '192.0.2.45')
        await enter()
        return words.check.details
      },
      '/probe': async () => {
        await enter()
        return '@postern.provider.example'
      },
      '/find': async () => {
        await type('main textarea[name=q]', '192.0.2.45')
        await enter()
        return words.site.address.notListed('192.0.2.45')
      },
      '/search': async () => {
        await type('main [name=q]', '退信')
        await page.keyboard.press('Enter')
        await page.waitForURL(/q=/)
        return '怎样看懂退信'
      },
      '/delist': async () => {
        await type('[name=ip]', '192.0.2.45')
        await type('[name=mailbox]', 'ada@example.org')
        await tabTo('[name=statement]')
        await page.keyboard.press('Space')
        await enter()
        return 'delist+'
      },
      '/deliverability': async () => {
        await type('textarea[name=addresses]', '192.0.2.45')
        await tabTo('[name=symptom]')
        await page.keyboard.press('ArrowDown')
        await type('textarea[name=words]', '550 5.7.606')
        await type('[name=mailbox]', 'ada@example.org')
        await enter()
        return 'f+'
      },
      '/report': async () => {
        await type('textarea[name=source]', header)
        await enter()
        return doors.ctx.settings.addresses.abuse
      },
    }
    for (const [path, use] of Object.entries(uses))
      it(`at ${path}`, async () => {
        await page.goto(`http://127.0.0.1:${tools.port}/zh-CN${path}`)
        const expected = await use()
        const text = await page.innerText('main')
        assert.ok(text.includes(expected), `${expected} is not in ${text}`)
        const width = Number(await page.evaluate('document.documentElement.scrollWidth'))
        assert.ok(width <= 360, `${width} pixels wide`)
      })

    it('from the start page into the guide and on', async () => {
      await page.goto(`http://127.0.0.1:${site.port}/en/`)
      await page.keyboard.press('Tab')
      assert.equal(await page.locator(':focus').getAttribute('href'), '#main')
      await tabTo('main a[href$="/guide/troubleshooting/refused"]')
      await page.keyboard.press('Enter')
      await page.waitForURL('**/guide/troubleshooting/refused')
      assert.ok((await page.locator('h1').textContent())?.includes('refused'))
    })
  })
})

/** Every page, or those of one shape each and some of the others: of English more, for in Chinese they have the same shape. */
function pagesOf(language: Language): readonly string[] {
  if (isFull) return [...shapes, ...guide, ...others]
  const count = language === 'en' ? sampled : sampled - 2
  const start = language === 'en' ? shapes : shapes.slice(0, 4)
  return [...start, ...some(guide, count, seed), ...some(others, count, seed + 1)]
}

/** Of the desk some, others each time; the two pages with evidence come to these. */
function deskPages(): readonly string[] {
  const all = [
    '/abuse',
    `/abuse/incidents/${incidentId}`,
    '/abuse/figures',
    '/abuse/standing',
    '/abuse/restricted',
  ]
  return isFull ? all : some(all, 2, seed)
}

/** So many of the list, spread over it, others for another seed. */
function some(list: readonly string[], count: number, from: number): readonly string[] {
  const step = Math.max(1, Math.floor(list.length / count))
  return Array.from({ length: count }, (_, index) => list[(from + index * step) % list.length] ?? '/')
}
