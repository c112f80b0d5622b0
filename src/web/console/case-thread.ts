import { piecesOf, type Message } from '../../core/cases/message.ts'
import type { Participant } from '../../core/cases/participant.ts'
import { hiddenField } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { badge, definitions, literal } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import { mailboxWords } from './case-parts.ts'
import { postForm } from './frame.ts'
import { actorWords } from './actor-words.ts'
import { visibleLines, when } from './listing-parts.ts'
import { places } from './places.ts'
import type { OperatorVisit } from './route.ts'

/**
 * What was said in a case, for the desk: text and nothing else, whatever came; controls and marks that turn text around written out, quoted
 * text folded (security CASE-2).
 */
export function thread(
  visit: OperatorVisit,
  messages: readonly Message[],
  participants: readonly Participant[],
): Html {
  return html`<ol class="thread">
    ${messages.map((message) => html`<li class="${message.direction}">${one(visit, message, participants)}</li>`)}
  </ol>`
}

function one(visit: OperatorVisit, message: Message, participants: readonly Participant[]): Html {
  const { view } = visit
  const { content } = message
  return html`<header>
      <b>${author(view, message, participants)}</b> ${marks(view, message)}
      <span class="at">${when(view, message.at)}</span>
    </header>
    ${fields(view, message)}
    ${content.isErased === true ? html`<p class="empty">${view.words.cases.one.erased}</p>` : ''}
    ${text(view, content.text)} ${tests(message)} ${quoted(view, message)} ${attachments(visit, message)}`
}

function author(
  view: View,
  { direction, author: by, participant }: Message,
  all: readonly Participant[],
): Html {
  const words = view.words.cases
  const whose = all.find(({ id }) => id === participant)
  if (direction === 'in') return whose ? mailboxWords(whose.mailbox) : html`${words.one.theirPage}`
  const to = direction === 'out' && whose && all.length > 1 ? html` → ${mailboxWords(whose.mailbox)}` : ''
  return html`${actorWords(view, by)}${to}`
}

function marks(view: View, message: Message): Html {
  const { cases: words } = view.words
  const { says } = message.content
  return html`${message.direction === 'note' ? badge('quiet', words.one.note) : ''}
  ${says === undefined ? '' : badge('info', words.says[says])}
  ${message.letter === null ? '' : html`<span class="far">${words.letters[message.letter]}</span>`}
  ${message.isSilent ? badge('quiet', words.one.silent) : ''}
  ${message.isVerified || message.isSilent ? '' : badge('bad', words.one.unverified)}
  ${message.copies > 1 ? html`<span class="far">${words.one.copies(count(view.language, message.copies))}</span>` : ''}`
}

/** What of the header matters where it is not as everybody expects. */
function fields(view: View, { direction, content }: Message): Html {
  const words = view.words.cases.one
  const { from, subject = '' } = content
  if (direction !== 'in' || (from === undefined && subject === '')) return html``
  return definitions([
    [words.from, from === undefined ? undefined : mailboxWords(from)],
    [words.subject, subject === '' ? undefined : html`<span translate="no">${visible(subject)}</span>`],
  ])
}

function text(view: View, said: string): Html {
  return html`${piecesOf(said).map((piece) =>
    piece.isQuoted
      ? folded(view.words.cases.one.quoted, piece.text)
      : html`<div class="said" translate="no">${visibleLines(piece.text)}</div>`,
  )}`
}

function folded(title: string, said: string): Html {
  return html`<details>
    <summary>${title}</summary>
    <pre class="verbatim" translate="no">${visibleLines(said)}</pre>
  </details>`
}

function tests({ content }: Message): Html {
  const { tests: list = [] } = content
  if (list.length === 0) return html``
  return html`<ul>
    ${list.map((each) => html`<li>${literal(visible(each))}</li>`)}
  </ul>`
}

/** What came with it: attached messages, or, where a recipient opened the case on the page, what is on record of their mail. */
function quoted(view: View, { channel, content }: Message): Html {
  const words = view.words.cases.one
  const said = content.quoted?.trim() ?? ''
  return said === '' ? html`` : folded(channel === 'form' ? words.onRecord : words.attached, said)
}

/** Their types and sizes; the message itself only to be taken away and opened elsewhere. */
function attachments(visit: OperatorVisit, { id, caseId, content, original }: Message): Html {
  const { view } = visit
  const words = view.words.cases.one
  const list = content.attachments ?? []
  if (list.length === 0) return html``
  const names = list.map(
    ({ type, size }) => html`<li>${literal(visible(type))} ${words.bytes(count(view.language, size))}</li>`,
  )
  return html`<p>${words.attachments}</p>
    <ul>
      ${names}
    </ul>
    ${
      original === null
        ? ''
        : postForm(
            visit,
            places.caseOriginal.href({ id: caseId }),
            html`${hiddenField('message', id)}<button class="button quiet" type="submit">
                ${words.original}
              </button>`,
          )
    }`
}
