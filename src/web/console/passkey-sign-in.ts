import { Refusal } from '../../base/refusal.ts'
import { clientOf, networkOf, visitorOf } from '../client.ts'
import { errorSummary, hiddenField } from '../ui/form.ts'
import { html } from '../ui/html.ts'
import { channelOf, localPath, setSessionCookie } from './channel.ts'
import { passkeyForm, passkeyScript } from './passkey-form.ts'
import { places } from './places.ts'
import { refusalSentence } from '../ui/sentences.ts'
import type { ConsolePage, ConsoleRoute, Visit } from './route.ts'

export const passkeySignInRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.passkeySignIn.pattern,
    permission: 'anyone',
    safe: true,
    handle: async (visit) => await passkeyPage(visit, localPath(visit.query.get('next'))),
  },
  { method: 'POST', path: places.passkeySignIn.pattern, permission: 'anyone', safe: false, handle: signIn },
]

async function signIn(visit: Visit): Promise<ConsolePage | Response> {
  const { c, deps, form, actions } = visit
  const client = clientOf(c, deps.trustedProxies)
  const next = localPath(form.get('next'))
  try {
    const { session } = await actions.signInByPasskey(visitorOf(client), {
      answer: form.get('answer') ?? '',
      client: networkOf(client),
    })
    setSessionCookie(c, channelOf(c, deps.trustedProxies), session)
    return c.redirect(next, 303)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const words = visit.view.words.console.passkeys
    const message = error.code === 'sign-in.failed' ? words.wrong : refusalSentence(visit.view, error)
    return { ...(await passkeyPage(visit, next, message)), status: error.status }
  }
}

async function passkeyPage(visit: Visit, next: string, message?: string): Promise<ConsolePage> {
  const { view, actions } = visit
  const { passkeys: words, signIn } = view.words.console
  const options = await actions.passkeyOptions(visit.actor, { purpose: 'sign-in' })
  const fields = hiddenField('next', next)
  return {
    title: words.signInTitle,
    bare: true,
    scripts: [passkeyScript(visit)],
    body: html`<div class="door">
      <h1>${words.signInTitle}</h1>
      <p class="lead">${words.signInLead}</p>
      ${errorSummary(view, message === undefined ? [] : [{ message }])}
      ${passkeyForm({ ...visit, session: undefined }, { href: places.passkeySignIn.href(), deed: 'get', options, button: words.signIn, fields })}
      <p><a href="${places.signIn.href({ next })}">${signIn.otherwise}</a></p>
    </div>`,
  }
}
