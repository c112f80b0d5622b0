import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { openCaseLink } from '../../access/case-link.ts'
import { issueChallenge } from '../../core/challenges/actions.ts'
import {
  confirmByLink,
  confirmProven,
  openByCode,
  seeLink,
  showRequest,
  startRequest,
} from '../../core/delisting/actions.ts'
import { isForPerson } from '../../core/delisting/foresee-actions.ts'
import { proveControl, type Proof } from '../../core/delisting/proof-actions.ts'
import type { Context } from '../../core/context.ts'
import { formatAddress } from '../../standards/ip.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm, readQuery, type Fields } from '../form-data.ts'
import { routes } from '../routes.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { sitePage, type Page } from '../ui/layout.ts'
import type { FieldError } from '../ui/form.ts'
import { confirmPage } from './confirm-page.ts'
import { formPage, type FormValues } from './form-page.ts'
import { keepHalf, readHalf } from './half-cookie.ts'
import { codePage, openRequestPage, overPage } from './request-page.ts'
import { resultPage } from './result-page.ts'
import { liveEvents } from './live.ts'

/** What the portal's handlers are given. */
export interface PortalDeps {
  /** The context of whoever asks. */
  contextFor(c: WebContext): Context
  /** The public site is served over https. */
  readonly https: boolean
}

type Status = 200 | 403 | 404 | 409 | 410 | 422 | 429 | 503

/** The delist portal (DESIGN 7). GET never acts; each POST answers with a page or 303. */
export function portalRoutes(app: Web, deps: PortalDeps): void {
  const { contextFor, https } = deps
  const live = liveEvents()

  app.get(routes.delist.start.pattern, async (c) => {
    const ctx = contextFor(c)
    const query = readQuery(c)
    const values = { ip: query.get('ip'), ...caseValues(ctx, query.get('case')) }
    return await show(c, formPage(c.var.view, values, await formFacts(ctx), []))
  })

  app.post(routes.delist.start.pattern, async (c) => {
    const ctx = contextFor(c)
    const fields = await readForm(c)
    try {
      const started = await startRequest(ctx, {
        ip: fields.get('ip') ?? '',
        mailbox: fields.get('mailbox') ?? '',
        language: c.var.view.language,
        statement: fields.get('statement') === 'yes',
        note: fields.get('note'),
        pow: fields.get('pow') || undefined,
        caseToken: fields.get('case'),
        wantsLetter: fields.get('letter') === 'yes',
      })
      keepHalf(c, started.id, started, https)
      return c.redirect(c.var.view.link(routes.delist.request.href({ id: started.id })), 303)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return await show(c, await formAgain(c, ctx, fields, error), error.status)
    }
  })

  app.get(
    routes.delist.events.pattern,
    async (c) => await live(c, contextFor(c), readHalf(c, idOf(c), https)?.secret),
  )

  app.get(routes.delist.request.pattern, async (c) => await requestPage(c, deps))

  app.post(routes.delist.request.pattern, async (c) => {
    const ctx = contextFor(c)
    const id = idOf(c)
    const fields = await readForm(c)
    const half = readHalf(c, id, https)
    switch (fields.get('do')) {
      case 'open':
        return await openHere(c, deps, fields.get('code') ?? '')
      case 'txt':
      case 'http': {
        const method = fields.get('do') === 'txt' ? 'txt' : 'http'
        return await requestPage(c, deps, await proveControl(ctx, { id, method, secret: half?.secret }))
      }
      case 'delist':
        await confirmProven(ctx, { id, secret: half?.secret })
        return c.redirect(c.var.view.link(routes.delist.request.href({ id })), 303)
      default:
        throw new Refusal('form.invalid', { why: 'field', field: 'do' })
    }
  })

  app.get(routes.delist.confirm.pattern, async (c) => {
    const link = c.req.param('link') ?? ''
    const ctx = contextFor(c)
    const request = await seeLink(ctx, link)
    const needsCode = readHalf(c, request.id, https) === undefined
    const byPerson = await isForPerson(ctx, request.id)
    return await show(c, confirmPage(c.var.view, link, request, { needsCode, byPerson }))
  })

  app.post(routes.delist.confirm.pattern, async (c) => await confirm(c, deps))
}

