import { showProbe, startProbe } from '../../core/probes/actions.ts'
import type { Context } from '../../core/context.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm } from '../form-data.ts'
import { routes } from '../routes.ts'
import { sitePage, type Page } from '../ui/layout.ts'
import { probeStartPage, waitingPage } from './probe-pages.ts'
import { reportPage } from './report-page.ts'

/** "Send a message to this address and get a report": the button, the address, the report. */
export function probeRoutes(app: Web, { contextFor }: { contextFor(c: WebContext): Context }): void {
  app.get(
    routes.probe.start.pattern,
    async (c) => await show(c, probeStartPage(c.var.view, contextFor(c).settings)),
  )

  app.post(routes.probe.start.pattern, async (c) => {
    await readForm(c)
    const { id } = await startProbe(contextFor(c), { language: c.var.view.language })
    return c.redirect(c.var.view.link(routes.probe.report.href({ id })), 303)
  })

  app.get(routes.probe.report.pattern, async (c) => {
    const probe = await showProbe(contextFor(c), c.req.param('id') ?? '')
    const { view } = c.var
    return await show(c, probe.state === 'received' ? reportPage(view, probe) : waitingPage(view, probe))
  })
}

async function show(c: WebContext, page: Page): Promise<Response> {
  return await c.html(sitePage(c.var.view, page))
}
