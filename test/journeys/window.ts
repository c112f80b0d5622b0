import { strict as assert } from 'node:assert'
import type { Browser, Page } from 'playwright-core'
import { barriers, barriersInDark, watchForBarriers } from '../support/barriers.ts'
import { newOperator } from '../support/console-visit.ts'
import type { Instance } from '../support/instance.ts'
import type { SmtpSink } from '../support/smtp-sink.ts'

/** A page in a browser of somebody's own, so many pixels wide. */
export async function openWindow(browser: Browser, width: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP: true })
  context.setDefaultTimeout(15_000)
  await watchForBarriers(context)
  return await context.newPage()
}

/** The page fits into its window, and axe-core finds nothing in light and dark. */
export async function isGood(page: Page): Promise<void> {
  assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), page.url())
  assert.deepEqual([...(await barriers(page)), ...(await barriersInDark(page))], [], page.url())
}

/** A new operator signs in with password and code; gives the address of the console. */
export async function signInWith(page: Page, postern: Instance, name: string, role: string): Promise<string> {
  const origin = `http://127.0.0.1:${postern.ports.console}`
  await page.goto(`${origin}/sign-in`)
  for (const [field, value] of Object.entries(await newOperator(postern, name, role)))
    await page.fill(`#f-${field}`, value)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  assert.doesNotMatch(page.url(), /sign-in/)
  return origin
}

/** A recipient shows that the mailbox is theirs; the page of their mail is open then. */
export async function enterByLetter(
  page: Page,
  site: string,
  mailbox: string,
  world: SmtpSink,
): Promise<void> {
  await page.goto(`${site}/recipients`)
  await page.fill('#f-mailbox', mailbox)
  await isGood(page)
  await page.click('main form button')
  const { links } = await world.take(mailbox)
  const [link = ''] = links.filter((each) => each.includes('/recipients/link/'))
  await page.goto(link)
  await page.click('main form button')
  // Only then is there a page that can be loaded again.
  await page.waitForURL(/\/recipients\/mail$/)
}
