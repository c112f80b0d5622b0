import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { until } from '../faults/delist-flow.ts'
import { openBrowser } from '../support/chromium.ts'
import { startInstance, type Instance } from '../support/instance.ts'
import { policyClient, type PolicyClient } from '../support/policy-client.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { isGood, openWindow, signInWith } from './window.ts'

/** A network so wide that nobody lists it alone, an address in it, and a person who asks to be forgotten. */
const [wide, inside] = ['2001:db8::/32', '2001:db8:5::1']
const person = 'ops@example.org'

/**
 * Two administrators at Chromium, and a colleague: what takes two of them is done by two, what a policy server says follows, and all of it
 * stands in the audit.
 */
describe('Two administrators', { timeout: 180_000 }, () => {
  let world: SmtpSink
  let postern: Instance
  let mta: PolicyClient
  let browser: Browser
  let [ada, alan, bob]: Page[] = []

  before(async () => {
    world = await smtpSink()
    postern = await startInstance({ smarthost: world.url })
    mta = await policyClient(postern.ports.policy)
    browser = await openBrowser()
    ada = await signedIn('ada', 'admin')
    alan = await signedIn('alan', 'admin', 360)
    bob = await signedIn('bob', 'viewer')
  })

  after(async () => {
    await browser?.close()
    mta?.close()
    await postern?.stop()
    await world?.close()
  })

  function at(path: string): string {
    return `http://127.0.0.1:${postern.ports.console}${path}`
  }

  async function signedIn(name: string, role: string, width = 1280): Promise<Page> {
    const page = await openWindow(browser, width)
    await signInWith(page, postern, name, role)
    return page
  }

  function of(page: Page | undefined): Page {
    assert.ok(page)
    return page
  }

  async function press(page: Page, name: string): Promise<void> {
    await page.locator('main').getByRole('button', { name, exact: true }).click()
  }

  it('make a third one together, whose session has it from the next page on', async () => {
    const [first, second, third] = [of(ada), of(alan), of(bob)]
    await third.goto(at('/operators'))
    assert.match(await third.innerText('main'), /Your role does not allow this/)
    await first.goto(at('/operators'))
    await isGood(first)
    await first.goto(at('/operators/bob/roles'))
    await isGood(first)
    await first.check('[name="role.admin"]')
    await press(first, 'Change roles')
    const place = first.url()
    assert.match(place, /\/approvals\//)
    assert.match(await first.innerText('main'), /Somebody else must confirm it/)
    assert.equal(await first.getByRole('button', { name: 'Confirm' }).count(), 0, 'nobody confirms their own')
    await third.goto(place)
    assert.doesNotMatch(await third.innerText('main'), /bob|roles/, 'whom it is about learns nothing')

    await second.goto(at('/operators'))
    await second
      .locator('main')
      .getByRole('link', { name: /Give bob these roles/ })
      .click()
    await isGood(second)
    await press(second, 'Confirm')
    assert.match(await second.innerText('main'), /It was confirmed, and is done/)
    await third.goto(at('/operators'))
    assert.match(await third.innerText('main'), /alan/)
    await first.goto(at('/'))
    assert.match(await first.innerText('main'), /What became of what you proposed/)
  })

  it('list a wide network together: until both want it mail passes', async () => {
    const [first, second] = [of(ada), of(alan)]
    await first.goto(at('/listings/add'))
    await first.fill('#f-prefix', wide)
    await first.fill('#f-note', 'Everything from there is spam.')
    await press(first, 'See what it means')
    assert.match(await first.innerText('main'), /is wide: it acts only when a second person agrees/)
    await isGood(first)
    await press(first, 'Propose it')
    const place = first.url()
    assert.match(await first.innerText('main'), /It acts when a second person agrees/)
    await first.goto(`${place.replace(/\?.*$/, '')}/agree`)
    assert.match(await first.innerText('main'), /You proposed it yourself/)
    assert.equal(await mta.ask(inside), 'DUNNO')

    await second.goto(`${place.replace(/\?.*$/, '')}/agree`)
    await isGood(second)
    const since = performance.now()
    await press(second, 'Agree to it')
    await mta.until(inside, 'is refused', since)
    await second.goto(`${place.replace(/\?.*$/, '')}/end`)
    await second.fill('#f-note', 'It was one customer.')
    await press(second, 'End it')
    await mta.until(inside, 'passes', performance.now())
  })

  it('hand out what is known of a person, and forget them together', async () => {
    const [first, second] = [of(ada), of(alan)]
    const theirs = await (await browser.newContext()).newPage()
    await theirs.goto(`${postern.site}/owners`)
    await theirs.fill('#f-mailbox', person)
    await theirs.click('main form button')
    await world.take(person)

    const known = await exported(first)
    assert.ok(known.includes(person))
    await first.goto(at('/person/erase'))
    await isGood(first)
    await first.fill('#f-mailbox', person)
    await press(first, 'Ask for the second person')
    const place = first.url()
    assert.match(place, /\/approvals\//)
    assert.ok((await exported(first)).includes(`"${person}"`), 'nothing is gone yet')
    await second.goto(place)
    assert.match(await second.innerText('main'), /cannot be undone[\s\S]*ops@example\.org/)
    await isGood(second)
    await press(second, 'Confirm')
    await until('they are forgotten', async () => {
      await second.goto(at('/person/erase'))
      const page = await second.innerText('main')
      return /done/.test(page) && !page.includes(person) ? true : undefined
    })
    await isGood(second)
    const { mailbox, ...rest } = JSON.parse(await exported(first)) as { mailbox: string }
    assert.equal(mailbox, person)
    assert.doesNotMatch(JSON.stringify(rest), /ops@example\.org/)
  })

  /** The file that somebody takes. */
  async function exported(page: Page): Promise<string> {
    await page.goto(at('/person'))
    await page.fill('#f-mailbox', person)
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Download as JSON')])
    return readFileSync(await download.path(), 'utf8')
  }

  it('read all of it in the audit, which is whole, and leave every browser that they came with', async () => {
    const [first, second] = [of(ada), of(alan)]
    await second.goto(at('/audit'))
    const page = await second.innerText('main')
    for (const words of [/ada/, /alan/, /bob/]) assert.match(page, words)
    assert.doesNotMatch(page, /ops@example\.org/, 'nothing is ever taken out of it')
    await isGood(second)
    await second.goto(at('/audit/verify'))
    await second.locator('main form button').click()
    assert.match(await second.innerText('main'), /whole/)

    const other = await (await browser.newContext()).newPage()
    const cookies = await first.context().cookies()
    await other.context().addCookies(cookies)
    await other.goto(at('/account'))
    assert.doesNotMatch(other.url(), /sign-in/)
    await first.goto(at('/account/sign-out-everywhere'))
    await press(first, 'Sign out everywhere')
    assert.match(first.url(), /sign-in/)
    await other.goto(at('/account'))
    assert.match(other.url(), /sign-in/)
    const verified = await postern.run('verify')
    assert.equal(verified.status, 0, verified.stdout + verified.stderr)
  })
})
