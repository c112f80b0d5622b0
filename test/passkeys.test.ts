import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { minute } from '../src/base/clock.ts'
import { Checks } from '../src/core/checks/actions.ts'
import { consoleActions } from '../src/core-actions.ts'
import { listAudit } from '../src/core/audit/actions.ts'
import { makeEnrolment } from '../src/core/operators/enrolment-actions.ts'
import { loadAssets } from '../src/web/assets.ts'
import { consoleApp } from '../src/web/console/app.ts'
import type { Web } from '../src/web/env.ts'
import { serveHttp } from '../src/web/listen.ts'
import { openBrowser } from './support/chromium.ts'
import { testContext, testSettings } from './support/context.ts'
import { databases } from './support/database.ts'

const { open, close } = databases('SQLite')
let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(async () => {
  await browser.close()
  await close()
})

/** The console at `http://localhost`, and a page of a browser that has an authenticator which verifies its owner. */
async function openConsole() {
  const doors: Web[] = []
  const door = { fetch: async (...asked: Parameters<Web['fetch']>) => await doors[0]?.fetch(...asked) }
  const server = await serveHttp(door as unknown as Web, { host: '127.0.0.1', port: 0 })
  const origin = `http://localhost:${server.port}`
  const ctx = testContext({ db: await open(), settings: testSettings({ console: { origin } }) })
  const app = consoleApp({
    actions: consoleActions(ctx, { view: async () => ({ failure: 'busy' }) }, new Checks()),
    settings: ctx.settings,
    assets: loadAssets(new URL('../assets/', import.meta.url).pathname),
    clock: ctx.clock,
    log: ctx.log,
    version: 'test',
    trustedProxies: [],
    metrics: async () => '',
  })
  doors.push(app)
  const page = await (await browser.newContext({ locale: 'en' })).newPage()
  const troubles: string[] = []
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  const verifies = async (isUserVerified: boolean): Promise<void> => {
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
  }
  return { ctx, origin, page, troubles, verifies, close: server.close }
}

async function press(page: Page, name: string): Promise<void> {
  await page.locator('main').getByRole('button', { name, exact: true }).click()
}

describe('A passkey, in a real browser', () => {
  it('is added by a link that lets in once, signs in, confirms, and opens nothing once removed', async () => {
    const { ctx, origin, page, troubles, verifies, close: closeDoor } = await openConsole()
    after(closeDoor)
    const link = await makeEnrolment(ctx, { name: 'ada', roles: ['list-operator'] })

    await page.goto(origin + link.path)
    await press(page, 'Come in')
    await page.waitForURL(`${origin}/account#passkeys`)
    await page.getByRole('link', { name: 'Add a passkey' }).click()
    await page.getByLabel('Name').fill('laptop')
    await press(page, 'Add a passkey')
    await page.waitForURL(`${origin}/account`)
    assert.match(await page.locator('main').innerText(), /laptop/)

    const again = await page.context().newPage()
    await again.goto(origin + link.path)
    await press(again, 'Come in')
    await again.getByText('The link was used').waitFor()
    await again.close()

    await page.context().clearCookies()
    await page.goto(`${origin}/sign-in/passkey?next=/listings`)
    const sent = page.waitForRequest((request) => request.method() === 'POST')
    await press(page, 'Sign in with a passkey')
    await page.waitForURL(`${origin}/listings`)
    const shown = (await sent).postData() ?? ''
    const replayed = await fetch(`${origin}/sign-in/passkey`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      body: shown,
      redirect: 'manual',
    })
    assert.deepEqual([replayed.status, replayed.headers.get('set-cookie')], [401, null])

    const [before] = await page.context().cookies()
    ctx.clock.advance(6 * minute)
    await page.goto(`${origin}/account/code?next=/requests`)
    await press(page, 'Use a passkey')
    await page.waitForURL(`${origin}/requests`)
    const [renewed] = await page.context().cookies()
    assert.ok(before && renewed && before.value !== renewed.value)

    await verifies(false)
    await page.goto(`${origin}/account/code?next=/requests`)
    await press(page, 'Use a passkey')
    await page.locator('[data-trouble]').waitFor({ state: 'visible' })
    await verifies(true)

    await page.goto(`${origin}/account`)
    await page.getByRole('link', { name: 'Remove' }).click()
    await press(page, 'Remove')
    await page.waitForURL(`${origin}/account`)
    await page.context().clearCookies()
    await page.goto(`${origin}/sign-in/passkey`)
    await press(page, 'Sign in with a passkey')
    await page.getByText('This passkey does not open this console').waitFor()

    const happened = (await listAudit(ctx, { subject: 'operator:ada', limit: 20 })).map(({ action, facts }) =>
      `${action} ${[facts['way'], facts['name']].filter((each) => typeof each === 'string').join('')}`.trim(),
    )
    assert.deepEqual(happened.toReversed(), [
      'operator.added',
      'operator.link-made',
      'operator.signed-in link',
      'operator.passkey-added laptop',
      'operator.signed-in passkey',
      'operator.confirmed passkey',
      'operator.passkey-revoked laptop',
    ])
    assert.deepEqual(
      troubles.filter((text) => !/status of 4\d\d/.test(text)),
      [],
    )
  })
})
