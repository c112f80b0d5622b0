import { reasonNames, reasons } from '../../access/reasons.ts'
import { Refusal } from '../../base/refusal.ts'
import { formIsFor } from '../../core/cases/external.ts'
import { issueChallenge } from '../../core/challenges/actions.ts'
import type { Context } from '../../core/context.ts'
import { askDeliverability } from '../../core/deliverability/actions.ts'
import { seeForm, showForm } from '../../core/forms/actions.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm, readQuery, type Fields } from '../form-data.ts'
import { keepHalf, readHalf } from '../portal/half-cookie.ts'
import { routes } from '../routes.ts'
import type { FieldError } from '../ui/form.ts'
import { sitePage, type Page } from '../ui/layout.ts'
import { askedPage, linkPage } from '../ui/letter-link-pages.ts'
import { againOf, formAskedPage } from './asked-page.ts'
import { deliverabilityPage } from './deliverability-page.ts'
import { formError } from './form-error.ts'
import { openForm } from './open-form.ts'
import { warmUpRoutes } from './warm-up-routes.ts'

interface FormDeps {
  contextFor(c: WebContext): Context
  readonly https: boolean
}

type Status = 200 | 403 | 404 | 409 | 410 | 422 | 429 | 503

/** Forms that open a case once the mailbox in them has shown itself. GET never acts; each POST answers with a page or 303. */
export function formRoutes(app: Web, deps: FormDeps): void {
  const { contextFor, https } = deps

  app.get(routes.forms.deliverability.pattern, async (c) => {
    const query = readQuery(c)
    return await show(c, await page(c, contextFor(c), knownOf(c, query), []))
  })

  app.post(routes.forms.deliverability.pattern, async (c) => {
    const ctx = contextFor(c)
    const fields = await readForm(c)
    const of = (name: string): string => fields.get(name) ?? ''
    try {
      const asked = await askDeliverability(ctx, {
        addresses: of('addresses'),
        symptom: of('symptom'),
        domain: of('domain'),
        sending: of('sending'),
        volume: of('volume'),
        words: of('words'),
        mailbox: of('mailbox'),
        language: c.var.view.language,
        pow: fields.get('pow') || undefined,
      })
      keepHalf(c, asked.id, asked, https)
      return c.redirect(c.var.view.link(routes.forms.asked.href({ id: asked.id })), 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= 500) throw error
      return await show(
        c,
        await page(c, ctx, fields, [formError(c.var.view, error, c.var.view.words.support.form.wrongField)]),
        error.status,
      )
    }
  })

  warmUpRoutes(app, deps)

  app.get(routes.forms.asked.pattern, async (c) => {
    const id = c.req.param('id') ?? ''
    const half = readHalf(c, id, https)
    if (half === undefined) {
      const kind = c.req.query('form') === 'warm-up' ? 'warm-up' : 'deliverability'
      return await show(c, askedPage(c.var.view, { code: undefined, again: againOf({ kind }) }))
    }
    const form = await showForm(contextFor(c), { id, secret: half.secret })
    if (form.page !== null) return toCase(c, form.page)
    if (form.state === 'over') throw new Refusal('links.over')
    return await show(c, formAskedPage(c.var.view, form, half.code))
  })

  app.post(routes.forms.asked.pattern, async (c) => {
    const id = c.req.param('id') ?? ''
    await readForm(c)
    return toCase(c, await openForm(contextFor(c), { id, secret: readHalf(c, id, https)?.secret }))
  })

  app.get(routes.forms.link.pattern, async (c) => {
    const link = c.req.param('link') ?? ''
    const { id } = await seeForm(contextFor(c), link)
    return await show(c, confirmPage(c, link, { needsCode: readHalf(c, id, https) === undefined }))
  })

  app.post(routes.forms.link.pattern, async (c) => await confirm(c, deps))
}

/** What a refusal tells of the form already: the address, what happens to the mail, the domain, and the reply. */
function knownOf(c: WebContext, query: Fields): Fields {
  const { view } = c.var
  const [ip, token] = [query.get('ip'), query.get('case')]
  const name = reasonNames.find((each) => each === query.get('reason'))
  const fields = new Map<string, string>()
  if (ip !== undefined) fields.set('addresses', ip.slice(0, 100))
  const sending = query.get('sending')
  if (sending !== undefined) fields.set('sending', sending.slice(0, 253))
  if (name === undefined) return fields
  const { code, status, reference } = reasons[name]
  const record =
    token === undefined ? '' : ` ${view.provider.site}${routes.record.href({ token: token.slice(0, 200) })}`
  fields.set('symptom', code === 550 ? 'refused' : 'delayed')
  return fields.set('words', `${code} ${status[view.codes]} (${reference})${record}\n`)
}

async function confirm(c: WebContext, { contextFor, https }: FormDeps): Promise<Response> {
  const ctx = contextFor(c)
  const link = c.req.param('link') ?? ''
  const code = (await readForm(c)).get('code')?.trim() || undefined
  const { id } = await seeForm(ctx, link)
  try {
    const secret = readHalf(c, id, https)?.secret
    return toCase(c, await openForm(ctx, { link, code, secret }))
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'links.second-half-wrong') throw error
    const message = c.var.view.words.owners.link.wrong(Number(error.facts['left'] ?? 0))
    return await show(c, confirmPage(c, link, { needsCode: true, message }), 403)
  }
}

function toCase(c: WebContext, token: string): Response {
  return c.redirect(c.var.view.link(routes.case.page.href({ token }, { done: 'form' })), 303)
}

function confirmPage(
  c: WebContext,
  link: string,
  shown: { readonly needsCode: boolean; readonly message?: string },
): Page {
  const { linkTitle: title, linkLead: lead, linkButton: button } = c.var.view.words.support.form
  return linkPage(c.var.view, { title, lead, action: routes.forms.link.href({ link }), button }, shown)
}

async function page(
  c: WebContext,
  ctx: Context,
  fields: Fields,
  errors: readonly FieldError[],
): Promise<Page> {
  const { support } = ctx.settings
  const challenge = await issueChallenge(ctx)
  const facts = { openFor: formIsFor(support), most: support.formAddresses, challenge }
  return deliverabilityPage(c.var.view, facts, fields, errors)
}

async function show(c: WebContext, shown: Page, status = 200): Promise<Response> {
  return await c.html(sitePage(c.var.view, shown), status as Status)
}
