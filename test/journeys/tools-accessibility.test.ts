import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { receiveProbe } from '../../src/core/probes/actions.ts'
import { serveHttp, type HttpServer } from '../../src/web/listen.ts'
import { barriers } from '../support/barriers.ts'
import { openBrowser } from '../support/chromium.ts'
import { databases } from '../support/database.ts'
import { goodConnection, goodFacts, goodSignature } from '../support/probe.ts'
import { openDoors, type Doors } from '../support/visitor.ts'

const header = `Received: from mail.example.org (mail.example.org [192.0.2.45]) by mx.provider.example with ESMTPS id 1; Mon, 4 May 2026 10:20:30 +0000
Authentication-Results: mx.provider.example; spf=pass smtp.mailfrom=example.org
Received: from laptop ([198.51.100.7]) by mail.example.org with ESMTPSA id 2; Mon, 4 May 2026 10:00:00 +0000
DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s1; h=From:To; bh=x; b=y
From: Ada <ada@example.org>`
const bounce =
  '<user@example.com>: host mx.example.com[198.51.100.5] said: 550 5.7.1 Client host [192.0.2.45] blocked using zen.spamhaus.org'

/** The pages of the probe, the header reader and the analyser, filled in, in a browser without script. */
describe('The tools', { timeout: 120_000 }, () => {
  const { open, close } = databases('SQLite')
  let doors: Doors
  let server: HttpServer
  let browser: Browser

  before(async () => {
    doors = openDoors(await open())
    server = await serveHttp(doors.web, { host: '127.0.0.1', port: 0 })
    browser = await openBrowser()
  })
  after(async () => {
    await browser?.close()
    await server?.close()
    await close()
  })

  async function press(page: Page): Promise<void> {
    await page.locator('main form button[type=submit]').first().click()
    await page.waitForLoadState()
  }

  async function receive(page: Page): Promise<void> {
    const [, tag = ''] = /^p\+([^@]+)@/.exec(await page.innerText('.probe-address')) ?? []
    const client = { ...goodConnection, helo: 'localhost', tls: 'none' }
    const content = { facts: { ...goodFacts, dkim: [weak] } }
    await receiveProbe(doors.ctx, { tag, digest: tag, client, content, writer: undefined })
  }
  const weak = { ...goodSignature, bits: 1024, signed: ['from'] }

  for (const [language, colorScheme] of [
    ['en', 'light'],
    ['zh-CN', 'dark'],
  ] as const) {
    it(`have nothing that axe-core calls serious, and fit into 320 pixels (${language}, ${colorScheme})`, async () => {
      const context = await browser.newContext({
        colorScheme,
        bypassCSP: true,
        viewport: { width: 320, height: 640 },
      })
      const page = await context.newPage()
      const found: string[] = []
      const look = async (name: string, passed: RegExp = /^$/): Promise<void> => {
        const all = (await barriers(page)).filter((barrier) => !passed.test(barrier))
        found.push(...all.map((barrier) => `${name}: ${barrier}`))
        const width = Number(await page.evaluate('document.documentElement.scrollWidth'))
        if (width > 320) found.push(`${name} is ${width} pixels wide`)
      }
      const go = async (path: string): Promise<void> =>
        void (await page.goto(`http://127.0.0.1:${server.port}/${language}${path}`))
      await go('/probe')
      await look('probe')
      await press(page)
      // It looks again by itself until the message has come; nothing is typed there that could be lost.
      await look('waiting', /meta-refresh/)
      await receive(page)
      await page.reload()
      await look('report')
      await go('/headers')
      await look('headers')
      await page.fill('textarea[name=header]', header)
      await press(page)
      assert.equal(await page.locator('svg.hops').count(), 1)
      await look('header')
      await go('/analyse')
      await look('analyse')
      await page.fill('textarea[name=text]', bounce)
      await press(page)
      assert.match(await page.innerText('main'), /zen\.spamhaus\.org|spamhaus/)
      await look('bounce')
      assert.deepEqual(found, [])
      await context.close()
    })
  }
})
