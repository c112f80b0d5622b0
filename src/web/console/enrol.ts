import { clientOf, networkOf, visitorOf } from '../client.ts'
import { submit } from '../ui/form.ts'
import { html } from '../ui/html.ts'
import { channelOf, setSessionCookie } from './channel.ts'
import { postForm } from './frame.ts'
import { places } from './places.ts'
import { part, type ConsolePage, type ConsoleRoute, type Visit } from './route.ts'

/** The link that lets an operator in once. Looking at it changes nothing: what fetches links ahead uses none up. */
export const enrolRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.enrol.pattern, permission: 'anyone', safe: true, handle: enrolPage },
  { method: 'POST', path: places.enrol.pattern, permission: 'anyone', safe: false, handle: enrol },
]

async function enrolPage(visit: Visit): Promise<ConsolePage> {
  const words = visit.view.words.console.enrol
  return {
    title: words.title,
    bare: true,
    body: html`<div class="door">
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${postForm({ ...visit, session: undefined }, places.enrol.href({ link: part(visit, 'link') }), submit(words.button))}
    </div>`,
  }
}

async function enrol(visit: Visit): Promise<Response> {
  const { c, deps, actions } = visit
  const client = clientOf(c, deps.trustedProxies)
  const { session } = await actions.useEnrolment(visitorOf(client), {
    secret: part(visit, 'link'),
    client: networkOf(client),
  })
  setSessionCookie(c, channelOf(c, deps.trustedProxies), session)
  return c.redirect(`${places.account.href()}#passkeys`, 303)
}
