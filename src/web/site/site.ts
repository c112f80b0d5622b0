import { reasons } from '../../access/reasons.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { formatAddress, parseAddress, type Address } from '../../standards/ip.ts'
import { specialPurpose } from '../../standards/special-purpose.ts'
import { isAbout } from '../client.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm, readQuery } from '../form-data.ts'
import { guideRoutes } from '../guide/guide-routes.ts'
import { routes } from '../routes.ts'
import type { PublicDeps } from '../deps.ts'
import { html } from '../ui/html.ts'
import { sitePage, type Page } from '../ui/layout.ts'
import { ownTrouble } from '../ui/own-trouble.ts'
import { showAnalysed } from '../analyse/analysed.ts'
import { aboutPage } from './about-page.ts'
import { addressPage } from './address-page.ts'
import { codePage, codesPage, severalPage, unknownCodePage } from './code-pages.ts'
import { find, reasonsOfPath, type Found } from './find.ts'
import { findPage } from './find-page.ts'
import { recordPage, refusedOfRecord } from './record-page.ts'
import { startPage } from './start-page.ts'
import { climb, refusedFor, refusedNow, type Ladder } from '../../core/ladder/ladder.ts'
import type { Explanation } from '../../core/senders/explanation.ts'
import { readMessageId } from '../../core/analysis/returned-id.ts'
import { programRoutes } from './well-known.ts'

/** The pages for senders: start, guide, find, look-up, record, codes, about. Nothing here changes anything. */
export function siteRoutes(app: Web, deps: PublicDeps): void {
  const { settings, site } = deps

  /** While our own judgement is held, the pages about refusals say so before anything else. */
  const withTrouble = async (c: WebContext, page: Page): Promise<Page> =>
    (await site.isBraked(c)) ? { ...page, body: html`${ownTrouble(c.var.view)} ${page.body}` } : page

  app.get(
    routes.start.pattern,
    async (c) => await show(c, await withTrouble(c, startPage(c.var.view, deps.shelf))),
  )

  app.get(routes.about.pattern, (c) => show(c, aboutPage(c.var.view, deps.shelf)))

  app.get(routes.codes.pattern, (c) => show(c, codesPage(c.var.view)))

  app.get(routes.code.pattern, async (c) => {
    const text = c.req.param('code')
    const names = reasonsOfPath(text)
    const [name] = names
    if (name === undefined) return await show(c, unknownCodePage(c.var.view, text), 404)
    const asked = readQuery(c)
    const [ip, token] = [asked.get('ip')?.trim() || undefined, asked.get('case')]
    if (names.length > 1) return await show(c, severalPage(c.var.view, text, names, ip))
    const { slug } = reasons[name]
    if (slug !== text) return go(c, routes.code.href({ code: slug }, { ip, case: token }), 301)
    const state = await stateFor(c, deps, ip, token)
    const ladder = state?.ladder ?? climb(refusedFor(name, state?.explanation.ip), {}, settings.support)
    return await show(c, codePage(c.var.view, deps.shelf, name, ladder, state))
  })

  const { networks, site: origin } = settings.provider
  const ours = { host: new URL(origin).host, networks }
  app.get(routes.find.pattern, async (c) => await answer(c, readQuery(c).get('q') ?? '', ours, deps))
  app.post(routes.find.pattern, async (c) => await answer(c, (await readForm(c)).get('q') ?? '', ours, deps))

  app.post(routes.checkAddress.pattern, async (c) => {
    const address = parseAddress(c.req.param('address'))
    if (address instanceof Refusal) throw address
    const outcome = (await site.recheck(c, address)) ?? 'none'
    return go(c, routes.address.href({ address: formatAddress(address) }, { checked: outcome }), 303)
  })

  const showAddress = async (c: WebContext): Promise<Response> => {
    const length = c.req.param('length')
    const text = (c.req.param('address') ?? '') + (length === undefined ? '' : `/${length}`)
    const address = parseAddress(text)
    if (address instanceof Refusal) throw address
    const canonical = formatAddress(address)
    if (canonical !== text) return go(c, routes.address.href({ address: canonical }), 301)
    refuseSpecialPurpose(address)
    const level = isAbout(c.var.client, address) ? 'link' : 'anyone'
    const checked = readQuery(c).get('checked')
    const explanation = await site.explain(c, address, level)
    const ladder = await ladderOf(c, deps, explanation, level === 'link' ? address : undefined)
    const page = addressPage(c.var.view, deps.shelf, { explanation, ladder }, checked)
    return await show(c, await withTrouble(c, page))
  }
  app.get(routes.address.pattern, showAddress)
  app.get(routes.prefix.pattern, showAddress)

  app.get(routes.record.pattern, async (c) => {
    const token = c.req.param('token')
    const opened = await site.openCase(c, token)
    const messageId = readMessageId(readQuery(c).get('message'))
    const refused = refusedOfRecord(opened, { token, messageId })
    const ladder = refused && (await site.ladder(c, refused, opened.facts.address))
    return await show(c, await withTrouble(c, recordPage(c.var.view, deps.shelf, token, opened, ladder)))
  })

  guideRoutes(app, deps)
  programRoutes(app, deps)
}

