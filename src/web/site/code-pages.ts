import { formatReply } from '../../access/reply.ts'
import { reasonNames, reasons, type ReasonName } from '../../access/reasons.ts'
import type { Address } from '../../standards/ip.ts'
import type { Ladder } from '../../core/ladder/ladder.ts'
import { verdictOf, type Explanation } from '../../core/senders/explanation.ts'
import type { Shelf } from '../guide/shelf.ts'
import { routes } from '../routes.ts'
import { submit, textField } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { definitions, literal, verbatim } from '../ui/notice.ts'
import { codesTable } from './codes-table.ts'
import type { View } from '../ui/view.ts'
import { addressState } from './address-page.ts'
import { authenticationTable } from './authentication-parts.ts'
import { readingList } from './code-reading.ts'
import { findBox, toolChoices } from './find-page.ts'
import { notYours } from './not-yours.ts'
import { reasonParts, reasonSections, whoActsOn } from './reason-parts.ts'
import { whatToDo } from './what-to-do.ts'

/** The pages of the registry of reasons: printed from the same table that the mail servers answer from. */

/** 192.0.2.45, for examples (RFC 5737). */
const exampleAddress: Address = { family: 4, words: [0xc000022d, 0, 0, 0] }

export function codesPage(view: View): Page {
  const words = view.words.site.codes
  return {
    title: words.title,
    description: words.description,
    wide: true,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${codesTable(view, reasonNames)}`,
  }
}

/** How things stand for one address, on the page of a code. */
interface CodeState {
  readonly explanation: Explanation
  /** Of the record that led here. */
  readonly token?: string
  /** Of the address, where it is refused or put off. */
  readonly ladder: Ladder | undefined
}

/** One reason: how it stands for an address where one is given, why, who acts, what to do, by when, where to read on, and the line that the sender sees. */
export function codePage(view: View, shelf: Shelf, name: ReasonName, ladder: Ladder, now?: CodeState): Page {
  const words = view.words.site.codes
  const reason = reasons[name]
  const { title } = reasonParts(view, name)
  const url = `${view.provider.site}/c/...`
  return {
    title: `${reason.status[view.codes]} ${title}`,
    description: title,
    noindex: now !== undefined,
    body: html`<p class="up"><a href="${view.link(routes.codes.href())}">${words.other}</a></p>
      <h1>${title}</h1>
      ${now === undefined ? '' : stateOf(view, name, now)}
      ${definitions([
        [words.code, literal(`${reason.code} ${reason.status[view.codes]}`)],
        [words.reference, literal(reason.reference)],
        [words.who, whoActsOn(view, reason.path)],
      ])}
      <p>${reason.code === 550 ? words.permanent : words.temporary}</p>
      ${reason.code === 550 ? notYours(view, shelf.guide) : ''} ${reasonSections(view, name)}
      ${name === 'authentication' ? tests(view) : ''} ${now === undefined ? askFor(view, reason.slug) : ''}
      ${whatToDo(view, shelf.guide, ladder, now)} ${readingList(view, shelf, name)}
      <h2>${words.seen}</h2>
      ${verbatim(formatReply({ reason: name, listing: null, domain: 'example.org' }, exampleAddress, view.codes, url))}
      <p class="hint">${words.seenHint}</p>`,
  }
}

/** A code that several reasons share: the reference tells them apart. `ip`: carried along to their pages. */
export function severalPage(view: View, code: string, names: readonly ReasonName[], ip?: string): Page {
  const words = view.words.site.codes
  const title = words.several(code)
  return {
    title,
    wide: true,
    noindex: true,
    body: html`<h1>${title}</h1>
      <p class="lead">${words.severalBody}</p>
      ${codesTable(view, names, ip)}`,
  }
}

/** A code that we never say. */
export function unknownCodePage(view: View, code: string): Page {
  const words = view.words.site.find
  const title = words.noCodeTitle(visible(code.slice(0, 40)))
  return {
    title,
    noindex: true,
    body: html`<h1>${title}</h1>
      <p class="lead">${words.noCode}</p>
      ${toolChoices(view, ['analyse', 'codes'])} ${findBox(view)}`,
  }
}

/** The state of the address now; another reason than this page's is said. */
function stateOf(view: View, name: ReasonName, { explanation, token }: CodeState): Html {
  const words = view.words.site.codes
  const { ip, reason } = explanation
  const isOther = reason !== null && reason !== name && verdictOf(explanation) !== 'pass'
  const record =
    token === undefined
      ? html`<a href="${view.link(routes.address.href({ address: ip }))}">${words.whole(ip)}</a>`
      : html`<a href="${view.link(routes.record.href({ token }))}">${words.record}</a>`
  return html`${addressState(view, explanation)}
    ${
      isOther
        ? html`<p>
            ${words.another}
            <a href="${view.link(routes.code.href({ code: reasons[reason].slug }, { ip }))}"
              >${reasonParts(view, reason).title}</a
            >
          </p>`
        : ''
    }
    <p>${record}</p>`
}

/** The question whether it holds for an address; a GET, for it changes nothing. */
function askFor(view: View, slug: string): Html {
  const words = view.words.site.codes
  return html`<form class="search" action="${view.link(routes.code.href({ code: slug }))}" method="get">
    ${textField(view, { name: 'ip', label: words.ask, maxlength: 60 })} ${submit(words.askButton)}
  </form>`
}

function tests(view: View): Html {
  return html`<h2>${view.words.site.authentication.caption}</h2>
    ${authenticationTable(view)}`
}
