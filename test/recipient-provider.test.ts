import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { hour } from '../src/base/clock.ts'
import { recipientProviderOf } from '../src/core-sign-in-actions.ts'
import { as, type Context } from '../src/core/context.ts'
import { visitorOf } from '../src/web/client.ts'
import type { Web, WebContext } from '../src/web/env.ts'
import { serveHttp } from '../src/web/listen.ts'
import { recipientRoutes } from '../src/web/recipients/recipient-routes.ts'
import { openBrowser } from './support/chromium.ts'
import { testContext, testSettings } from './support/context.ts'
import { databases } from './support/database.ts'
import { openProvider, testClient } from './support/oidc.ts'
import { refuse } from './support/refused.ts'
import { testSite } from './support/site.ts'

const { open, close } = databases('SQLite')
let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(async () => {
  await browser.close()
  await close()
})

/** The site at `http://localhost`, and a provider at another host: to a browser they are two sites. */
async function openSite() {
  const doors: Web[] = []
  const door = { fetch: async (...asked: Parameters<Web['fetch']>) => await doors[0]?.fetch(...asked) }
  const server = await serveHttp(door as unknown as Web, { host: '127.0.0.1', port: 0 })
  const site = `http://localhost:${server.port}`
  const provider = await openProvider([`${site}/recipients/provider/answer`])
  const oidc = {
    issuer: provider.issuer,
    clientId: testClient.id,
    secret: testClient.secret,
    label: 'the mail account',
    mailboxClaim: 'email',
    mailboxProof: 'email_verified',
  } as const
  const plain = testSettings()
  const settings = testSettings({
    provider: { ...plain.provider, site },
    recipients: { linkMs: hour, sessionMs: 12 * hour, admins: [], oidc },
  })
  const ctx = testContext({ db: await open(), settings })
  const contextFor = (c: WebContext): Context => as(ctx, visitorOf(c.var.client))
  const app = testSite({
    settings,
    clock: ctx.clock,
    parts: [(web) => recipientRoutes(web, { contextFor, https: false, provider: recipientProviderOf(ctx) })],
  })
  doors.push(app)
  after(async () => {
    await server.close()
    await provider.close()
  })
  return { ctx, site }
}

describe('A recipient with an account, in a real browser', () => {
  for (const javaScriptEnabled of [true, false])
    it(`is led to the provider and back, ${javaScriptEnabled ? 'with' : 'without'} script`, async () => {
      const { ctx, site } = await openSite()
      await refuse(ctx, ['ada@provider.example'], { mailFrom: 'shop.example' })
      const context = await browser.newContext({ locale: 'en', javaScriptEnabled })
      const page = await context.newPage()
      const troubles: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error' && message.location().url.startsWith(site))
          troubles.push(message.text())
      })
      await page.goto(`${site}/recipients`)
      await page.getByRole('link', { name: 'Sign in with the mail account' }).click()
      await page.locator('input[name=login]').fill('ada')
      await page.locator('input[name=password]').fill('x')
      await page.locator('button[type=submit]').click()
      if (!javaScriptEnabled) {
        await page.waitForURL(/\/recipients\/provider\/answer\?/)
        await page.getByRole('button', { name: 'Go on' }).click()
      }
      await page.waitForURL(`${site}/recipients/mail`)
      assert.match(await page.locator('main').innerText(), /You are here as ada@provider\.example/)
      assert.match(await page.locator('main').innerText(), /shop\.example/)
      const names = (await context.cookies(site)).map(({ name }) => name)
      assert.deepEqual(names, ['recipient'])
      assert.deepEqual(troubles, [])
      await context.close()
    })
})
