import { Refusal } from '../../base/refusal.ts'
import { isFresh } from '../../core/operators/operator.ts'
import type { Prefix } from '../../standards/prefix.ts'
import { clientOf, networkOf } from '../client.ts'
import { errorSummary, hiddenField, submit, textField } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import type { View } from '../ui/view.ts'
import { channelOf, localPath, readSessionCookie, setSessionCookie } from './channel.ts'
import { postForm } from './frame.ts'
import { passkeyForm, passkeyScript, takesPasskeys } from './passkey-form.ts'
import { places } from './places.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { goTo, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

/**
 * Another code of the authenticator app before deeds that do much at once or take much away (security CON-6): imports, exports,
 * and what concerns a network wider than /24 (IPv6 /56). Who left the console open has not done them.
 */
export const stepUpRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.confirmSelf.pattern,
    permission: 'signed-in',
    safe: true,
    handle: async (visit) => await codePage(visit, visit.query.get('next')),
  },
  {
    method: 'POST',
    path: places.confirmSelf.pattern,
    permission: 'signed-in',
    safe: false,
    handle: takeCode,
  },
]

/** To the page that asks for the code; from there back to this one, or after a form to the form's page. */
export function askForCode(view: View): Response {
  return goTo(places.confirmSelf.href({ next: view.path + view.query }))
}

/** Whether a deed on this network needs a code first. */
export function needsCode({ session, view }: OperatorVisit, { family, length }: Prefix): boolean {
  return length < (family === 4 ? 24 : 56) && !isFresh(session, view.now)
}

async function takeCode(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const { c, deps, form, actions, actor } = visit
  const next = localPath(form.get('next'))
  try {
    const channel = channelOf(c, deps.trustedProxies)
    const shown = {
      session: readSessionCookie(c, channel) ?? '',
      client: networkOf(clientOf(c, deps.trustedProxies)),
    }
    const answer = form.get('answer')
    const { session } = await (answer === undefined
      ? actions.confirmSession(actor, { ...shown, code: form.get('code') ?? '' })
      : actions.confirmByPasskey(actor, { ...shown, answer }))
    setSessionCookie(c, channel, session)
    return c.redirect(next, 303)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'session.required') throw error
    const { stepUp } = visit.view.words.console
    const message = error.code === 'sign-in.failed' ? stepUp.wrong : refusalSentence(visit.view, error)
    return { ...(await codePage(visit, next, message)), status: error.status === 401 ? 422 : error.status }
  }
}

/** Whatever they can show who they are with: a code, a passkey, both. */
async function codePage(
  visit: OperatorVisit,
  given: string | undefined,
  message?: string,
): Promise<ConsolePage> {
  const { view, actions, actor } = visit
  const { stepUp: words, passkeys } = view.words.console
  const next = localPath(given)
  const ways = await actions.waysIn(actor)
  const hasPasskey = ways.passkeys.length > 0 && takesPasskeys(visit)
  return {
    title: words.title,
    scripts: hasPasskey ? [passkeyScript(visit)] : [],
    body: html`<div class="narrow">
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${errorSummary(view, message === undefined ? [] : [{ ...(ways.hasPassword && { field: 'code' }), message }])}
      ${hasPasskey ? await passkeyPart(visit, next) : ''}
      ${ways.hasPassword ? codeForm(visit, next, message) : ''}
      ${
        hasPasskey || ways.hasPassword
          ? ''
          : html`<p>${words.nothing}</p>
              <p><a class="button quiet" href="${places.signOut.href()}">${passkeys.signInAgain}</a></p>`
      }
    </div>`,
  }
}

async function passkeyPart(visit: OperatorVisit, next: string): Promise<Html> {
  const { c, deps, actions, actor, view } = visit
  const session = readSessionCookie(c, channelOf(c, deps.trustedProxies))
  const options = await actions.passkeyOptions(actor, { purpose: 'confirm', session })
  return await passkeyForm(visit, {
    href: places.confirmSelf.href(),
    deed: 'get',
    options,
    button: view.words.console.passkeys.confirm,
    fields: hiddenField('next', next),
  })
}

function codeForm(visit: OperatorVisit, next: string, message: string | undefined): Html {
  const { view } = visit
  const { stepUp: words, signIn } = view.words.console
  const body = html`${hiddenField('next', next)}
  ${textField(view, { name: 'code', label: signIn.code, hint: signIn.codeHint, error: message, autocomplete: 'one-time-code', inputmode: 'numeric', size: 'short', required: true, maxlength: 10, autofocus: message === undefined })}
  ${submit(words.button)}`
  return postForm(visit, places.confirmSelf.href(), body)
}
