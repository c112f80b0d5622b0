import type { Context } from '../../core/context.ts'
import type { Owner } from '../../core/owners/claim.ts'
import { ownerOfSession } from '../../core/owners/session-actions.ts'
import type { WebContext } from '../env.ts'
import { readSession } from '../letter-session.ts'
import { routes } from '../routes.ts'
import { sitePage, type Page } from '../ui/layout.ts'

/** What all pages of owners share. */

export interface OwnerDeps {
  contextFor(c: WebContext): Context
  readonly https: boolean
}

/** Wraps what only an owner may ask for; everything is asked for in their name. Whoever comes without a session, by a link say, begins. */
export function signedIn({ contextFor, https }: OwnerDeps) {
  return (handle: (c: WebContext, ctx: Context, owner: Owner) => Promise<Response>) =>
    async (c: WebContext): Promise<Response> => {
      const ctx = contextFor(c)
      const session = readSession(c, 'owner', https)
      if (session === undefined && c.req.method === 'GET')
        return c.redirect(c.var.view.link(routes.owners.start.href()), 303)
      return await handle(c, ctx, await ownerOfSession(ctx, session))
    }
}

type Status = 200 | 403 | 404 | 409 | 410 | 422 | 429 | 503

export async function show(c: WebContext, page: Page, status = 200): Promise<Response> {
  c.header('Cache-Control', 'no-store')
  return await c.html(sitePage(c.var.view, page), status as Status)
}
