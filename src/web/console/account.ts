import { may } from '../../core/actor.ts'
import { submit } from '../ui/form.ts'
import { html, visible } from '../ui/html.ts'
import { definitions, verbatim } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { channelOf, dropSessionCookie, readSessionCookie } from './channel.ts'
import { postForm } from './frame.ts'
import { when } from './listing-parts.ts'
import { waysInSection } from './passkeys.ts'
import { places } from './places.ts'
import { goTo, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

export const accountRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.account.pattern, permission: 'signed-in', safe: true, handle: accountPage },
  {
    method: 'GET',
    path: places.signOutEverywhere.pattern,
    permission: 'signed-in',
    safe: true,
    handle: everywherePage,
  },
  {
    method: 'POST',
    path: places.signOutEverywhere.pattern,
    permission: 'signed-in',
    safe: false,
    handle: signOutEverywhere,
  },
  { method: 'GET', path: places.signOut.pattern, permission: 'signed-in', safe: true, handle: signOutPage },
  { method: 'POST', path: places.signOut.pattern, permission: 'signed-in', safe: false, handle: signOut },
]

/** Operators are kept by whoever can log in to the machine. */
const commands =
  'postern operator list\npostern operator link NAME\npostern operator remove NAME\npostern operator add NAME --role case-agent,list-operator'

async function accountPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, session } = visit
  const { account: words, roles, roleMeans } = view.words.console
  return {
    title: words.title,
    body: html`<div class="narrow">
      <h1>${words.title}</h1>
      ${definitions([
        [words.name, html`<b translate="no">${visible(session.name)}</b>`],
        [
          words.role,
          html`${session.roles.map((role) => html`<div>${roles[role]} <span class="far">${roleMeans[role]}</span></div>`)}`,
        ],
        [words.since, when(view, session.createdAt)],
        [words.until, when(view, session.expiresAt)],
      ])}
      <p class="hint">${words.idle}</p>
      <p><a class="button quiet" href="${places.signOutEverywhere.href()}">${words.everywhere}</a></p>
      ${await waysInSection(visit)}
      <h2 id="keys">${words.keys}</h2>
      <p>${words.keysLead}</p>
      ${table({
        caption: words.keys,
        quiet: true,
        head: [words.key, words.does],
        rows: words.keyList.map(([keys, does]) => [
          html`${keys.split(/\s+/).map((key) => html`<kbd>${key}</kbd> `)}`,
          does,
        ]),
      })}
      ${may(visit.actor, 'operator.read') ? html`<p><a href="${places.operators.href()}">${view.words.console.people.title}</a></p>` : ''}
      <p>${words.password}</p>
      ${verbatim(commands)}
    </div>`,
  }
}

async function everywherePage(visit: OperatorVisit): Promise<ConsolePage> {
  const words = visit.view.words.console.account
  return {
    title: words.everywhereTitle,
    body: html`<div class="narrow">
      <h1>${words.everywhereTitle}</h1>
      <p class="lead">${words.everywhereLead}</p>
      ${postForm(
        visit,
        places.signOutEverywhere.href(),
        html`<div class="actions">
          ${submit(words.everywhere, 'danger')} <a href="${places.account.href()}">${words.stay}</a>
        </div>`,
      )}
    </div>`,
  }
}

async function signOutEverywhere(visit: OperatorVisit): Promise<Response> {
  await visit.actions.signOutEverywhere(visit.actor)
  return leave(visit)
}

async function signOutPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { signIn: words, account, signOut: button } = visit.view.words.console
  return {
    title: words.outTitle,
    body: html`<div class="narrow">
      <h1>${words.outTitle}</h1>
      <p class="lead">${words.outLead(visible(visit.session.name))}</p>
      ${postForm(
        visit,
        places.signOut.href(),
        html`<div class="actions">
          ${submit(button)} <a href="${places.overview.href()}">${account.stay}</a>
        </div>`,
      )}
    </div>`,
  }
}

async function signOut(visit: OperatorVisit): Promise<Response> {
  const secret = readSessionCookie(visit.c, channelOf(visit.c, visit.deps.trustedProxies))
  if (secret !== undefined) await visit.actions.signOut(visit.actor, secret)
  return leave(visit)
}

function leave({ c, deps }: OperatorVisit): Response {
  dropSessionCookie(c, channelOf(c, deps.trustedProxies))
  const answer = goTo(places.signIn.href())
  // RFC 9110 leaves it to the browser to keep pages for its back button; this asks it not to.
  return c.body(null, 303, { Location: answer.headers.get('location') ?? '/', 'Clear-Site-Data': '"cache"' })
}
