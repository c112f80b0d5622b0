import { Places } from '../../base/places.ts'
import { Refusal } from '../../base/refusal.ts'
import { reportStatus } from '../../core/abuse/actions.ts'
import { confirmableReport, confirmReporter } from '../../core/abuse/confirm-actions.ts'
import { ownerEvidence } from '../../core/abuse/desk-actions.ts'
import { halvesOf } from '../../core/abuse/reporter-halves.ts'
import { receiveFromStranger } from '../../core/abuse/stranger-actions.ts'
import type { Transparency } from '../../core/abuse/transparency-actions.ts'
import { issueChallenge } from '../../core/challenges/actions.ts'
import type { Context } from '../../core/context.ts'
import { ownerPage, ownerSecured } from '../../core/incidents/owner-actions.ts'
import { formatAddress } from '../../standards/ip.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm } from '../form-data.ts'
import { keepHalf, readHalf } from '../portal/half-cookie.ts'
import { routes } from '../routes.ts'
import { sitePage, type Page } from '../ui/layout.ts'
import { ownerAccountPage } from './owner-page.ts'
import { shapeOf } from './report-file.ts'
import { readReportForm, type ReportForm } from './report-form-data.ts'
import { byMailPage, reportFormPage, type ReportValues } from './report-form-page.ts'
import { confirmReportPage, reportStatusPage } from './report-status-page.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { transparencyPage } from './transparency-page.ts'

/** Uploads that are held in memory at once, each of 25 MiB at most; the others wait with what they sent. */
const mostAtOnce = 4

interface AbuseDeps {
  contextFor(c: WebContext): Context
  readonly transparency: Transparency
  readonly https: boolean
}

/** The public pages of the abuse desk: the form, a report's page, the page of the account's owner, the figures. GET never acts. */
export function abuseRoutes(app: Web, deps: AbuseDeps): void {
  const { contextFor, transparency } = deps
  const places = new Places(mostAtOnce)

  app.get(routes.report.start.pattern, async (c) => await showForm(c, contextFor(c), {}))

  app.post(routes.report.start.pattern, async (c) => await places.run(async () => await take(c, deps)))

  app.get(routes.report.confirm.pattern, async (c) => {
    const half = readHalf(c, confirmableReport(contextFor(c), tokenOf(c)), deps.https)
    return await show(c, confirmReportPage(c.var.view, tokenOf(c), { needsCode: half === undefined }))
  })

  app.post(routes.report.confirm.pattern, async (c) => await confirm(c, deps))

  app.get(
    routes.report.status.pattern,
    async (c) => await show(c, reportStatusPage(c.var.view, await reportStatus(contextFor(c), tokenOf(c)))),
  )

  app.get(routes.transparency.pattern, async (c) => {
    const months = await transparency.months(contextFor(c))
    c.header('Cache-Control', 'public, max-age=3600')
    return await show(c, transparencyPage(c.var.view, months))
  })

  app.get(routes.account.pattern, async (c) => await showOwner(c, contextFor(c)))

  app.post(routes.account.pattern, async (c) => {
    const ctx = contextFor(c)
    const isGone = (await readForm(c)).get('gone') === 'yes'
    if (!isGone) return await showOwner(c, ctx, { isUnticked: true })
    return await showOwner(c, ctx, { secured: await ownerSecured(ctx, tokenOf(c)) })
  })
}

async function confirm(c: WebContext, { contextFor, https }: AbuseDeps): Promise<Response> {
  const ctx = contextFor(c)
  const token = tokenOf(c)
  const code = (await readForm(c)).get('code')?.trim() || undefined
  const { view } = c.var
  try {
    const secret = readHalf(c, confirmableReport(ctx, token), https)?.secret
    const status = await confirmReporter(ctx, token, { code, secret })
    return c.redirect(view.link(routes.report.status.href({ token: status.token })), 303)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'links.second-half-wrong') throw error
    const message = view.words.owners.link.wrong(Number(error.facts['left'] ?? 0))
    return await show(c, confirmReportPage(view, token, { needsCode: true, message }), 403)
  }
}

async function take(c: WebContext, { contextFor, https }: AbuseDeps): Promise<Response> {
  const ctx = contextFor(c)
  const form = await readReportForm(c)
  const { view } = c.var
  // Without a proof of work nothing is kept: a robot would fill the desk, and make us write to strangers.
  if (form.pow === undefined) return await show(c, byMailPage(view))
  try {
    const { raw, shape } = messageOf(form)
    const { class: abuseClass, mailbox } = form
    const { id, token } = await receiveFromStranger(
      ctx,
      {
        channel: 'web',
        shape,
        raw,
        envelope: { client: formatAddress(c.var.client), ...(mailbox === '' ? {} : { mailbox }) },
        class: abuseClass,
        language: view.language,
      },
      form.pow,
    )
    if (mailbox !== '') keepHalf(c, id, halvesOf(ctx, id), https)
    return c.redirect(view.link(routes.report.status.href({ token })), 303)
  } catch (error) {
    if (!(error instanceof Refusal) || error.status >= 500) throw error
    return await showForm(c, ctx, form, error)
  }
}

/** The file or what was pasted, and how it is to be examined. Throws a `Refusal` of `abuse.`. */
function messageOf({ file, source }: ReportForm): {
  readonly raw: Buffer
  readonly shape: Exclude<ReturnType<typeof shapeOf>, Refusal>
} {
  if (file !== undefined && source !== '') throw new Refusal('abuse.two-messages')
  // A blank line before a pasted header would end it.
  const raw = file ?? Buffer.from(source.replace(/^\s+/, ''))
  const shape = shapeOf(raw)
  if (shape instanceof Refusal) throw shape
  return { raw, shape }
}

async function showForm(
  c: WebContext,
  ctx: Context,
  values: ReportValues,
  refusal?: Refusal,
): Promise<Response> {
  const { view } = c.var
  const { abuseEvidenceMs, abuseReportsMs } = ctx.settings.retention
  const facts = {
    challenge: await issueChallenge(ctx),
    evidenceMs: abuseEvidenceMs,
    reportsMs: abuseReportsMs,
  }
  if (refusal === undefined) return await show(c, reportFormPage(view, values, facts))
  const error = { field: fieldOf(refusal), message: refusalSentence(view, refusal) }
  return await show(c, reportFormPage(view, values, facts, [error]), refusal.status)
}

function fieldOf({ code }: Refusal): string | undefined {
  if (code.startsWith('mailbox.')) return 'mailbox'
  return code.startsWith('abuse.') ? 'file' : undefined
}

async function showOwner(
  c: WebContext,
  ctx: Context,
  said: { readonly secured?: string; readonly isUnticked?: boolean } = {},
): Promise<Response> {
  const token = tokenOf(c)
  const owner = await ownerPage(ctx, token)
  const samples = await ownerEvidence(ctx, token)
  const page = ownerAccountPage(c.var.view, owner, { token, samples, ...said })
  return await show(c, page, said.isUnticked ? 422 : 200)
}

function tokenOf(c: WebContext): string {
  return c.req.param('token') ?? ''
}

type Status = 200 | 403 | 409 | 413 | 422 | 429

async function show(c: WebContext, page: Page, status = 200): Promise<Response> {
  return await c.html(sitePage(c.var.view, page), status as Status)
}
