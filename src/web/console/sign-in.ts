import { Refusal } from '../../base/refusal.ts'
import { clientOf, networkOf, visitorOf } from '../client.ts'
import { errorSummary, hiddenField, submit, textField } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { verbatim } from '../ui/notice.ts'
import { channelOf, localPath, setSessionCookie } from './channel.ts'
import { postForm } from './frame.ts'
import { places } from './places.ts'
import { refusalSentence } from '../ui/sentences.ts'
import type { ConsolePage, ConsoleRoute, Visit } from './route.ts'

export const signInRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.signIn.pattern, permission: 'anyone', safe: true, handle: signInPage },
  { method: 'POST', path: places.signIn.pattern, permission: 'anyone', safe: false, handle: signIn },
]

async function signInPage(visit: Visit): Promise<ConsolePage> {
  if (channelOf(visit.c, visit.deps.trustedProxies) === 'insecure') return insecurePage(visit)
  return formPage(visit, { next: localPath(visit.query.get('next')), name: '' })
}

async function signIn(visit: Visit): Promise<ConsolePage | Response> {
  const { c, deps, form, actions } = visit
  const channel = channelOf(c, deps.trustedProxies)
  if (channel === 'insecure') return { ...insecurePage(visit), status: 403 }
  const client = clientOf(c, deps.trustedProxies)
  const next = localPath(form.get('next'))
  const name = (form.get('name') ?? '').trim()
  try {
    const { session } = await actions.signIn(visitorOf(client), {
      name,
      password: form.get('password') ?? '',
      code: form.get('code') ?? '',
      client: networkOf(client),
    })
    setSessionCookie(c, channel, session)
    return c.redirect(next, 303)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return {
      ...formPage(visit, { next, name, error: refusalSentence(visit.view, error) }),
      status: error.status,
    }
  }
}

function formPage(
  visit: Visit,
  given: { readonly next: string; readonly name: string; readonly error?: string },
): ConsolePage {
  const { view } = visit
  const words = view.words.console.signIn
  const body = html`${hiddenField('next', given.next)}
  ${textField(view, { name: 'name', label: words.name, value: given.name.slice(0, 80), autocomplete: 'username', required: true, maxlength: 80, autofocus: given.error === undefined })}
  ${textField(view, { name: 'password', label: words.password, type: 'password', autocomplete: 'current-password', required: true, maxlength: 256 })}
  ${textField(view, { name: 'code', label: words.code, hint: words.codeHint, autocomplete: 'one-time-code', inputmode: 'numeric', size: 'short', required: true, maxlength: 10 })}
  ${submit(words.button)}`
  return {
    title: words.title,
    bare: true,
    body: html`<div class="door">
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${errorSummary(view, given.error === undefined ? [] : [{ message: given.error }])}
      ${postForm({ ...visit, session: undefined }, places.signIn.href(), body)}
      ${otherWays(visit, given.next)}
      <details>
        <summary>${words.firstTitle}</summary>
        <p>${words.first}</p>
        ${verbatim('postern operator add NAME --role admin')}
      </details>
    </div>`,
  }
}

/** Passkeys and the provider, where the console has an address that they are bound to. */
function otherWays({ view, deps }: Visit, next: string): Html {
  const { origin, oidc } = deps.settings.console
  if (origin === undefined) return html``
  const words = view.words.console
  return html`<p class="actions">
    <a class="button quiet" href="${places.passkeySignIn.href({ next })}">${words.passkeys.signIn}</a>
    ${oidc === undefined ? '' : html`<a class="button quiet" href="${places.oidc.href({ next })}">${words.oidc.signIn(visible(oidc.label))}</a>`}
  </p>`
}

/** Over plain http across a network the password would be read on the way. */
function insecurePage({ view }: Visit): ConsolePage {
  const words = view.words.console.signIn
  return {
    title: words.insecureTitle,
    bare: true,
    body: html`<div class="door">
      <h1>${words.insecureTitle}</h1>
      <p class="lead">${words.insecure}</p>
      <p>${words.insecureTunnel}</p>
      ${verbatim('ssh -L 8081:127.0.0.1:8081 HOST')}
      <p>${words.insecureProxy}</p>
    </div>`,
  }
}
