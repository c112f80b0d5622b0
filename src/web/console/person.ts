import { orThrow, Refusal } from '../../base/refusal.ts'
import type { Blocker, Erasure } from '../../core/person/person.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { submit, textField } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { badge, literal, notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { postForm } from './frame.ts'
import { actorWords } from './actor-words.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import { goTo, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

/**
 * What is known of somebody who asks, and being rid of it. The mailbox stands in forms only, never in an address (ASVS 14.2.1); both deeds ask
 * for a code shown lately, and erasing for a second person.
 */
export const personRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.person.pattern,
    permission: 'person.export',
    safe: true,
    fresh: true,
    handle: exportPage,
  },
  {
    method: 'POST',
    path: places.person.pattern,
    permission: 'person.export',
    safe: false,
    fresh: true,
    handle: takeExport,
  },
  {
    method: 'GET',
    path: places.erasePerson.pattern,
    permission: 'person.erase',
    safe: true,
    fresh: true,
    handle: erasePage,
  },
  {
    method: 'POST',
    path: places.erasePerson.pattern,
    permission: 'person.erase',
    safe: false,
    fresh: true,
    handle: erase,
  },
]

async function exportPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view } = visit
  const words = view.words.console.person
  return await Promise.resolve({
    title: words.title,
    body: html`<div class="narrow">
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${mailboxForm(visit, places.person.href(), words.take, 'main')}
      <p class="hint">${words.takeHint}</p>
      <p><a href="${places.erasePerson.href()}">${words.erase}</a></p>
    </div>`,
  })
}

function mailboxForm(visit: OperatorVisit, action: string, name: string, tone: 'main' | 'danger'): Html {
  const { view } = visit
  return postForm(
    visit,
    action,
    html`${textField(view, { name: 'mailbox', type: 'email', label: view.words.console.person.mailbox, maxlength: 254, autocomplete: 'off', required: true })}
      <div class="actions">${submit(name, tone)}</div>`,
  )
}

async function takeExport({ actor, actions, form }: OperatorVisit): Promise<Response> {
  const exported = await actions.exportPerson(
    actor,
    orThrow(parseMailbox((form.get('mailbox') ?? '').trim())),
  )
  return new Response(`${JSON.stringify(exported, undefined, 2)}\n`, {
    headers: {
      'content-type': 'application/json',
      'content-disposition': 'attachment; filename="person.json"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

async function erasePage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions, query } = visit
  const words = view.words.console.person
  const erasures = await actions.listErasures(actor)
  return {
    title: words.erase,
    body: html`${query.get('done') === undefined ? '' : notice('good', words.asked)}
      <h1>${words.erase}</h1>
      <p class="lead">${words.eraseLead}</p>
      <ul class="reading">
        ${words.eraseMeans.map((text) => html`<li>${text}</li>`)}
      </ul>
      ${mailboxForm(visit, places.erasePerson.href(), words.ask, 'danger')}
      <h2>${words.list}</h2>
      ${table({
        caption: words.list,
        quiet: true,
        stack: true,
        head: [words.person, words.state, words.askedAt, words.by, words.open],
        rows: erasures.map((it) => [
          who(it),
          badge(it.state === 'done' ? 'good' : 'info', words.states[it.state]),
          when(view, it.askedAt),
          it.askedBy === 'person' ? words.themself : actorWords(view, it.askedBy),
          html`${it.blockers.map((each) => html`<div>${blocker(visit, each)}</div>`)}`,
        ]),
        empty: words.none,
      })}
      <p><a href="${places.person.href()}">${words.title}</a></p>`,
  }
}

/** The mailbox while it is there; then what stands for it. */
function who({ mailbox, pseudonym }: Erasure): Html {
  return mailbox === null
    ? literal(pseudonym)
    : html`<span translate="no">${visible(mailbox)}</span>
        <span class="far" translate="no">${pseudonym}</span>`
}

function blocker({ view }: OperatorVisit, { kind, id }: Blocker): Html {
  const words = view.words.console.person.blockers[kind]
  const href =
    kind === 'request'
      ? places.request.href({ id })
      : kind === 'report'
        ? places.deskReport.href({ id })
        : places.case.href({ id })
  return html`<a href="${href}">${words}</a>`
}

async function erase({ actor, actions, form }: OperatorVisit): Promise<Response> {
  const mailbox = parseMailbox((form.get('mailbox') ?? '').trim())
  if (mailbox instanceof Refusal) throw mailbox
  const { approval } = await actions.askErasure(actor, mailbox)
  return goTo(
    approval === undefined ? places.erasePerson.href({ done: 1 }) : places.approval.href({ id: approval.id }),
  )
}
