import { makeRecordCode, makeThreadCode, type CaseCode } from '../../core/cases/code-actions.ts'
import { showPage } from '../../core/cases/page-actions.ts'
import type { Context } from '../../core/context.ts'
import { openCase } from '../../core/senders/actions.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm } from '../form-data.ts'
import { routes } from '../routes.ts'
import { sitePage } from '../ui/layout.ts'
import { codeOfferPage, codePage } from './code-page.ts'

/** The code that a sender hands to a recipient: behind the link of a refusal, or from their own case. GET makes none. */
export function codeRoutes(app: Web, { contextFor }: { contextFor(c: WebContext): Context }): void {
  const kinds = [
    { place: routes.recipientCode.record, back: routes.record, look: openCase, make: makeRecordCode },
    { place: routes.recipientCode.thread, back: routes.case.page, look: showPage, make: makeThreadCode },
  ]
  for (const { place, back, look, make } of kinds) {
    app.get(place.pattern, async (c) => {
      const token = c.req.param('token') ?? ''
      await look(contextFor(c), token)
      const page = codeOfferPage(c.var.view, { action: place.href({ token }), back: back.href({ token }) })
      return await c.html(sitePage(c.var.view, page))
    })

    app.post(place.pattern, async (c) => {
      const token = c.req.param('token') ?? ''
      await readForm(c)
      const code: CaseCode = await make(contextFor(c), token)
      c.header('Cache-Control', 'no-store')
      return await c.html(sitePage(c.var.view, codePage(c.var.view, code, back.href({ token }))))
    })
  }
}
