import { Refusal } from '../../base/refusal.ts'
import { isFresh } from '../../core/operators/operator.ts'
import type { Prefix } from '../../standards/prefix.ts'
import { clientOf, networkOf } from '../client.ts'
import { errorSummary, hiddenField, submit, textField } from '../ui/form.ts'
import { html } from '../ui/html.ts'
import type { View } from '../ui/view.ts'
import { channelOf, localPath, readSessionCookie, setSessionCookie } from './channel.ts'
import { postForm } from './frame.ts'
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
    handle: async (visit) => await Promise.resolve(codePage(visit, visit.query.get('next'))),
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
    const { session } = await actions.confirmSession(actor, {
      session: readSessionCookie(c, channel) ?? '',
      code: form.get('code') ?? '',
      client: networkOf(clientOf(c, deps.trustedProxies)),
    })
    setSessionCookie(c, channel, session)
    return c.redirect(next, 303)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'session.required') throw error
    const { stepUp } = visit.view.words.console
    const message = error.code === 'sign-in.failed' ? stepUp.wrong : refusalSentence(visit.view, error)
    return { ...codePage(visit, next, message), status: error.status === 401 ? 422 : error.status }
  }
}

function codePage(visit: OperatorVisit, next: string | undefined, message?: string): ConsolePage {
  const { view } = visit
  const { stepUp: words, signIn } = view.words.console
  const body = html`${hiddenField('next', localPath(next))}
  ${textField(view, { name: 'code', label: signIn.code, hint: signIn.codeHint, error: message, autocomplete: 'one-time-code', inputmode: 'numeric', size: 'short', required: true, maxlength: 10, autofocus: message === undefined })}
  ${submit(words.button)}`
  return {
    title: words.title,
    body: html`<div class="narrow">
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${errorSummary(view, message === undefined ? [] : [{ field: 'code', message }])}
      ${postForm(visit, places.confirmSelf.href(), body)}
    </div>`,
  }
}
