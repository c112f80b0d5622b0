import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Context } from '../../core/context.ts'
import { refusedShownDays } from '../../core/decisions/recipient-actions.ts'
import type { RecipientProvider } from '../../core/recipients/oidc-actions.ts'
import type { Recipient } from '../../core/recipients/recipient.ts'
import { showRefused } from '../../core/vouches/refused-actions.ts'
import {
  askToEnter,
  enter,
  leave,
  recipientOfSession,
  seeRecipientLink,
} from '../../core/recipients/session-actions.ts'
import { openAsRecipient } from '../../core/delisting/recipient-actions.ts'
import { listOwnVouches, showRefusal, vouch, withdrawVouch } from '../../core/vouches/actions.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm, type Fields } from '../form-data.ts'
import { dropSession, keepSession, readSession } from '../letter-session.ts'
import { keepHalf, readHalf } from '../portal/half-cookie.ts'
import { routes } from '../routes.ts'
import type { FieldError } from '../ui/form.ts'
import { sitePage, type Page } from '../ui/layout.ts'
import { askedPage } from '../ui/letter-link-pages.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { openCasePage } from './case-page.ts'
import { answerPage, recipientLinkPage, startPage } from './enter-pages.ts'
import { keepErrand, takeErrand } from './errand-cookie.ts'
import { mailPage } from './mail-page.ts'
import { refusalPage } from './refusal-page.ts'
import { vouchesPage } from './vouches-page.ts'

interface RecipientDeps {
  contextFor(c: WebContext): Context
  readonly https: boolean
  /** The OpenID provider; undefined where letters are the only way. */
  readonly provider?: RecipientProvider | undefined
}

type Status = 200 | 403 | 404 | 409 | 410 | 422 | 429 | 503

/** Rows of one page. */
const pageSize = 50

/** The pages of people whose mailboxes are ours. GET never acts; each POST answers with a page or 303. */
export function recipientRoutes(app: Web, deps: RecipientDeps): void {
  enterRoutes(app, deps)
  if (deps.provider) providerRoutes(app, deps, deps.provider)
  mailRoutes(app, deps)
  vouchRoutes(app, deps)
  caseRoutes(app, deps)
}

/** A mailbox shows itself: the form, the code, the link. */
function enterRoutes(app: Web, { contextFor, https, provider }: RecipientDeps): void {
  app.get(routes.recipients.start.pattern, async (c) => {
    const days = refusedShownDays(contextFor(c))
    return await show(c, startPage(c.var.view, { days, provider: provider?.label }))
  })

  app.post(routes.recipients.start.pattern, async (c) => {
    const ctx = contextFor(c)
    const mailbox = (await readForm(c)).get('mailbox') ?? ''
    try {
      const asked = await askToEnter(ctx, { mailbox, language: c.var.view.language })
      keepHalf(c, asked.id, asked, https)
      return c.redirect(c.var.view.link(routes.recipients.asked.href({ id: asked.id })), 303)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const days = refusedShownDays(ctx)
      const shown = { days, provider: provider?.label, mailbox, errors: [wrong(c, error)] }
      return await show(c, startPage(c.var.view, shown), error.status)
    }
  })

  app.get(routes.recipients.asked.pattern, async (c) => {
    const code = readHalf(c, c.req.param('id') ?? '', https)?.code
    return await show(c, askedPage(c.var.view, { code, again: routes.recipients.start.href() }))
  })

  app.get(routes.recipients.link.pattern, async (c) => {
    const link = c.req.param('link') ?? ''
    const { id } = await seeRecipientLink(contextFor(c), link)
    const needsCode = readHalf(c, id, https) === undefined
    return await show(c, recipientLinkPage(c.var.view, link, { needsCode }))
  })

  app.post(routes.recipients.link.pattern, async (c) => {
    const ctx = contextFor(c)
    const link = c.req.param('link') ?? ''
    const code = (await readForm(c)).get('code')?.trim() || undefined
    const { id } = await seeRecipientLink(ctx, link)
    try {
      const { session } = await enter(ctx, { link, code, secret: readHalf(c, id, https)?.secret })
      keepSession(c, 'recipient', session, { https, lifeMs: ctx.settings.recipients.sessionMs })
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'links.second-half-wrong') throw error
      const message = c.var.view.words.owners.link.wrong(Number(error.facts['left'] ?? 0))
      return await show(c, recipientLinkPage(c.var.view, link, { needsCode: true, message }), 403)
    }
    return c.redirect(c.var.view.link(routes.recipients.mail.href()), 303)
  })
}