async function confirm(c: WebContext, { contextFor, https }: PortalDeps): Promise<Response> {
  const ctx = contextFor(c)
  const link = c.req.param('link') ?? ''
  const code = (await readForm(c)).get('code')?.trim() || undefined
  const request = await seeLink(ctx, link)
  const kept = readHalf(c, request.id, https)
  try {
    // Shown on another device the code is worth the browser's half from now on.
    const opened = code === undefined ? undefined : await openByCode(ctx, { id: request.id, code })
    await confirmByLink(ctx, { link, secret: opened?.secret ?? kept?.secret })
    if (kept === undefined && code !== undefined && opened)
      keepHalf(c, request.id, { code, secret: opened.secret }, https)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'delisting.second-half-wrong') throw error
    const message = c.var.view.words.portal.confirm.wrong(Number(error.facts['left'] ?? 0))
    const byPerson = await isForPerson(ctx, request.id)
    return await show(c, confirmPage(c.var.view, link, request, { needsCode: true, byPerson, message }), 403)
  }
  return c.redirect(c.var.view.link(routes.delist.request.href({ id: request.id })), 303)
}

async function requestPage(
  c: WebContext,
  { contextFor, https }: PortalDeps,
  proof?: Proof,
): Promise<Response> {
  const ctx = contextFor(c)
  const id = idOf(c)
  const half = readHalf(c, id, https)
  if (half === undefined) return await show(c, codePage(c.var.view, id, undefined))
  const request = await showRequest(ctx, { id, secret: half.secret })
  if (request.state === 'done' || request.state === 'review')
    return await show(c, resultPage(c.var.view, request))
  if (request.state === 'burned') return await show(c, overPage(c.var.view, 'burned'), 410)
  if (request.expiresAt <= ctx.clock.now()) return await show(c, overPage(c.var.view, 'expired'), 410)
  const byPerson = request.state === 'proven' && (await isForPerson(ctx, id))
  return await show(c, openRequestPage(c.var.view, request, { code: half.code, proof, byPerson }))
}

async function openHere(c: WebContext, { contextFor, https }: PortalDeps, code: string): Promise<Response> {
  const id = idOf(c)
  try {
    const { secret } = await openByCode(contextFor(c), { id, code })
    keepHalf(c, id, { code: code.trim().toUpperCase(), secret }, https)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'delisting.second-half-wrong') throw error
    const message = c.var.view.words.portal.confirm.wrong(Number(error.facts['left'] ?? 0))
    return await show(c, codePage(c.var.view, id, message), 403)
  }
  return c.redirect(c.var.view.link(routes.delist.request.href({ id })), 303)
}

function caseValues(ctx: Context, token: string | undefined): FormValues {
  if (!token) return {}
  const opened = openCaseLink((edge) => ctx.keys.caseLink(edge), token, ctx.clock.now())
  if (opened instanceof Refusal) return {}
  const ip = formatAddress(opened.facts.address)
  return opened.proves ? { ip, caseToken: token, caseAddress: ip } : { ip }
}

/** The form with what was typed and what is wrong with it. */
async function formAgain(c: WebContext, ctx: Context, fields: Fields, refusal: Refusal): Promise<Page> {
  const error: FieldError = { field: fieldOf(refusal), message: refusalSentence(c.var.view, refusal) }
  const values: FormValues = {
    ...caseValues(ctx, fields.get('case')),
    ip: fields.get('ip'),
    mailbox: fields.get('mailbox'),
    note: fields.get('note'),
    statement: fields.get('statement') === 'yes',
    wantsLetter: fields.get('letter') === 'yes',
  }
  return formPage(c.var.view, values, await formFacts(ctx), [error])
}

async function formFacts(ctx: Context): Promise<Parameters<typeof formPage>[2]> {
  return {
    challenge: await issueChallenge(ctx),
    keptDays: Math.round(ctx.settings.retention.requestsMs / day),
  }
}

function fieldOf(refusal: Refusal): string | undefined {
  if (refusal.code.startsWith('address.')) return 'ip'
  if (refusal.code.startsWith('mailbox.')) return 'mailbox'
  return refusal.code === 'delisting.statement-missing' ? 'statement' : undefined
}

function idOf(c: WebContext): string {
  return c.req.param('id') ?? ''
}

async function show(c: WebContext, page: Page, status = 200): Promise<Response> {
  return await c.html(sitePage(c.var.view, page), status as Status)
}
