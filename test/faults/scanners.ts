import type { Browser, Page } from 'playwright-core'

/**
 * What opens the links of letters before their reader does (security DEL-5): mail filters, previews, sandboxes.
 * Each visits one link as its like do, and gives how many pages it was shown.
 */
export interface Scanner {
  readonly name: string
  visit(link: string): Promise<number>
  close(): Promise<void>
}

/** What robots type into a field that wants something. */
const junk = ['', 'test', 'user@example.org', 'Password1', '12345678', '<b>x</b>'] as const

const agent = 'Mozilla/5.0 (compatible; LinkGuard/4.2; scanner)'

/** Scanners without a browser. `another` is a client address that is not the asker's. */
export function plainScanners(another: () => string): readonly Scanner[] {
  const plain = (name: string, visit: Scanner['visit']): Scanner => ({ name, visit, close: async () => {} })
  return [
    plain('HEAD', async (link) => await head(link)),
    plain('GET', async (link) => (await get(link)).pages),
    plain('GET with assets', async (link) => await getWithAssets(link)),
    plain('script that submits every form', async (link) => await submitForms(link, {})),
    plain(
      'the same through another address',
      async (link) => await submitForms(link, { 'x-forwarded-for': another() }),
    ),
  ]
}

/** Scanners with a browser that runs script. The first two keep their cookies from letter to letter; the third has none. */
export async function browserScanners(browser: Browser, another: () => string): Promise<readonly Scanner[]> {
  const kept = await browser.newContext({ userAgent: agent })
  const looking = pagePool(async () => await kept.newPage())
  const clicking = pagePool(async () => await kept.newPage())
  const elsewhere = pagePool(async () => await (await browser.newContext()).newPage())
  return [
    {
      name: 'browser that runs script',
      visit: async (link) => await looking(async (page) => await look(page, link)),
      close: async () => {},
    },
    {
      name: 'browser that submits every form and clicks every button',
      visit: async (link) => await clicking(async (page) => await submitAndClick(page, link)),
      close: async () => await kept.close(),
    },
    {
      name: 'the same through another address, without cookies',
      visit: async (link) =>
        await elsewhere(async (page) => {
          await page.context().clearCookies()
          await page.context().setExtraHTTPHeaders({ 'x-forwarded-for': another() })
          return await submitAndClick(page, link)
        }),
      close: async () => {},
    },
  ]
}

/** Lends pages, as many as are wanted at once: a new one for each letter would cost more than the visit. */
function pagePool(open: () => Promise<Page>): (work: (page: Page) => Promise<number>) => Promise<number> {
  const idle: Page[] = []
  return async (work) => {
    const page = idle.pop() ?? acceptingAll(await open())
    const answer = await work(page)
    idle.push(page)
    return answer
  }
}

function acceptingAll(page: Page): Page {
  return page.on('dialog', (dialog) => void dialog.accept())
}

async function head(link: string): Promise<number> {
  const answer = await fetch(link, { method: 'HEAD', headers: { 'user-agent': agent } })
  return isPage(answer) ? 1 : 0
}

async function get(
  link: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ pages: number; html: string }> {
  const answer = await fetch(link, { headers: { 'user-agent': agent, ...headers } })
  return { html: await answer.text(), pages: isPage(answer) ? 1 : 0 }
}

function isPage(answer: Response): boolean {
  return answer.headers.get('content-type')?.startsWith('text/html') === true && answer.status < 500
}

/** Everything that the page names, one step far: styles, scripts, pictures, and where its links lead. */
async function getWithAssets(link: string): Promise<number> {
  const { html, pages } = await get(link)
  const named = [...html.matchAll(/\b(?:href|src|action)="([^"#]+)"/g)].map(
    ([, address = '']) => new URL(unescape(address), link),
  )
  const ours = new Set(named.filter(({ origin }) => origin === new URL(link).origin).map(({ href }) => href))
  for (const address of ours) await (await fetch(address, { headers: { 'user-agent': agent } })).arrayBuffer()
  return pages
}

/** Posts each form as it stands, and with each piece of junk in its empty fields. */
async function submitForms(link: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const { html, pages } = await get(link, headers)
  const forms = [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)]
  for (const [, tag = '', inner = ''] of forms) {
    const action = new URL(unescape(attribute(tag, 'action') ?? ''), link)
    const isPost = attribute(tag, 'method')?.toLowerCase() === 'post'
    for (const text of junk) {
      const fields = new URLSearchParams(fieldsOf(inner, text))
      if (!isPost) action.search = fields.toString()
      const body = isPost ? { method: 'POST', body: fields } : {}
      await (
        await fetch(action, { ...body, headers: { 'user-agent': agent, ...headers }, redirect: 'manual' })
      ).arrayBuffer()
    }
  }
  return pages + forms.length
}

function fieldsOf(form: string, text: string): [string, string][] {
  return [...form.matchAll(/<(?:input|textarea|button|select)\b([^>]*)>/g)].flatMap(([, tag = '']) => {
    const name = attribute(tag, 'name')
    return name === undefined ? [] : [[name, unescape(attribute(tag, 'value') || text)]]
  })
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
}

function unescape(html: string): string {
  return html
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** Opens the link, lets its scripts run, looks at all of it. */
async function look(page: Page, link: string): Promise<number> {
  const answer = await page.goto(link, { waitUntil: 'load' })
  await page.mouse.wheel(0, 4000)
  await page.mouse.move(200, 300)
  return answer && answer.status() < 500 ? 1 : 0
}

/**
 * In the page: clicks everything that can be clicked as it stands; then types junk where nothing stands and ticks every box of the
 * form, and either submits it past the browser's own checks or clicks its buttons.
 */
const meddle = (nth: number, text: string, how: 'submits' | 'clicks'): string => `(() => {
  const click = (from) => from.querySelectorAll('button, input[type=submit], [role=button], summary').forEach((each) => each.click())
  click(document)
  const form = document.forms[${nth}]
  for (const field of form.elements) {
    if (field.type === 'checkbox' || field.type === 'radio') field.checked = true
    else if ('value' in field && field.value === '') field.value = ${JSON.stringify(text)}
  }
  if (${how === 'clicks'}) click(form)
  else HTMLFormElement.prototype.submit.call(form)
})()`

/** Clicks each button and submits each form; in every second letter past the browser's checks. */
async function submitAndClick(page: Page, link: string): Promise<number> {
  let pages = await look(page, link)
  const forms = await page.locator('form').count()
  const chance = link.charCodeAt(link.length - 1)
  const how = chance % 2 === 0 ? 'submits' : 'clicks'
  const text = junk[chance % junk.length] ?? ''
  for (let nth = 0; nth < forms; nth++) {
    if (nth > 0) await page.goto(link)
    await Promise.all([
      page.waitForNavigation({ waitUntil: 'load' }),
      page.evaluate(meddle(nth, how === 'clicks' ? text || 'test' : text, how)),
    ])
    pages++
  }
  return pages
}
