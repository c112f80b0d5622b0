import type { Actor, Permission } from '../../core/actor.ts'
import { may } from '../../core/actor.ts'
import type { Session } from '../../core/operators/actions.ts'
import type { Settings } from '../../core/settings.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Prefix } from '../../standards/prefix.ts'
import type { Assets } from '../assets.ts'
import type { WebContext } from '../env.ts'
import type { Fields } from '../form-data.ts'
import type { Page } from '../ui/layout.ts'
import type { View } from '../ui/view.ts'
import type { ConsoleActions } from './actions.ts'

/** What the console is made with. */
export interface ConsoleDeps {
  readonly actions: ConsoleActions
  readonly settings: Settings
  readonly assets: Assets
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  /** Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. */
  readonly trustedProxies: readonly Prefix[]
  /** Text in the Prometheus exposition format. */
  metrics(): Promise<string>
}

/** A request to the console, read. */
export interface Visit {
  readonly c: WebContext
  readonly deps: ConsoleDeps
  readonly actions: ConsoleActions
  readonly view: View
  /** The signed-in operator, else the visitor. */
  readonly actor: Actor
  readonly session: Session | undefined
  readonly query: Fields
  /** Empty when the route is safe. */
  readonly form: Fields
}

/** A request by an operator who is signed in. */
export interface OperatorVisit extends Visit {
  readonly session: Session
}

/** A page, inside the console's frame. */
export interface ConsolePage extends Page {
  readonly status?: number
  /** The sign-in page stands alone: no navigation before it. */
  readonly bare?: boolean
}

interface Declared {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Whether it changes nothing. A safe route is a GET, an unsafe one a POST with a page of the same address. */
  readonly safe: boolean
  /** Only with a code of the authenticator app shown lately (security CON-6). */
  readonly fresh?: boolean
  /** Takes a file beside its fields, and a longer body; the page for one that is too long all the same. */
  readonly upload?: { readonly tooLarge: (visit: Visit) => ConsolePage }
}

/**
 * One door of the console. There are no others: what is not declared here is not found.
 * `permission`: what the operator needs; `signed-in`: any operator; `anyone`: nothing.
 */
export type ConsoleRoute = Declared &
  (
    | { readonly permission: 'anyone'; readonly handle: (visit: Visit) => Promise<ConsolePage | Response> }
    | {
        readonly permission: 'signed-in' | Permission
        readonly handle: (visit: OperatorVisit) => Promise<ConsolePage | Response>
      }
  )

/** Whether a signed-in operator may come in. */
export function isOpenTo(route: Pick<ConsoleRoute, 'permission'>, actor: Actor): boolean {
  if (route.permission === 'anyone') return true
  return route.permission === 'signed-in' ? actor.kind === 'operator' : may(actor, route.permission)
}

/** Throws at start when a route does not say who may use it, or says that it is safe and is not (security CON-3, CON-5). */
export function checkRoutes(routes: readonly ConsoleRoute[]): void {
  const seen = new Set<string>()
  for (const { method, path, permission, safe } of routes) {
    const name = `${method} ${path}`
    if (seen.has(name)) throw new Error(`console route ${name} is declared twice`)
    seen.add(name)
    if (typeof permission !== 'string') throw new Error(`console route ${name} declares no permission`)
    if (safe !== (method === 'GET'))
      throw new Error(`console route ${name} must say safe: ${method === 'GET'}`)
  }
  for (const { method, path } of routes) {
    // Whoever reloads after a form, or comes back to its address, must find a page.
    if (method === 'POST' && !seen.has(`GET ${path}`))
      throw new Error(`console route POST ${path} has no page of the same address`)
  }
}

/** After a form: the page to go to. */
export function goTo(href: string): Response {
  return new Response(null, { status: 303, headers: { location: href } })
}

/** A part of the path: `:id`. */
export function part(visit: Visit, name: string): string {
  return visit.c.req.param(name) ?? ''
}
