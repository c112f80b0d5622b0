import { Refusal } from '../../base/refusal.ts'
import type { Passkey } from '../../core/operators/passkey-actions.ts'
import type { OidcSettings } from '../../core/settings.ts'
import { errorSummary, submit, textField } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { definitions } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import { channelOf, readSessionCookie } from './channel.ts'
import { postForm } from './frame.ts'
import { when } from './listing-parts.ts'
import { passkeyForm, passkeyScript, takesPasskeys } from './passkey-form.ts'
import { places } from './places.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { goTo, part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'
import { askForCode } from './step-up.ts'

/** The passkeys of one's own account, and no others. */
export const passkeyRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.addPasskey.pattern,
    permission: 'signed-in',
    safe: true,
    handle: async (visit) => await addPage(visit),
  },
  { method: 'POST', path: places.addPasskey.pattern, permission: 'signed-in', safe: false, handle: add },
  {
    method: 'GET',
    path: places.removePasskey.pattern,
    permission: 'signed-in',
    safe: true,
    fresh: true,
    handle: removePage,
  },
  {
    method: 'POST',
    path: places.removePasskey.pattern,
    permission: 'signed-in',
    safe: false,
    fresh: true,
    handle: remove,
  },
]

/** Of the account page: passkeys, and accounts at a provider. */
export async function waysInSection(visit: OperatorVisit): Promise<Html> {
  const { actions, actor, deps, view } = visit
  const words = view.words.console.passkeys
  if (!takesPasskeys(visit)) {
    return await html`<h2 id="passkeys">${words.title}</h2>
      <p>${words.noOrigin}</p>`
  }
  const { passkeys, issuers } = await actions.waysIn(actor)
  const { oidc } = deps.settings.console
  return await html`<h2 id="passkeys">${words.title}</h2>
    <p>${words.lead}</p>
    ${passkeys.length === 0 ? html`<p class="empty">${words.none}</p>` : passkeyList(view, passkeys)}
    <p><a class="button quiet" href="${places.addPasskey.href()}">${words.add}</a></p>
    ${oidc === undefined ? '' : providerPart(view, oidc, issuers.includes(oidc.issuer))}`
}

function passkeyList(view: View, passkeys: readonly Passkey[]): Html {
  const words = view.words.console.passkeys
  return definitions(
    passkeys.map((key) => [
      visible(key.name),
      html`<div>${key.isBackedUp ? words.synced : words.bound}</div>
        <div>${words.added}${view.words.common.colon}${when(view, key.createdAt)}</div>
        <div>
          ${words.used}${view.words.common.colon}${key.usedAt === null ? words.never : when(view, key.usedAt)}
        </div>
        <a href="${places.removePasskey.href({ id: key.id })}">${words.remove}</a>`,
    ]),
  )
}

function providerPart(view: View, { label }: OidcSettings, isConnected: boolean): Html {
  const words = view.words.console.passkeys
  const connect = html`<p>${words.connectLead}</p>
    <p><a class="button quiet" href="${places.connectOidc.href()}">${words.connect(label)}</a></p>`
  return html`<h2 id="provider">${visible(label)}</h2>
    ${isConnected ? html`<p>${words.connected}</p>` : connect}`
}

async function addPage(visit: OperatorVisit, message?: string): Promise<ConsolePage | Response> {
  const { view, actions, actor, session } = visit
  const words = view.words.console.passkeys
  try {
    await actions.permitNewKey(actor, session)
  } catch (error) {
    if (error instanceof Refusal && error.code === 'permission.denied') return askForCode(view)
    throw error
  }
  const options = await actions.passkeyOptions(actor, { purpose: 'add', session: secretOf(visit) })
  const fields = textField(view, {
    name: 'name',
    label: words.name,
    hint: words.nameHint,
    value: (visit.form.get('name') ?? '').slice(0, 60),
    required: true,
    maxlength: 60,
    autofocus: true,
  })
  return {
    title: words.add,
    scripts: [passkeyScript(visit)],
    body: html`<div class="narrow">
      <h1>${words.add}</h1>
      <p class="lead">${words.addLead}</p>
      ${errorSummary(view, message === undefined ? [] : [{ message }])}
      ${passkeyForm(visit, { href: places.addPasskey.href(), deed: 'create', options, button: words.add, fields })}
    </div>`,
  }
}

async function add(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const { form, actions, actor, session } = visit
  try {
    const [answer, name] = [form.get('answer') ?? '', form.get('name') ?? '']
    await actions.addPasskey(actor, { answer, name, session, secret: secretOf(visit) })
    return goTo(places.account.href())
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'session.required') throw error
    const page = await addPage(visit, refusalSentence(visit.view, error))
    return page instanceof Response ? page : { ...page, status: error.status }
  }
}

async function removePage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actions, actor } = visit
  const { passkeys: words, account } = view.words.console
  const id = part(visit, 'id')
  const found = (await actions.waysIn(actor)).passkeys.find((key) => key.id === id)
  if (found === undefined) throw new Refusal('passkey.not-found')
  return {
    title: words.removeTitle(found.name),
    body: html`<div class="narrow">
      <h1>${words.removeTitle(visible(found.name))}</h1>
      <p class="lead">${words.removeLead}</p>
      ${postForm(
        visit,
        places.removePasskey.href({ id }),
        html`<div class="actions">
          ${submit(words.remove, 'danger')} <a href="${places.account.href()}">${account.keep}</a>
        </div>`,
      )}
    </div>`,
  }
}

async function remove(visit: OperatorVisit): Promise<Response> {
  await visit.actions.revokePasskey(visit.actor, part(visit, 'id'))
  return goTo(places.account.href())
}

function secretOf({ c, deps }: OperatorVisit): string {
  return readSessionCookie(c, channelOf(c, deps.trustedProxies)) ?? ''
}
