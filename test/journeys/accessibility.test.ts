import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { reasons } from '../../src/access/reasons.ts'
import { pageHref } from '../../src/web/guide/targets.ts'
import { serveHttp, type HttpServer } from '../../src/web/listen.ts'
import { barriers } from '../support/barriers.ts'
import { openBrowser } from '../support/chromium.ts'
import { testSettings } from '../support/context.ts'
import { testShelf, testSite } from '../support/site.ts'

const settings = testSettings()
const shelf = testShelf(settings)
const languages = ['en', 'zh-CN'] as const
const paths = [
  '/',
  '/guide',
  ...shelf.guide.sections('en').map(({ name }) => pageHref(name)),
  ...shelf.guide.pages('en').map(({ section, name }) => pageHref(section, name)),
  '/announcements',
  '/tools',
  '/search',
  '/search?q=5.7.606-649',
  '/search?q=mail',
  '/search?q=%E9%82%AE%E4%BB%B6',
  '/codes',
  ...Object.values(reasons).map(({ slug }) => `/codes/${slug}`),
  '/codes/5.7.1',
  '/about',
  '/find',
  '/ip/192.0.2.45',
  '/c/new_192-0-2-45',
  '/nothing',
]

describe('Every page of the site', () => {
  let server: HttpServer
  let browser: Browser
  const origin = (): string => `http://127.0.0.1:${server.port}`

  before(async () => {
    server = await serveHttp(testSite({ settings, shelf }), { host: '127.0.0.1', port: 0 })
    browser = await openBrowser()
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  for (const language of languages) {
    it(`has nothing that axe-core calls serious, light and dark (${language})`, async () => {
      const found: string[] = []
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await browser.newContext({ colorScheme, bypassCSP: true })
        const page = await context.newPage()
        for (const path of looked(language, colorScheme)) {
          await page.goto(`${origin()}/${language}${path}`)
          found.push(...(await barriers(page)).map((barrier) => `${path} (${colorScheme}): ${barrier}`))
        }
        await context.close()
      }
      assert.deepEqual(found, [])
    })

    it(`fits into 320 pixels without scrolling sideways (${language})`, async () => {
      const context = await browser.newContext({
        viewport: { width: 320, height: 640 },
        javaScriptEnabled: true,
      })
      const page = await context.newPage()
      for (const path of paths) {
        await page.goto(`${origin()}/${language}${path}`)
        const width = await page.evaluate('document.documentElement.scrollWidth')
        assert.ok(Number(width) <= 320, `${path} is ${String(width)} pixels wide`)
      }
      await context.close()
    })
  }

  it('leads by keyboard from the start page into the guide and on', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${origin()}/en/`)
    await page.keyboard.press('Tab')
    assert.equal(await page.locator(':focus').getAttribute('href'), '#main')
    const link = page.locator('main a', { hasText: 'My mail was refused' })
    await link.focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/guide/troubleshooting/refused')
    assert.ok((await page.locator('h1').textContent())?.includes('refused'))
    await page.goto(`${origin()}/en/search`)
    await page.locator('input[name=q]').focus()
    await page.keyboard.type('junk')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/search?q=junk')
    assert.ok((await page.locator('.hits a').count()) > 0)
    await context.close()
  })
})

/** English pages all; of the same pages in Chinese and in the dark scheme, which share their shape, a part. */
function looked(language: (typeof languages)[number], scheme: 'light' | 'dark'): readonly string[] {
  const step = (language === 'en' ? 1 : 3) * (scheme === 'light' ? 1 : 3)
  return paths.filter((_, index) => index % step === 0)
}
