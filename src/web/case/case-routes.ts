import { Refusal } from '../../base/refusal.ts'
import { addToPage, answerSurvey, showPage, withdraw } from '../../core/cases/page-actions.ts'
import { helpedAnswers } from '../../core/cases/participant.ts'
import type { Context } from '../../core/context.ts'
import { addressesOfPage } from '../../core/deliverability/actions.ts'
import { warmUpOfPage } from '../../core/warm-ups/actions.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm } from '../form-data.ts'
import { routes } from '../routes.ts'
import { sitePage } from '../ui/layout.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { casePage, withdrawPage } from './case-page.ts'

/** The page of a case, for whoever has its address. GET never acts: mail programs and scanners open links too. */
export function caseRoutes(app: Web, { contextFor }: { contextFor(c: WebContext): Context }): void {
  app.get(routes.case.page.pattern, async (c) => await show(c, contextFor(c), { done: c.req.query('done') }))

  app.post(routes.case.page.pattern, async (c) => {
    const form = await readForm(c)
    const ctx = contextFor(c)
    const text = form.get('text') ?? ''
    try {
      await addToPage(ctx, { token: tokenOf(c), text })
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= 500 || error.code === 'case.not-found') throw error
      return await show(c, ctx, { text, refusal: error })
    }
    return c.redirect(c.var.view.link(routes.case.page.href({ token: tokenOf(c) }, { done: 'sent' })), 303)
  })

  app.get(routes.case.withdraw.pattern, async (c) => {
    await showPage(contextFor(c), tokenOf(c))
    return await c.html(sitePage(c.var.view, withdrawPage(c.var.view, tokenOf(c))))
  })

  app.post(routes.case.withdraw.pattern, async (c) => {
    await readForm(c)
    await withdraw(contextFor(c), tokenOf(c))
    return c.redirect(c.var.view.link(routes.case.page.href({ token: tokenOf(c) }, { done: 'closed' })), 303)
  })

  app.get(routes.case.survey.pattern, (c) =>
    c.redirect(c.var.view.link(routes.case.page.href({ token: tokenOf(c) })), 303),
  )

  app.post(routes.case.survey.pattern, async (c) => {
    const form = await readForm(c)
    const helped = helpedAnswers.find((each) => each === form.get('helped'))
    if (helped === undefined) throw new Refusal('form.invalid', { field: 'helped' })
    await answerSurvey(contextFor(c), { token: tokenOf(c), helped })
    return c.redirect(c.var.view.link(routes.case.page.href({ token: tokenOf(c) }, { done: 'helped' })), 303)
  })
}

interface Shown {
  readonly done?: string | undefined
  readonly text?: string
  readonly refusal?: Refusal
}

async function show(c: WebContext, ctx: Context, { done, text = '', refusal }: Shown): Promise<Response> {
  const { view } = c.var
  const it = await showPage(ctx, tokenOf(c))
  const error = refusal && refusalSentence(view, refusal)
  const form = await addressesOfPage(ctx, tokenOf(c))
  const warmUp = await warmUpOfPage(ctx, tokenOf(c))
  const page = casePage(view, it, { token: tokenOf(c), done, text, error, form, warmUp })
  return await c.html(sitePage(view, page), (refusal?.status ?? 200) as 200 | 409 | 410 | 422 | 429)
}

function tokenOf(c: WebContext): string {
  return c.req.param('token') ?? ''
}
