import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { Refusal } from '../../base/refusal.ts'
import { clientOf, networkOf, visitorOf } from '../client.ts'
import { hiddenField, submit } from '../ui/form.ts'
import { html } from '../ui/html.ts'
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
  const { url, errand } = await visit.actions.beginOidc(visit.actor, { purpose, next })
  const { name, secure } = cookieOf(visit)
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

async function takeAnswer(visit: Visit): Promise<Response> {
  const { c, deps, form, actions, actor } = visit
  const { name, secure } = cookieOf(visit)
  const client = clientOf(c, deps.trustedProxies)
  const answer = {
    errand: getCookie(c, name) ?? '',
    query: form.get('query') ?? '',
    client: networkOf(client),
  }
  deleteCookie(c, name, { path: '/', secure })
  if (actions.purposeOf(actor, answer.errand) === 'connect')
    return c.redirect((await actions.connectOidc(actor, answer)).next, 303)
  const { session, next } = await actions.signInByOidc(visitorOf(client), answer)
  setSessionCookie(c, channelOf(c, deps.trustedProxies), session)
  return c.redirect(next, 303)
}

/** With `__Host-` no other host can set it. Throws where the connection is open to others: no session is given there. */
function cookieOf({ c, deps }: Visit): { readonly name: string; readonly secure: boolean } {
  const channel = channelOf(c, deps.trustedProxies)
  if (channel === 'insecure') throw new Refusal('sign-in.failed')
  const secure = channel === 'https'
  return { name: secure ? '__Host-postern-errand' : 'postern-errand', secure }
}
