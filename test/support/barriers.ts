import axe from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'

interface Violation {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly target: readonly string[] }[]
}

const everything = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"

/** Puts axe-core into every page of a context before the page itself, instead of sending it each time. */
export async function watchForBarriers(context: BrowserContext): Promise<void> {
  await context.addInitScript(axe.source)
}

/** Barriers in a page as axe-core finds them in Chromium (WCAG 2.2 A and AA); the page’s context must bypass the content policy. */
export async function barriers(page: Page): Promise<string[]> {
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(axe.source)
  return await found(page, `{ runOnly: ${everything} }`)
}

/** The same in the dark, without loading the page again: a scheme changes colours and nothing else. */
export async function barriersInDark(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' })
  const all = await found(
    page,
    "{ runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } }",
  )
  await page.emulateMedia({ colorScheme: 'light' })
  return all.map((barrier) => `in the dark: ${barrier}`)
}

async function found(page: Page, options: string): Promise<string[]> {
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>(
    `axe.run(document, ${options})`,
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical' || impact === 'moderate')
    .map(
      ({ id, impact, nodes }) =>
        `${id} (${impact}): ${nodes.map(({ target }) => target.join(' ')).join('; ')}`,
    )
}
