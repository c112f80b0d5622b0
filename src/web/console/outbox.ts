import { may } from '../../core/actor.ts'
import type { ShownLetter as Letter } from '../../core/outbox/reading-actions.ts'
import { letterStates, type LetterState } from '../../core/outbox/sealed-letter.ts'
import { submit } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { badge, definitions, literal, notice } from '../ui/notice.ts'
import { languageNames } from '../ui/layout.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { actionsRow, postForm } from './frame.ts'
import { said, visibleLines, when } from './listing-parts.ts'
import { places } from './places.ts'
import type { LetterView } from './actions.ts'
import { goTo, part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'
import { tabs } from '../ui/tabs.ts'

export const outboxRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.outbox.pattern, permission: 'console.read', safe: true, handle: outboxPage },
  { method: 'GET', path: places.letter.pattern, permission: 'console.read', safe: true, handle: letterPage },
  // A look is a deed: it is written down, so a link that a browser fetches ahead must not be one.
  { method: 'POST', path: places.letter.pattern, permission: 'letter.open', safe: false, handle: open },
  {
    method: 'GET',
    path: places.retryLetter.pattern,
    permission: 'letter.retry',
    safe: true,
    handle: retryPage,
  },
  {
    method: 'POST',
    path: places.retryLetter.pattern,
    permission: 'letter.retry',
    safe: false,
    handle: retry,
  },
]

const pageSize = 50

async function outboxPage({ view, actor, actions, query, deps }: OperatorVisit): Promise<ConsolePage> {
  const words = view.words.console.outbox
  const state = letterStates.find((known) => known === query.get('state'))
  const after = query.get('after')
  const { letters, next } = await actions.listLetters(actor, { state, after, limit: pageSize })
  const kept = deps.settings.mail.smarthost === 'outbox'
  return {
    title: words.title,
    body: html`<h1>${words.title}</h1>
      ${kept ? html`<p class="lead">${words.kept}</p>` : ''}
      ${tabs(
        words.title,
        (['all', ...letterStates] as const).map((each) => ({
          href: places.outbox.href({ state: each === 'all' ? undefined : each }),
          words: words.tabs[each],
          here: each === (state ?? 'all'),
        })),
      )}
      ${letterTable(view, letters, state === undefined && after === undefined ? words.nothingYet : words.none)}
      <nav class="pager">
        ${after === undefined ? '' : html`<a href="${places.outbox.href({ state })}">${view.words.console.listings.newest}</a>`}
        ${next === undefined ? '' : html`<a href="${places.outbox.href({ state, after: next })}" rel="next">${view.words.console.listings.older}</a>`}
      </nav>`,
  }
}

function letterTable(view: View, letters: readonly Letter[], empty: string): Html {
  const words = view.words.console.outbox
  return table({
    caption: words.caption,
    quiet: true,
    stack: true,
    head: [words.letter, words.to, words.state, words.made, words.next, words.attempts, words.error],
    numbers: [5],
    rows: letters.map((letter) => [
      html`<a href="${places.letter.href({ id: letter.id })}">${kindWords(view, letter)}</a>`,
      reader(view, letter),
      stateBadge(view, letter.state),
      when(view, letter.createdAt),
      nextStep(view, letter),
      count(view.language, letter.attempts),
      letter.lastError === null
        ? ''
        : html`<span class="cut" translate="no">${visible(letter.lastError)}</span>`,
    ]),
    empty,
  })
}

/** To whom it went, or why that is not said. */
function reader(view: View, { mailbox, withheld }: Letter): Html | string {
  if (mailbox === null) return view.words.console.outbox.withheld[withheld ?? 'role']
  return html`<span translate="no">${visible(mailbox)}</span>`
}

function kindWords(view: View, { kind }: Letter): string {
  return view.words.console.outbox.kinds[kind]
}

function stateBadge(view: View, state: LetterState): Html {
  const tones = {
    queued: 'info',
    sending: 'info',
    sent: 'good',
    kept: 'good',
    dead: 'bad',
    bounced: 'warning',
  } as const
  return badge(tones[state], view.words.console.outbox.states[state])
}

function nextStep(view: View, letter: Letter): Html | string {
  const words = view.words.console.outbox
  if (letter.sentAt !== null && letter.state !== 'kept')
    return html`${words.sentAt} ${when(view, letter.sentAt)}`
  return letter.state === 'queued' || letter.state === 'sending'
    ? html`${words.nextTry} ${when(view, letter.nextAt)}`
    : ''
}

async function letterPage(visit: OperatorVisit): Promise<ConsolePage> {
  return letterBody(visit, await visit.actions.showLetter(visit.actor, part(visit, 'id')))
}

async function open(visit: OperatorVisit): Promise<ConsolePage> {
  return letterBody(visit, await visit.actions.openLetter(visit.actor, part(visit, 'id')), true)
}

