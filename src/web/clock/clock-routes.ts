import type { Context } from '../../core/context.ts'
import type { Clockwork } from '../../core/public-clock/actions.ts'
import type { Web, WebContext } from '../env.ts'
import { routes } from '../routes.ts'
import { sitePage } from '../ui/layout.ts'
import { clockPage } from './clock-page.ts'

/** How long people wait for us, for everybody. */
export function clockRoutes(
  app: Web,
  { contextFor, clockwork }: { contextFor(c: WebContext): Context; readonly clockwork: Clockwork },
): void {
  app.get(routes.clock.pattern, async (c) => {
    const clock = await clockwork.read(contextFor(c))
    c.header('Cache-Control', 'public, max-age=300')
    return await c.html(sitePage(c.var.view, clockPage(c.var.view, clock)))
  })
}