/** An OpenID provider stands for the mailbox: there, and back to a page that changes nothing until its form is sent. */
function providerRoutes(app: Web, { contextFor, https }: RecipientDeps, provider: RecipientProvider): void {
  const wentWrong = async (c: WebContext, error: unknown): Promise<Response> => {
    if (!(error instanceof Refusal)) throw error
    const days = refusedShownDays(contextFor(c))
    const errors = [{ message: refusalSentence(c.var.view, error) }]
    return await show(c, startPage(c.var.view, { days, provider: provider.label, errors }), error.status)
  }

  app.get(routes.recipients.provider.pattern, async (c) => {
    try {
      const next = c.var.view.link(routes.recipients.mail.href())
      const { url, errand } = await provider.begin(contextFor(c), next)
      keepErrand(c, errand, https)
      return c.redirect(url, 303)
    } catch (error) {
      return await wentWrong(c, error)
    }
  })

  app.get(
    routes.recipients.providerAnswer.pattern,
    async (c) => await show(c, answerPage(c.var.view, new URL(c.req.url).search.slice(1, 8192))),
  )

  app.post(routes.recipients.providerAnswer.pattern, async (c) => {
    const ctx = contextFor(c)
    const query = (await readForm(c)).get('query') ?? ''
    const errand = takeErrand(c, https)
    try {
      const answer = { errand, query, language: c.var.view.language }
      const { session, next } = await provider.enter(ctx, answer)
      keepSession(c, 'recipient', session, { https, lifeMs: ctx.settings.recipients.sessionMs })
      return c.redirect(next, 303)
    } catch (error) {
      return await wentWrong(c, error)
    }
  })
}

/** What only somebody sees whose mailbox has shown itself. */
function mailRoutes(app: Web, deps: RecipientDeps): void {
  app.get(
    routes.recipients.mail.pattern,
    signedIn(deps, async (c, ctx, recipient) => await mail(c, ctx, recipient)),
  )

  app.post(
    routes.recipients.mail.pattern,
    signedIn(deps, async (c, ctx) => {
      if ((await readForm(c)).get('do') !== 'leave')
        throw new Refusal('form.invalid', { why: 'field', field: 'do' })
      await leave(ctx, readSession(c, 'recipient', deps.https) ?? '')
      dropSession(c, 'recipient', deps.https)
      return c.redirect(c.var.view.link(routes.recipients.start.href()), 303)
    }),
  )
}

/** Vouching for the sender of a refusal, and taking it back. */
function vouchRoutes(app: Web, deps: RecipientDeps): void {
  app.get(
    routes.recipients.refusal.pattern,
    signedIn(deps, async (c, ctx, recipient) => await refusal(c, ctx, recipient)),
  )

  app.post(
    routes.recipients.refusal.pattern,
    signedIn(deps, async (c, ctx, recipient) => {
      const fields = await readForm(c)
      const input = {
        id: c.req.param('id') ?? '',
        mailbox: fields.get('mailbox'),
        domain: fields.get('domain'),
        days: fields.get('days') ?? '',
      }
      try {
        const { id, mailbox } = await vouch(ctx, recipient, input)
        const query = { done: 'made', id, ...(mailbox === recipient.mailbox ? {} : { mailbox }) }
        return c.redirect(c.var.view.link(routes.recipients.vouches.href(query)), 303)
      } catch (error) {
        if (!(error instanceof Refusal) || !error.code.startsWith('vouches.')) throw error
        return await refusal(c, ctx, recipient, fields, error)
      }
    }),
  )

  app.get(
    routes.recipients.vouches.pattern,
    signedIn(deps, async (c, ctx, recipient) => {
      const found = await listOwnVouches(ctx, recipient, c.req.query('mailbox'))
      const isOff = ctx.settings.vouches.mode === 'off'
      const shown = { ...found, isOff, done: c.req.query('done'), id: c.req.query('id') }
      return await show(c, vouchesPage(c.var.view, recipient, shown))
    }),
  )

  app.post(
    routes.recipients.vouches.pattern,
    signedIn(deps, async (c, ctx, recipient) => {
      const fields = await readForm(c)
      if (fields.get('do') !== 'withdraw') throw new Refusal('form.invalid', { why: 'field', field: 'do' })
      const { id, mailbox } = await withdrawVouch(ctx, recipient, fields.get('id') ?? '')
      const query = { done: 'withdrawn', id, ...(mailbox === recipient.mailbox ? {} : { mailbox }) }
      return c.redirect(c.var.view.link(routes.recipients.vouches.href(query)), 303)
    }),
  )
}

