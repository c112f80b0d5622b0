import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { getCookie, setCookie } from 'hono/cookie'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Language } from '../access/reasons.ts'
import { randomId } from '../base/id.ts'
import type { Log } from '../base/log.ts'
import { Refusal } from '../base/refusal.ts'
import type { Settings } from '../core/settings.ts'
import { problemDocument, problemType } from '../standards/problem.ts'
import { serveAssets } from './assets.ts'
import { clientOf } from './client.ts'
import { refuseCrossSite } from './cross-site.ts'
import type { PublicDeps } from './deps.ts'
import type { Web, WebContext, WebEnv } from './env.ts'
import { securityHeaders } from './headers.ts'
import { negotiate, readLanguage, splitLanguage } from './language.ts'
import { messages } from './messages/messages.ts'
import { declaredPages } from './declared-pages.ts'
import { checkDeclared } from './opening.ts'
import { withLanguage } from './routes.ts'
import { findBox } from './site/find-page.ts'
import { siteRoutes } from './site/site.ts'
import { faultPage, lookUpLimitPage, notFoundPage, refusalPage } from './ui/error-page.ts'
import type { View } from './ui/view.ts'

/** A form is a few fields; the events door has its own, larger limit. */
const largestBody = 64 * 1024

/** The public server: site, portal and API. Request → Response; who listens on a socket is not its business. Throws when an address does not declare to whom it opens. */
export function publicApp(deps: PublicDeps): Web {
  const { settings, assets } = deps
  const { languages, site } = settings.provider
  const app: Web = new Hono<WebEnv>({ getPath: (request) => splitLanguage(pathOf(request), languages).path })
  app.use(securityHeaders({ https: site.startsWith('https:') }))
  app.use(serveAssets(assets))
  app.use(async (c, next) => {
    c.set('client', clientOf(c, deps.trustedProxies))
    c.set('view', viewOf(c, deps))
    await next()
    if (!c.res.headers.get('Content-Type')?.startsWith('text/html')) return
    c.res.headers.set('Content-Language', c.var.view.language)
    c.res.headers.append('Vary', 'Accept-Language, Cookie')
  })
  app.use(refuseCrossSite(site))
  const limit = bodyLimit({
    maxSize: largestBody,
    onError: (c) => answerRefusal(c, new Refusal('form.too-large')),
  })
  app.use(async (c, next) => (deps.largeBodies?.includes(c.req.path) ? await next() : await limit(c, next)))
  siteRoutes(app, deps)
  for (const add of deps.parts) add(app)
  checkDeclared(app.routes, deps.declared ?? declaredPages)
  app.notFound((c) => answerNotFound(c))
  app.onError((error, c) =>
    error instanceof Refusal ? answerRefusal(c, error) : answerFault(c, deps.log, error),
  )
  return app
}

/** A slash at the end makes no other page. */
function pathOf(request: Request): string {
  const { pathname } = new URL(request.url)
  return pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname
}

/** A longer query is an accident or an attempt; no page of ours needs it. */
const longestQuery = 2000

/** The page's surroundings. A language in the address is remembered when it is not what would have been chosen anyway. */
function viewOf(c: WebContext, { settings, assets, clock }: PublicDeps): View {
  const { languages } = settings.provider
  const url = new URL(c.req.url)
  const { language: named, path } = splitLanguage(pathOf(c.req.raw), languages)
  const chosen =
    readLanguage(getCookie(c, 'lang'), languages) ?? negotiate(c.req.header('accept-language'), languages)
  const language: Language = named ?? chosen
  if (named !== undefined && named !== chosen) rememberLanguage(c, named, settings)
  return {
    language,
    languages,
    words: messages[language],
    path,
    query: url.search.length > longestQuery ? '' : url.search,
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
    link: (href) => withLanguage(href, named),
  }
}

const yearInSeconds = 31_536_000

function rememberLanguage(c: WebContext, language: Language, settings: Settings): void {
  const secure = settings.provider.site.startsWith('https:')
  setCookie(c, 'lang', language, {
    path: '/',
    maxAge: yearInSeconds,
    sameSite: 'Lax',
    httpOnly: true,
    secure,
  })
}

function isForPrograms(c: WebContext): boolean {
  return c.req.path.startsWith('/api/')
}

async function answerNotFound(c: WebContext): Promise<Response> {
  const { view } = c.var
  if (isForPrograms(c)) {
    const { notFoundTitle } = messages.en.common.errors
    const detail = 'Every path is named in /api/v1/openapi.json.'
    return c.body(problem(view, { status: 404, code: 'not-found', title: notFoundTitle, detail }), 404, {
      'Content-Type': problemType,
    })
  }
  return c.html(await notFoundPage(view, findBox(view)), 404)
}

async function answerRefusal(c: WebContext, refusal: Refusal): Promise<Response> {
  const { view } = c.var
  const status = refusal.status as ContentfulStatusCode
  const again = Date.parse(String(refusal.facts['again']))
  if (!Number.isNaN(again)) c.header('Retry-After', String(Math.max(1, Math.ceil((again - view.now) / 1000))))
  if (isForPrograms(c)) {
    const { what, next } = messages.en.refusals[refusal.code](refusal.facts)
    const document = problem(view, {
      status,
      code: refusal.code,
      title: what,
      detail: next,
      facts: refusal.facts,
    })
    return c.body(document, status, { 'Content-Type': problemType })
  }
  if (refusal.code === 'limit.exceeded' && refusal.facts['limit'] === 'lookup.client.day')
    return c.html(await lookUpLimitPage(view, refusal, findBox(view)), status)
  const mayFind = refusal.code.startsWith('case-link.') || refusal.code.startsWith('address.')
  return c.html(await refusalPage(view, refusal, mayFind ? findBox(view) : undefined), status)
}

/** A fault is logged once, under a reference that the page shows; the path's pattern instead of the path, which may hold a secret. */
async function answerFault(c: WebContext, log: Log, error: Error): Promise<Response> {
  const reference = randomId(8)
  log.error('web.fault', { reference, method: c.req.method, route: c.req.routePath, error })
  const { view } = c.var
  if (isForPrograms(c)) {
    const { faultTitle, fault } = messages.en.common.errors
    const document = problem(view, {
      status: 500,
      code: 'fault',
      title: faultTitle,
      detail: fault,
      facts: { reference },
    })
    return c.body(document, 500, { 'Content-Type': problemType })
  }
  return c.html(await faultPage(view, reference), 500)
}

function problem(view: View, parts: Parameters<typeof problemDocument>[0]): string {
  return JSON.stringify(problemDocument(parts, `${view.provider.site}/api/v1/problems`))
}
