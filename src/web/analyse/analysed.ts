import { analyse, type Reader } from '../../core/analysis/actions.ts'
import type { Answer } from '../../core/analysis/answer.ts'
import type { Context } from '../../core/context.ts'
import { explainHeaders, type HeaderReader } from '../../core/headers/actions.ts'
import type { HeaderReading } from '../../core/headers/reading.ts'
import type { WebContext } from '../env.ts'
import type { Shelf } from '../guide/shelf.ts'
import { headersPage } from '../headers/headers-page.ts'
import { routes } from '../routes.ts'
import { sitePage, type Page } from '../ui/layout.ts'
import { analyseStartPage, bouncePage, guessPage, reportFactsPage } from './analyse-page.ts'

/** What was handed in, read; of a message or a header also what the header says. */
export interface Analysed {
  readonly answer: Answer
  readonly header: HeaderReading | undefined
}

/** Reads it within the budgets of whoever asks. */
export async function readHandedIn(
  ctx: Context,
  reader: Reader & HeaderReader,
  raw: Buffer,
): Promise<Analysed> {
  const answer = await analyse(ctx, reader, raw)
  if (!('header' in answer)) return { answer, header: undefined }
  return { answer, header: await explainHeaders(ctx, reader, raw) }
}

/** The page for it; a refusal of our own leads straight to its record, which says more than any reading of a bounce. */
export async function showAnalysed(
  c: WebContext,
  shelf: Shelf,
  { answer, header }: Analysed,
): Promise<Response> {
  const { view } = c.var
  switch (answer.kind) {
    case 'bounce':
    case 'reply':
      if (answer.token !== null)
        return c.redirect(
          view.link(routes.record.href({ token: answer.token }, { message: answer.returned })),
          303,
        )
      return await show(c, bouncePage(view, shelf, answer))
    case 'feedback':
    case 'xarf':
      return await show(c, reportFactsPage(view, answer))
    case 'headers':
    case 'message':
    case 'auto-reply':
      return header === undefined
        ? await show(c, analyseStartPage(view, view.words.analysis.errors['nothing-found']), 422)
        : await show(c, headersPage(view, header, view.words.analysis.kinds[answer.kind]))
    case 'unknown':
      if (answer.perhaps !== undefined) return await show(c, guessPage(view, shelf, answer.perhaps))
      return await show(c, analyseStartPage(view, view.words.analysis.errors[answer.error]), 422)
  }
}

async function show(c: WebContext, page: Page, status: 200 | 422 = 200): Promise<Response> {
  return await c.html(sitePage(c.var.view, page), status)
}
