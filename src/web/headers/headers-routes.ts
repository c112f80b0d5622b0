import { Refusal } from '../../base/refusal.ts'
import type { Context } from '../../core/context.ts'
import { explainHeaders, type HeaderReader } from '../../core/headers/actions.ts'
import { handedIn } from '../analyse/handed-in.ts'
import type { Web, WebContext } from '../env.ts'
import { routes } from '../routes.ts'
import { sitePage, type Page } from '../ui/layout.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { headersPage, headersStartPage } from './headers-page.ts'

export interface HeadersPageDeps {
  contextFor(c: WebContext): Context
  readonly reader: HeaderReader
}

/** The header reader: paste, and read what it says. A POST, because headers are long and name people. */
export function headersRoutes(app: Web, { contextFor, reader }: HeadersPageDeps): void {
  app.get(routes.headers.pattern, async (c) => await show(c, headersStartPage(c.var.view)))

  app.post(routes.headers.pattern, async (c) => {
    const text = await handedIn(c)
    try {
      return await show(c, headersPage(c.var.view, await explainHeaders(contextFor(c), reader, text)))
    } catch (error) {
      if (!(error instanceof Refusal) || !error.code.startsWith('headers.')) throw error
      const errors = [{ field: 'header', message: refusalSentence(c.var.view, error) }]
      const again = headersStartPage(c.var.view, text.toString('utf8', 0, mostShownAgain), errors)
      return await show(c, again, error.code === 'headers.busy' ? 503 : 422)
    }
  })
}

/** What was pasted stands in the box again, as far as a person would look at it. */
const mostShownAgain = 20_000

async function show(c: WebContext, page: Page, status: 200 | 422 | 503 = 200): Promise<Response> {
  return await c.html(sitePage(c.var.view, page), status)
}
