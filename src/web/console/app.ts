import { Hono } from 'hono'
import { getCookie } from 'hono/cookie'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { randomId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { isSame } from '../../base/secret.ts'
import { may, type Actor } from '../../core/actor.ts'
import type { Session } from '../../core/operators/actions.ts'
import { isFresh } from '../../core/operators/operator.ts'
import { serveAssets } from '../assets.ts'
import { clientOf, visitorOf } from '../client.ts'
import { isCrossSite } from '../cross-site.ts'
import type { Web, WebContext } from '../env.ts'
import { readQuery, type Fields } from '../form-data.ts'
import { securityHeaders } from '../headers.ts'
import { negotiate, readLanguage } from '../language.ts'
import { messages } from '../messages/messages.ts'
import type { View } from '../ui/view.ts'
import { channelOf, readSessionCookie } from './channel.ts'
import { expiredPage, faultContent, notFoundContent, refusedContent } from './error-pages.ts'
import { framed, type Waiting } from './frame.ts'
import { places } from './places.ts'
import { readBody } from './read-body.ts'
import {
  checkRoutes,
  goTo,
  isOpenTo,
  type ConsoleDeps,
  type ConsolePage,
  type ConsoleRoute,
  type OperatorVisit,
  type Visit,
} from './route.ts'
import { consoleRoutes } from './routes.ts'
import { askForCode } from './step-up.ts'

/** The operators' console: its own application for its own listener. Throws when a route does not declare who may use it. */
export function consoleApp(deps: ConsoleDeps, routes: readonly ConsoleRoute[] = consoleRoutes): Web {
  checkRoutes(routes)
  const app: Web = new Hono()
  app.use(
    async (c, next) =>
      await securityHeaders({ https: channelOf(c, deps.trustedProxies) === 'https' })(c, next),
  )
  app.use(serveAssets(deps.assets))
  for (const route of routes) {
    app.on(
      route.method,
      route.path,
      async (c) => await answer(await arrive(deps, c), (visit) => serve(route, visit)),
    )
  }
  app.notFound(async (c) => await answer(await arrive(deps, c), notFound))
  app.onError((error, c) => {
    const visit = visitOf(deps, c, undefined, { kind: 'visitor', client: 'unknown' })
    return fault(visit, error)
  })
  return app
}

/** Who comes, in which language, with which session. */
async function arrive(deps: ConsoleDeps, c: WebContext): Promise<Visit> {
  const secret = readSessionCookie(c, channelOf(c, deps.trustedProxies))
  const session = secret === undefined ? undefined : await deps.actions.findSession(secret)
  const actor: Actor = session
    ? { kind: 'operator', name: session.name, roles: session.roles }
    : visitorOf(clientOf(c, deps.trustedProxies))
  return visitOf(deps, c, session, actor)
}

function visitOf(deps: ConsoleDeps, c: WebContext, session: Session | undefined, actor: Actor): Visit {
  return {
    c,
    deps,
    actions: deps.actions,
    view: viewOf(deps, c),
    actor,
    session,
    query: new Map(),
    form: new Map(),
  }
}

function viewOf({ settings, assets, clock }: ConsoleDeps, c: WebContext): View {
  const { languages } = settings.provider
  const language =
    readLanguage(getCookie(c, 'lang'), languages) ?? negotiate(c.req.header('accept-language'), languages)
  return {
    language,
    languages,
    words: messages[language],
    path: c.req.path,
    query: c.req.method === 'GET' ? new URL(c.req.url).search : '',
    provider: settings.provider,
    addresses: settings.addresses,
    codes: settings.codes,
    mode: settings.policy.mode,
    engine: settings.reputation.mode,
    support: settings.support,
    delisting: settings.delisting,
    owners: settings.owners,
    limits: settings.limits,
    assets,
    now: clock.now(),
    link: (href) => href,
  }
}

/** Answers in the frame, whatever happens: a refusal and a fault have pages too. */
async function answer(
  visit: Visit,
  work: (visit: Visit) => Promise<ConsolePage | Response>,
): Promise<Response> {
  try {
    const page = await work(visit)
    return page instanceof Response ? page : await show(visit, page)
  } catch (error) {
    if (error instanceof Refusal) return await refused(visit, error)
    return await fault(visit, error)
  }
}

async function serve(route: ConsoleRoute, visit: Visit): Promise<ConsolePage | Response> {
  const { c } = visit
  if (!route.safe && isCrossSite(originOf(c), '')) throw new Refusal('form.cross-site')
  if (!isOpenTo(route, visit.actor)) return await turnAway(route, visit)
  const query = readQuery(c)
  const form = route.safe ? new Map<string, string>() : await readBody(c, route.upload !== undefined)
  if (form === 'too-large') {
    if (route.upload) return route.upload.tooLarge(visit)
    throw new Refusal('form.too-large')
  }
  const read = { ...visit, query, form }
  if (route.permission === 'anyone') return await route.handle(read)
  if (!isOfSession(read)) throw new Refusal('session.required')
  if (!route.safe && !hasToken(form, read.session)) throw new Refusal('form.cross-site')
  if (route.fresh && !isFresh(read.session, visit.view.now)) return askForCode(visit.view)
  return await route.handle(read)
}

function isOfSession(visit: Visit): visit is OperatorVisit {
  return visit.session !== undefined
}

/** Whoever is not signed in is led to where they can; who is, may not. */
async function turnAway(route: ConsoleRoute, visit: Visit): Promise<ConsolePage | Response> {
  if (visit.session !== undefined) throw new Refusal('permission.denied', { permission: route.permission })
  const next = visit.view.path === '/' ? undefined : visit.view.path + visit.view.query
  if (route.safe) return goTo(places.signIn.href({ next }))
  return expiredPage(visit, places.signIn.href({ next }))
}

async function notFound(visit: Visit): Promise<ConsolePage | Response> {
  return visit.session === undefined ? goTo(places.signIn.href()) : notFoundContent(visit.view)
}

function originOf(c: WebContext): Parameters<typeof isCrossSite>[0] {
  return {
    method: c.req.method,
    fetchSite: c.req.header('sec-fetch-site'),
    origin: c.req.header('origin'),
    host: c.req.header('host') ?? new URL(c.req.url).host,
  }
}

/** The second lock beside the origin: a form that we did not print for this session does nothing (security CON-3). */
function hasToken(form: Fields, session: Session): boolean {
  return isSame(Buffer.from(form.get('csrf') ?? ''), Buffer.from(session.csrf))
}

async function show(visit: Visit, page: ConsolePage): Promise<Response> {
  const isIn = visit.session !== undefined && !page.bare
  const waiting = isIn ? await waitingFor(visit) : undefined
  return await visit.c.html(framed(visit, page, waiting), (page.status ?? 200) as ContentfulStatusCode)
}

async function waitingFor({ actor, actions }: Visit): Promise<Waiting> {
  const [cases, incidents] = await Promise.all([
    actions.countCases(actor),
    may(actor, 'abuse.read') ? actions.countIncidents(actor) : undefined,
  ])
  return { cases: cases.open, incidents: incidents?.get('escalated') ?? 0 }
}

async function refused(visit: Visit, refusal: Refusal): Promise<Response> {
  // An unsafe route has a page of the same address, and a restricted one is no way back from its own refusal.
  const hasForm = visit.c.req.method === 'POST' && refusal.code !== 'permission.denied'
  const answer = await visit.c.html(
    framed(visit, refusedContent(visit.view, refusal, hasForm ? visit.view.path : undefined)),
    refusal.status as ContentfulStatusCode,
  )
  const again = Date.parse(String(refusal.facts['again']))
  if (refusal.status === 429 && !Number.isNaN(again)) {
    answer.headers.set('Retry-After', String(Math.max(1, Math.ceil((again - visit.view.now) / 1000))))
  }
  return answer
}

/** The cause goes to the log, a reference to it to the reader. */
async function fault(visit: Visit, error: unknown): Promise<Response> {
  const reference = randomId(10)
  visit.deps.log.error('console.fault', { reference, path: visit.view.path, error })
  return await visit.c.html(framed(visit, faultContent(visit.view, reference)), 500)
}