/** A case on behalf of a sender; from then on it has a page of its own. */
function caseRoutes(app: Web, deps: RecipientDeps): void {
  app.get(
    routes.recipients.case.pattern,
    signedIn(deps, async (c, _ctx, recipient) => await show(c, openCasePage(c.var.view, recipient))),
  )

  app.post(
    routes.recipients.case.pattern,
    signedIn(deps, async (c, ctx, recipient) => {
      const fields = await readForm(c)
      const input = { code: fields.get('code') ?? '', text: fields.get('text') ?? '' }
      try {
        const token = await openAsRecipient(ctx, recipient, input)
        return c.redirect(c.var.view.link(routes.case.page.href({ token }, { done: 'sent' })), 303)
      } catch (error) {
        if (!(error instanceof Refusal) || error.status >= 500) throw error
        const field = error.code === 'case.code-unknown' ? 'code' : 'text'
        const page = openCasePage(c.var.view, recipient, fields, [{ ...wrong(c, error), field }])
        return await show(c, page, error.status)
      }
    }),
  )
}

async function refusal(
  c: WebContext,
  ctx: Context,
  recipient: Recipient,
  fields?: Fields,
  wrongVouch?: Refusal,
): Promise<Response> {
  const mailbox = fields?.get('mailbox') ?? c.req.query('mailbox')
  const seen = await showRefusal(ctx, recipient, { id: c.req.param('id') ?? '', mailbox })
  const { usualMs, longestMs } = ctx.settings.vouches
  const terms = { usual: Math.floor(usualMs / day), most: Math.floor(longestMs / day) }
  const errors = wrongVouch === undefined ? [] : [wrongOf(c, wrongVouch)]
  const page = refusalPage(c.var.view, recipient, seen, { terms, fields, errors })
  return await show(c, page, wrongVouch?.status)
}

function wrongOf(c: WebContext, refused: Refusal): FieldError {
  const message = refusalSentence(c.var.view, refused)
  const { code } = refused
  if (code === 'vouches.days') return { field: 'days', message }
  return code === 'vouches.domain' ? { field: 'domain', message } : { message }
}

type Handler = (c: WebContext, ctx: Context, recipient: Recipient) => Promise<Response>

function signedIn(
  { contextFor, https }: RecipientDeps,
  handle: Handler,
): (c: WebContext) => Promise<Response> {
  return async (c) => {
    const ctx = contextFor(c)
    const session = readSession(c, 'recipient', https)
    // Whoever comes without a session begins.
    if (session === undefined && c.req.method === 'GET')
      return c.redirect(c.var.view.link(routes.recipients.start.href()), 303)
    return await handle(c, ctx, await recipientOfSession(ctx, session))
  }
}

async function mail(c: WebContext, ctx: Context, recipient: Recipient): Promise<Response> {
  const asked = {
    mailbox: c.req.query('mailbox'),
    domain: c.req.query('domain'),
    after: c.req.query('after'),
    limit: pageSize,
  }
  try {
    return await show(c, mailPage(c.var.view, recipient, await showRefused(ctx, recipient, asked)))
  } catch (error) {
    if (!(error instanceof Refusal) || asked.mailbox === undefined) throw error
    const own = await showRefused(ctx, recipient, { limit: pageSize })
    const wrongMailbox = { ...wrong(c, error), field: 'mailbox' }
    return await show(c, mailPage(c.var.view, recipient, own, [wrongMailbox]), error.status)
  }
}

function wrong(c: WebContext, refusal: Refusal): FieldError {
  const message = refusalSentence(c.var.view, refusal)
  return refusal.status === 422 ? { field: 'mailbox', message } : { message }
}

async function show(c: WebContext, page: Page, status = 200): Promise<Response> {
  c.header('Cache-Control', 'no-store')
  return await c.html(sitePage(c.var.view, page), status as Status)
}
