import { pathOf, reasons } from '../../access/reasons.ts'
import { opensCase } from '../../core/cases/external.ts'
import { verdictOf, type Explanation, type ExplainedListing } from '../../core/senders/explanation.ts'
import type { Way } from '../../core/senders/ways.ts'
import { testWords } from '../../core/outbox/words/test-words.ts'
import { routes } from '../routes.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count, distance } from '../ui/moment.ts'
import { buttonLink, definitions, literal } from '../ui/notice.ts'
import { time, timeAndDistance } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { concernList, wayList } from '../ui/ways.ts'

/** Parts that the page of an address and the page of a record share. */

/** Words with the full stop of the language. */
export function sentence(view: View, words: Html | string): Html {
  return html`${words}${view.language === 'zh-CN' ? '。' : '.'}`
}

/** When the deciding listing ends if nobody does anything. */
export function endsSentence(view: View, listing: ExplainedListing): Html {
  const ends = Date.parse(listing.ends)
  return html`<p>
    ${view.words.site.address.until(time(view, ends), distance(view.language, ends, view.now))}
  </p>`
}

/**
 * What to do about a listing, with the button that does it. `start`: where a request begins for this asker;
 * `reasonNext`: what the reason itself says, which stands when the class does what the reason expects.
 */
export function wayOut(view: View, explanation: Explanation, start: string, reasonNext?: string): Html {
  const { listing } = explanation
  if (listing === null || verdictOf(explanation) === 'pass') return html``
  const words = view.words.site
  const isAsExpected = reasons[listing.reason].path === pathOf(listing.class)
  const isClosed = isForOthers(view, listing)
  const body = isClosed
    ? words.waysNoCase(view.provider.name)
    : isAsExpected && reasonNext !== undefined
      ? reasonNext
      : words.waysBody[listing.class]
  const way = explanation.ways?.find(({ url, test }) => url !== undefined || test !== undefined)
  return html`<p>${body}</p>
    ${isSeveral(explanation) ? html`<p>${words.address.several}</p>` : ''}
    ${isWide(listing) ? html`<p>${words.address.wide}</p>` : ''}
    ${isElsewhere(listing) && way === undefined ? html`<p>${words.waysAskLink}</p>` : ''}
    ${way?.test === undefined ? '' : html`<p>${words.waysTest} ${visible(testWords[view.language](way.test))}</p>`}
    ${isClosed ? '' : wayButton(view, listing, start, way?.url)} ${recheckButton(view, explanation)}`
}

/** A person would decide, and outsiders open no case about it here: no button leads there. */
function isForOthers(view: View, { reason, class: listingClass }: ExplainedListing): boolean {
  const path = pathOf(listingClass)
  return path === 'mail' && !opensCase(view.support, { reason, path }, 'portal')
}

/** A listing that waits for a test: whoever has mended it has it run again at once. */
function recheckButton(view: View, { ip, listing }: Explanation): Html {
  if (listing?.class !== 'policy') return html``
  const href = view.link(routes.checkAddress.href({ address: ip }))
  return html`<form method="post" action="${href}">
    <button class="button" type="submit">${view.words.site.recheck.button}</button>
  </form>`
}

function wayButton(view: View, listing: ExplainedListing, start: string, url: string | undefined): Html {
  const words = view.words.site.waysLink[listing.class]
  switch (listing.class) {
    case 'third-party':
      return url === undefined
        ? html``
        : html`<p>
              <a class="button" href="${url}" rel="external noreferrer"
                >${words}${view.words.common.elsewhere}</a
              >
            </p>
            <p class="hint">${literal(URL.parse(url)?.host ?? url)}</p>`
    case 'policy':
      return html``
    case 'self-service':
    case 'investigate':
      return html`<p>${buttonLink(start, words)}</p>`
  }
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
    [words.way, passes ? undefined : view.words.site.ways[listing.class]],
    [words.since, time(view, Date.parse(listing.since))],
    [words.ends, timeAndDistance(view, Date.parse(listing.ends))],
    [words.times, (listing.recurrence ?? 0) > 0 ? count(view.language, listing.recurrence ?? 0) : undefined],
  ])
}

function codeLink(view: View, listing: ExplainedListing): Html {
  const reason = reasons[listing.reason]
  const href = view.link(routes.code.href({ code: reason.slug }))
  return html`<a href="${href}" translate="no">${reason.status[view.codes]}</a>
    ${reason.words[view.language].title}`
}

/** What weighs against the sender, and what it can do about it; only for those who may see it. */
export function judged(view: View, explanation: Explanation, ways: readonly Way[] | undefined): Html {
  const list = ways ?? explanation.ways ?? []
  const isShown =
    list.length > 0 || explanation.forecast !== undefined || (explanation.concerns ?? []).length > 0
  if (!isShown) return html``
  return html`${forecastSaid(view, explanation)} ${concernList(view, explanation.concerns ?? [])}
  ${
    list.length === 0
      ? ''
      : html`<h2>${view.words.judgement.waysTitle}</h2>
          ${wayList(view, list)}`
  }`
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

function isElsewhere(listing: ExplainedListing): boolean {
  return listing.class === 'third-party' || listing.class === 'policy'
}

/** Whether another listing takes over when the deciding one ends. */
function isSeveral({ listings }: Explanation): boolean {
  return listings.filter(({ effect }) => effect !== 'pass').length > 1
}

/** About more than one sender: wider than an IPv4 address or the /64 of an IPv6 one. */
function isWide(listing: ExplainedListing): boolean {
  return listing.scope.includes('/') && !listing.scope.endsWith('/64')
}

/** That a forecast was agreed, and until when; figures are nobody's business but the operator's. */
function forecastSaid(view: View, { forecast }: Explanation): Html {
  if (forecast === undefined) return html``
  return html`<p>${view.words.judgement.forecast} ${timeAndDistance(view, Date.parse(forecast.until))}</p>`
}
