import { reasons } from '../../access/reasons.ts'
import { isWide } from '../../core/ladder/ladder.ts'
import { verdictOf, type Explanation, type ExplainedListing } from '../../core/senders/explanation.ts'
import { routes } from '../routes.ts'
import { html, type Html } from '../ui/html.ts'
import { count, distance } from '../ui/moment.ts'
import { definitions, literal } from '../ui/notice.ts'
import { deadline, time, timeAndDistance } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { concernList } from '../ui/ways.ts'

/** Parts that the page of an address and the page of a record share. */

/** Words with the full stop of the language. */
export function sentence(view: View, words: Html | string): Html {
  return html`${words}${view.language === 'zh-CN' ? '。' : '.'}`
}

/** When the deciding listing ends if nobody does anything. */
export function endsSentence(view: View, listing: ExplainedListing): Html {
  const ends = Date.parse(listing.ends)
  return html`<p>
    ${view.words.site.address.until(deadline(view, ends), distance(view.language, ends, view.now))}
  </p>`
}

/** Every listing that covers the address, whatever decides (contracts 7). */
export function listingsOf(view: View, explanation: Explanation): Html {
  const words = view.words.site.address
  const { listings } = explanation
  if (listings.length === 0) return html``
  return html`<h2>${listings.length === 1 ? words.listing : words.listings}</h2>
    ${listings.map((listing) => listingFacts(view, listing))}`
}

function listingFacts(view: View, listing: ExplainedListing): Html {
  const words = view.words.site.address
  const passes = listing.effect === 'pass'
  return definitions([
    [words.scope, html`<strong>${literal(listing.scope)}</strong>`],
    [words.code, passes ? words.carved : codeLink(view, listing)],
    [words.way, passes ? undefined : wayOf(view, listing)],
    [words.since, time(view, Date.parse(listing.since))],
    [words.ends, timeAndDistance(view, Date.parse(listing.ends))],
    [words.times, (listing.recurrence ?? 0) > 0 ? count(view.language, listing.recurrence ?? 0) : undefined],
  ])
}

/** A listed network is more than one sender answers for: its button leads to a person. */
function wayOf(view: View, { class: of, scope }: ExplainedListing): string {
  const { ways } = view.words.site
  return ways[of === 'self-service' && isWide(scope) ? 'investigate' : of]
}

function codeLink(view: View, listing: ExplainedListing): Html {
  const reason = reasons[listing.reason]
  const href = view.link(routes.code.href({ code: reason.slug }))
  return html`<a href="${href}" translate="no">${reason.status[view.codes]}</a>
    ${reason.words[view.language].title}`
}

/** What weighs against the sender, and a forecast that was agreed; only for those who may see it. */
export function judged(view: View, explanation: Explanation): Html {
  return html`${forecastSaid(view, explanation)} ${concernList(view, explanation.concerns ?? [])}`
}

/** What we saw before the listing; only for those who may see it. */
export function evidence(view: View, explanation: Explanation): Html {
  const words = view.words.site
  const seen = explanation.evidence ?? []
  if (seen.length === 0 || verdictOf(explanation) === 'pass') return html``
  return html`<h2>${words.address.evidence}</h2>
    ${definitions(seen.map(({ kind, count: many }) => [words.evidenceKinds[kind] ?? kind, count(view.language, many)]))}
    <p class="hint">${words.address.evidenceNote}</p>`
}

/** That a forecast was agreed, and until when; figures are nobody's business but the operator's. */
function forecastSaid(view: View, { forecast }: Explanation): Html {
  if (forecast === undefined) return html``
  return html`<p>${view.words.judgement.forecast} ${timeAndDistance(view, Date.parse(forecast.until))}</p>`
}
