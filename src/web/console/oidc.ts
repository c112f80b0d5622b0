import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { Refusal } from '../../base/refusal.ts'
import { clientOf, networkOf, visitorOf } from '../client.ts'
import { hiddenField, submit } from '../ui/form.ts'
import { html, visible } from '../ui/html.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { channelOf, localPath, setSessionCookie } from './channel.ts'
import { postForm } from './frame.ts'
import { places } from './places.ts'
import type { ConsolePage, ConsoleRoute, Visit } from './route.ts'

/**
 * There and back to the OpenID provider. The page that the browser comes back to changes nothing: it has a form with the answer,
 * which sends itself where there is script.
 */
export const oidcRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.oidc.pattern,
    permission: 'anyone',
    safe: true,
    handle: async (visit) => await leave(visit, 'sign-in', localPath(visit.query.get('next'))),
  },
  {
    method: 'GET',
    path: places.connectOidc.pattern,
    permission: 'signed-in',
    safe: true,
    fresh: true,
    handle: async (visit) => await leave(visit, 'connect', places.account.href()),
  },
  { method: 'GET', path: places.oidcAnswer.pattern, permission: 'anyone', safe: true, handle: answerPage },
  { method: 'POST', path: places.oidcAnswer.pattern, permission: 'anyone', safe: false, handle: takeAnswer },
]

const keptSeconds = 600

async function leave(visit: Visit, purpose: 'sign-in' | 'connect', next: string): Promise<Response> {
  const { c } = visit
  const cookie = cookieOf(visit)
  // Its page says why nobody signs in over this connection.
  if (cookie === undefined) return c.redirect(places.signIn.href(), 303)
  const { name, secure } = cookie
  const { url, errand } = await visit.actions.beginOidc(visit.actor, { purpose, next })
  setCookie(c, name, errand, { path: '/', httpOnly: true, sameSite: 'Lax', secure, maxAge: keptSeconds })
  return c.redirect(url, 303)
}

async function answerPage(visit: Visit): Promise<ConsolePage> {
  const { view, c } = visit
  const words = view.words.console.oidc
  const fields = html`${hiddenField('query', new URL(c.req.url).search.slice(1, 8192))} ${submit(words.goOn)}`
  return {
    title: words.title,
    bare: true,
    scripts: [view.assets.href('send.js')],
    body: html`<div class="door" data-send>
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${postForm({ ...visit, session: undefined }, places.oidcAnswer.href(), fields)}
    </div>`,
  }
}

async function takeAnswer(visit: Visit): Promise<ConsolePage | Response> {
  const { c, deps, form, actions, actor } = visit
  const cookie = cookieOf(visit)
  if (cookie === undefined) return c.redirect(places.signIn.href(), 303)
  const { name, secure } = cookie
  const client = clientOf(c, deps.trustedProxies)
  const answer = {
    errand: getCookie(c, name) ?? '',
    query: form.get('query') ?? '',
    client: networkOf(client),
  }
  deleteCookie(c, name, { path: '/', secure })
  const purpose = actions.purposeOf(actor, answer.errand) ?? 'sign-in'
  try {
    if (purpose === 'connect') return c.redirect((await actions.connectOidc(actor, answer)).next, 303)
    const { session, next } = await actions.signInByOidc(visitorOf(client), answer)
    setSessionCookie(c, channelOf(c, deps.trustedProxies), session)
    return c.redirect(next, 303)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return failedPage(visit, purpose, error)
  }
}

/** What was wrong, and both ways on: there once more, or in by another door. */
function failedPage(visit: Visit, purpose: 'sign-in' | 'connect', refusal: Refusal): ConsolePage {
  const { view, deps } = visit
  const words = view.words.console.oidc
  const title = words.failedTitle(visible(deps.settings.console.oidc?.label ?? 'OpenID Connect'))
  const said = refusal.code === 'sign-in.failed' ? words.failed : refusalSentence(view, refusal)
  const isSignIn = purpose === 'sign-in'
  return {
    title,
    bare: true,
    status: refusal.status,
    body: html`<div class="door">
      <h1>${title}</h1>
      <p class="lead">${said}</p>
      <p class="actions">
        <a class="button" rel="nofollow" href="${(isSignIn ? places.oidc : places.connectOidc).href()}"
          >${words.again}</a
        >
        ${isSignIn ? html`<a href="${places.signIn.href()}">${words.otherwise}</a>` : html`<a href="${places.account.href()}">${view.words.common.back}</a>`}
      </p>
    </div>`,
  }
}

/** With `__Host-` no other host can set it. Undefined where the connection is open to others: no session is given there. */
function cookieOf({ c, deps }: Visit): { readonly name: string; readonly secure: boolean } | undefined {
  const channel = channelOf(c, deps.trustedProxies)
  if (channel === 'insecure') return undefined
  const secure = channel === 'https'
  return { name: secure ? '__Host-postern-errand' : 'postern-errand', secure }
}
