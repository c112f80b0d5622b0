import { reasons } from '../../access/reasons.ts'
import { opensCase } from '../../core/cases/external.ts'
import type { Ladder } from '../../core/ladder/ladder.ts'
import { verdictOf, type Explanation } from '../../core/senders/explanation.ts'
import type { Shelf } from '../guide/shelf.ts'
import { routes } from '../routes.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { mailLink, notice } from '../ui/notice.ts'
import { wouldBeRefused } from '../ui/observing.ts'
import { betweenSentences } from '../ui/sentences.ts'
import type { View } from '../ui/view.ts'
import { readingList } from './code-reading.ts'
import { findBox } from './find-page.ts'
import { endsSentence, evidence, judged, listingsOf, sentence } from './listing-parts.ts'
import { notYours } from './not-yours.ts'
import { reasonParts } from './reason-parts.ts'
import { whatToDo } from './what-to-do.ts'

/** The state of one address now, and what to do. `checked`: what a test said that was just run again. */
export function addressPage(
  view: View,
  shelf: Shelf,
  { explanation, ladder }: { readonly explanation: Explanation; readonly ladder: Ladder | undefined },
  checked?: string,
): Page {
  const words = view.words.site.address
  return {
    title: words.title(explanation.ip),
    noindex: true,
    body: html`<h1>${words.title(explanation.ip)}</h1>
      ${checkedNotice(view, explanation, checked)} ${addressState(view, explanation)}
      ${isAtEase(explanation) ? elsewhere(view) : ''}
      ${ladder !== undefined && isRefused(ladder) ? notYours(view, shelf.guide) : ''}
      ${judged(view, explanation)}
      ${ladder === undefined ? checkLink(view, explanation) : whatToDo(view, shelf.guide, ladder, { explanation })}
      ${listingsOf(view, explanation)} ${evidence(view, explanation)}
      ${ladder === undefined ? '' : readingList(view, shelf, ladder.refused.reason)}
      <h2>${words.again}</h2>
      ${findBox(view)}`,
  }
}

/** Mail that is put off needs nobody to be told. */
function isRefused({ refused }: Ladder): boolean {
  return reasons[refused.reason].code === 550
}

/** The ladder has it as its first step. */
function checkLink(view: View, { ip }: Explanation): Html {
  return html`<p><a href="${view.link(routes.check.href({ ip }))}">${view.words.check.link}</a></p>`
}

/** Nobody is told that it has ended while it has not, whatever the address of the page says. */
function checkedNotice(view: View, { listing }: Explanation, checked: string | undefined): Html {
  const { recheck: words } = view.words.site
  const isWaiting = listing?.class === 'policy'
  if ((checked === 'passes' && isWaiting) || (checked === 'fails' && !isWaiting)) return html``
  switch (checked) {
    case 'passes':
      return notice('good', words.passes)
    case 'fails':
      return notice('warning', words.fails, html`<p>${words.failsBody}</p>`)
    case 'unknown':
      return notice('info', words.unknown, html`<p>${words.unknownBody}</p>`)
    case 'none':
      return notice('info', words.none)
    default:
      return html``
  }
}

/** Whether its mail is refused, why, and until when. */
export function addressState(view: View, explanation: Explanation): Html {
  const words = view.words.site.address
  const { ip, listing, listings, mode, reason } = explanation
  if (verdictOf(explanation) === 'reject' && listing !== null && reason !== null) {
    const why = html`<p>${sentence(view, reasonParts(view, reason).title)}</p>
      ${endsSentence(view, listing)}`
    return mode === 'observe' ? wouldBeRefused(view, ip, why) : notice('bad', words.listed(ip), why)
  }
  // By its standing, not by a listing.
  if (verdictOf(explanation) === 'defer' && listing === null && reason !== null) {
    const { title, until } = reasonParts(view, reason)
    return notice(
      'info',
      words.deferred(ip),
      html`<p>${sentence(view, title)}${betweenSentences(view)}${until}</p>`,
    )
  }
  if (verdictOf(explanation) === 'defer' && listing !== null && reason !== null) {
    const why = html`<p>${sentence(view, reasonParts(view, reason).title)}</p>
      ${endsSentence(view, listing)}`
    return notice('info', words.deferred(ip), why)
  }
  if (listings.length > 0) return notice('good', words.spared(ip), html`<p>${words.sparedBody}</p>`)
  return notice('good', words.notListed(ip), html`<p>${words.notListedBody}</p>`)
}

/** Nothing is said about it at all. */
function isAtEase(explanation: Explanation): boolean {
  return verdictOf(explanation) === 'pass' && explanation.listings.length === 0
}

/** "Not listed" helps nobody whose mail comes back: what else it may be, likeliest first. */
function elsewhere(view: View): Html {
  const words = view.words.site.address
  return html`<h2>${words.elseTitle}</h2>
    <ol class="reading">
      <li>${words.elseOwn}</li>
      <li>${words.elseOther}</li>
      <li>${words.elseOld}</li>
      <li>${words.elseCode}</li>
    </ol>
    ${
      // About an address that is not listed the delist mailbox takes mail only where it takes whatever there is.
      opensCase(view.support, { reason: null, path: 'none' }, 'mail')
        ? html`<p>${words.elseWrite} ${mailLink(view.addresses.delist)}</p>`
        : html`<p><a href="${view.link(routes.analyse.href())}">${words.elseAnalyse}</a></p>`
    }`
}
