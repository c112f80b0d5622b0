import { Refusal } from '../../base/refusal.ts'
import type { Context } from '../../core/context.ts'
import { explainHeaders } from '../../core/headers/actions.ts'
import { longestHeader } from '../../standards/pasted-header.ts'
import type { Web, WebContext } from '../env.ts'
import { readFormBody } from '../form-data.ts'
import { readBytes } from '../read-bytes.ts'
import { routes } from '../routes.ts'
import { sitePage, type Page } from '../ui/layout.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { headersPage, headersStartPage } from './headers-page.ts'

/** Encoded as a form, a header takes up to three times its length. */
const mostHeaderForm = 3 * longestHeader

/** The header reader: paste, and read what it says. A POST, because headers are long and name people. */
export function headersRoutes(app: Web, { contextFor }: { contextFor(c: WebContext): Context }): void {
  app.get(routes.headers.pattern, async (c) => await show(c, headersStartPage(c.var.view)))

  app.post(routes.headers.pattern, async (c) => {
    const body = await readBytes(c, mostHeaderForm)
    if (body === undefined) throw new Refusal('form.too-large')
    const text = readFormBody(c.req.header('content-type'), body).get('header') ?? ''
    try {
      return await show(c, headersPage(c.var.view, await explainHeaders(contextFor(c), text)))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'headers.none') throw error
      const errors = [{ field: 'header', message: refusalSentence(c.var.view, error) }]
      return await show(c, headersStartPage(c.var.view, text.slice(0, 20_000), errors), 422)
    }
  })
}

async function show(c: WebContext, page: Page, status: 200 | 422 = 200): Promise<Response> {
  return await c.html(sitePage(c.var.view, page), status)
}