function letterBody(visit: OperatorVisit, { letter, text }: LetterView, isOpened = false): ConsolePage {
  const { view, query } = visit
  const words = view.words.console.outbox
  const title = kindWords(view, letter)
  return {
    title,
    body: html`${query.get('done') === 'retried' && letter.state !== 'dead' ? notice('good', words.retried) : ''}
      <div class="head">
        <h1>${title} ${stateBadge(view, letter.state)}</h1>
        ${tools(visit, letter)}
      </div>
      <div class="columns">
        <section>
          <h2>${words.facts}</h2>
          ${facts(view, letter)}
        </section>
        <section>
          <h2>${words.text}</h2>
          ${
            text === undefined
              ? html`<p class="empty">
                  ${letter.withheld === null ? words.notShown : words.withheldText[letter.withheld]}
                </p>`
              : html`<p>${words.subject}${view.words.common.colon}<b>${visible(text.subject)}</b></p>
                  ${letterText(text.text)}`
          }
          ${isOpened ? '' : opening(visit, letter)}
        </section>
      </div>
      <p><a href="${places.outbox.href()}">${words.back}</a></p>`,
  }
}

/** The way to what is kept back, for whoever has it: what a restricted letter says, or the link of another. */
function opening(visit: OperatorVisit, letter: Letter): Html {
  const { actor, view } = visit
  const words = view.words.console.outbox
  const isRestricted = letter.withheld === 'restricted'
  if (letter.withheld === 'role' || (letter.state !== 'kept' && !isRestricted)) return html``
  const mayOpen = may(actor, 'letter.open') && (!isRestricted || may(actor, 'case.legal'))
  // Who opens a letter of a restricted case is said where its words would stand.
  if (!mayOpen) return isRestricted ? html`` : html`<p class="hint">${words.whoOpens}</p>`
  return postForm(
    visit,
    places.letter.href({ id: letter.id }),
    html`<p class="hint">${isRestricted ? words.openRestricted : words.openHint}</p>
      <div class="actions">${submit(words.open, 'quiet')}</div>`,
  )
}

/** The letter as it would be sent; its lines are its own. Links can be followed: in a demonstration this is the mailbox. */
function letterText(text: string): Html {
  const pieces = text.split(/(https?:\/\/[^\s<>"]+)/)
  return html`<pre class="verbatim letter" translate="no">
${pieces.map((piece, index) =>
  index % 2 === 1 ? html`<a href="${piece}">${visible(piece)}</a>` : visibleLines(piece),
)}</pre>`
}

/** Only a letter that was given up can be sent again: every other one is under way or has arrived. */
function tools({ actor, view }: OperatorVisit, letter: Letter): Html {
  const mayRetry = letter.state === 'dead' && may(actor, 'letter.retry')
  const href = places.retryLetter.href({ id: letter.id })
  return actionsRow([
    mayRetry ? html`<a class="button" href="${href}">${view.words.console.outbox.retry}</a>` : undefined,
  ])
}

function facts(view: View, letter: Letter): Html {
  const words = view.words.console.outbox
  return definitions([
    [words.to, reader(view, letter)],
    [words.language, languageNames[letter.language]],
    [words.made, when(view, letter.createdAt)],
    [words.sentAt, letter.sentAt === null || letter.state === 'kept' ? undefined : when(view, letter.sentAt)],
    [words.nextTry, letter.state === 'queued' ? when(view, letter.nextAt) : undefined],
    [
      words.expires,
      letter.sentAt !== null || letter.expiresAt === null ? undefined : when(view, letter.expiresAt),
    ],
    [words.attempts, count(view.language, letter.attempts)],
    [words.error, letter.lastError === null ? undefined : said(letter.lastError)],
    [words.id, literal(letter.id)],
  ])
}

async function retryPage(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const { view, actor, actions } = visit
  const words = view.words.console.outbox
  const { letter } = await actions.showLetter(actor, part(visit, 'id'))
  const { id } = letter
  if (letter.state !== 'dead') return goTo(places.letter.href({ id }))
  return {
    title: words.retryTitle,
    body: html`<div class="narrow">
      <h1>${words.retryTitle}</h1>
      <p class="lead">${words.retryLead}</p>
      ${facts(view, letter)}
      ${postForm(
        visit,
        places.retryLetter.href({ id }),
        html`<div class="actions">
          ${submit(words.retry)} <a href="${places.letter.href({ id })}">${view.words.common.back}</a>
        </div>`,
      )}
    </div>`,
  }
}

async function retry(visit: OperatorVisit): Promise<Response> {
  const id = part(visit, 'id')
  await visit.actions.retryLetter(visit.actor, id)
  return goTo(places.letter.href({ id }, { done: 'retried' }))
}
