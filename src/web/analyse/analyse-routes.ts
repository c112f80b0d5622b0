import type { Reader } from '../../core/analysis/actions.ts'
import type { Context } from '../../core/context.ts'
import type { HeaderReader } from '../../core/headers/actions.ts'
import type { Web, WebContext } from '../env.ts'
import type { Shelf } from '../guide/shelf.ts'
import { routes } from '../routes.ts'
import { sitePage } from '../ui/layout.ts'
import { analyseStartPage } from './analyse-page.ts'
import { readHandedIn, showAnalysed } from './analysed.ts'
import { handedIn } from './handed-in.ts'

export interface AnalysePageDeps {
  contextFor(c: WebContext): Context
  readonly reader: Reader & HeaderReader
  readonly shelf: Shelf
}

/** Paste or hand in a bounce: what happened, who must act, what to do next. Works without script, keeps nothing. */
export function analyseRoutes(app: Web, { contextFor, reader, shelf }: AnalysePageDeps): void {
  app.get(
    routes.analyse.pattern,
    async (c) => await c.html(sitePage(c.var.view, analyseStartPage(c.var.view))),
  )

  app.post(routes.analyse.pattern, async (c) => {
    const raw = await handedIn(c)
    return await showAnalysed(c, shelf, await readHandedIn(contextFor(c), reader, raw))
  })
}