/** Private and reserved space sends no mail to us. */
function refuseSpecialPurpose(address: Address): void {
  const block = specialPurpose(address)
  if (block !== undefined)
    throw new Refusal('address.special-purpose', { prefix: formatAddress(address), block })
}

/** How it stands for the address or the record that a code page is asked about. */
async function stateFor(
  c: WebContext,
  deps: PublicDeps,
  ip: string | undefined,
  token: string | undefined,
): Promise<Parameters<typeof codePage>[4]> {
  const { site } = deps
  if (token !== undefined) {
    const opened = await site.openCase(c, token)
    const refused = refusedOfRecord(opened, { token })
    const ladder = refused && (await site.ladder(c, refused, opened.facts.address))
    return { explanation: opened.explanation, token, ladder }
  }
  if (ip === undefined) return undefined
  const address = orThrow(parseAddress(ip))
  refuseSpecialPurpose(address)
  const level = isAbout(c.var.client, address) ? 'link' : 'anyone'
  const explanation = await site.explain(c, address, level)
  return { explanation, ladder: await ladderOf(c, deps, explanation, level === 'link' ? address : undefined) }
}

/** The ladder of an address that is refused or put off now; `address` for whoever may know what was tried. */
async function ladderOf(
  c: WebContext,
  { site }: PublicDeps,
  explanation: Explanation,
  address: Address | undefined,
): Promise<Ladder | undefined> {
  const refused = refusedNow(explanation)
  return refused && (await site.ladder(c, refused, address))
}

/** Leads to the page that belongs to what was pasted, or says what to paste. */
async function answer(
  c: WebContext,
  question: string,
  ours: Parameters<typeof find>[1],
  { site, shelf }: PublicDeps,
): Promise<Response> {
  const found = await withoutDeadLink(c, site, find(question, ours))
  switch (found.kind) {
    case 'record':
      return go(c, routes.record.href({ token: found.token }), 303)
    case 'address':
      return go(c, routes.address.href({ address: found.ip }), 303)
    case 'code': {
      const [name] = found.reasons
      const code = found.reasons.length > 1 || name === undefined ? found.code : reasons[name].slug
      return go(c, routes.code.href({ code }, { ip: found.ip }), 303)
    }
    case 'bounce':
      return await showAnalysed(c, shelf, await site.analyse(c, Buffer.from(question)))
    case 'refused':
      return await show(c, findPage(c.var.view, question, found), 422)
    case 'nothing':
    case 'unsure':
    case 'unknown-code': {
      // Not every bounce quotes the reply: a longer text may be one all the same, or a header; a sentence may say what is wrong.
      const isText = question.includes('\n') || (found.kind === 'nothing' && question.trim().includes(' '))
      const analysed = isText ? await site.analyse(c, Buffer.from(question)) : undefined
      if (
        analysed !== undefined &&
        (analysed.answer.kind !== 'unknown' || analysed.answer.perhaps !== undefined)
      )
        return await showAnalysed(c, shelf, analysed)
      return await show(c, findPage(c.var.view, question, question.trim() === '' ? undefined : found))
    }
    case 'name':
    case 'mailbox':
      return await show(c, findPage(c.var.view, question, question.trim() === '' ? undefined : found))
  }
}

/** A link that is cut off or too old: the address and the code of the same text say the next best, and where there are none the page of the link says what is wrong. */
async function withoutDeadLink(c: WebContext, site: PublicDeps['site'], found: Found): Promise<Found> {
  if (found.kind !== 'record' || found.besides.kind === 'nothing' || found.besides.kind === 'unknown-code')
    return found
  try {
    await site.openCase(c, found.token)
    return found
  } catch (error) {
    if (!(error instanceof Refusal) || !deadLinks.has(error.code)) throw error
    return found.besides
  }
}

const deadLinks: ReadonlySet<string> = new Set(['case-link.invalid', 'case-link.expired'])

/** Pages that are the same for everybody may be kept a little while; what is about one sender is not kept at all. */
function show(c: WebContext, page: Page, status: 200 | 404 | 422 = 200): Response | Promise<Response> {
  if (!page.noindex && status === 200) c.header('Cache-Control', 'private, max-age=300')
  return c.html(sitePage(c.var.view, page), status)
}

function go(c: WebContext, href: string, status: 301 | 303): Response {
  return c.redirect(c.var.view.link(href), status)
}
