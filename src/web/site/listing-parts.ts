import { reasons } from '../../access/reasons.ts'
import type { Explanation, ExplainedListing } from '../../core/senders/explanation.ts'
import { routes } from '../routes.ts'
import { html, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { buttonLink, definitions, literal } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'

/** Parts that the page of an address and the page of a record share. */

/** When the deciding listing ends if nobody does anything. */
export function endsSentence(view: View, listing: ExplainedListing): Html {
  const full = view.language === 'zh-CN' ? '。' : '.'
  return html`<p>${view.words.site.address.until} ${time(view, Date.parse(listing.ends))}${full}</p>`
}

/** What to do about a listing, with the button that does it. `start`: where a request begins for this asker. */
export function wayOut(view: View, explanation: Explanation, start: string): Html {
  const { listing } = explanation
  if (listing === null || explanation.action === 'pass') return html``
  const words = view.words.site
  const way = explanation.ways?.find(({ url, test }) => url !== undefined || test !== undefined)
  return html`<p>${words.waysBody[listing.class]}</p>
    ${isWide(listing) ? html`<p>${words.address.wide}</p>` : ''}
    ${way?.test === undefined ? '' : html`<p>${words.waysTest} ${literal(way.test)}</p>`}
    ${wayButton(view, listing, start, way?.url)}`
}

function wayButton(view: View, listing: ExplainedListing, start: string, url: string | undefined): Html {
  const words = view.words.site.waysLink[listing.class]
  switch (listing.class) {
    case 'third-party':
      return url === undefined
        ? html``
        : html`<p><a class="button" href="${url}" rel="external noreferrer">${words} ${view.words.common.elsewhere}</a></p>`
    case 'policy':
      return html``
    case 'self-service':
    case 'investigate':
      return html`<p>${buttonLink(start, words)}</p>`
  }
}

/** Every listing that covers the address, whatever decides (contracts 7). */
export function listingsTable(view: View, explanation: Explanation): Html {
  const words = view.words.site.address
  if (explanation.listings.length === 0) return html``
  return html`<h2>${words.listings}</h2>${table({
    caption: words.listings,
    quiet: true,
    stack: true,
    head: [words.scope, words.code, words.way, words.since, words.ends],
    rows: explanation.listings.map((listing) => [
      literal(listing.scope),
      listing.effect === 'pass' ? words.carved : codeLink(view, listing),
      listing.effect === 'pass' ? '' : view.words.site.ways[listing.class],
      time(view, Date.parse(listing.since)),
      time(view, Date.parse(listing.ends)),
    ]),
  })}`
}

function codeLink(view: View, listing: ExplainedListing): Html {
  const reason = reasons[listing.reason]
  const href = view.link(routes.code.href({ code: reason.slug }))
  return html`<a href="${href}" translate="no">${reason.status[view.codes]}</a> ${reason.words[view.language].title}`
}

/** What we saw before the listing; only for those who may see it. */
export function evidence(view: View, explanation: Explanation): Html {
  const words = view.words.site
  const seen = explanation.evidence ?? []
  if (seen.length === 0 || explanation.action === 'pass') return html``
  return html`<h2>${words.address.evidence}</h2>
    ${definitions(seen.map(({ kind, count: many }) => [words.evidenceKinds[kind] ?? kind, count(view.language, many)]))}
    <p class="hint">${words.address.evidenceNote}</p>`
}

/** About more than one sender: wider than an IPv4 address or the /64 of an IPv6 one. */
function isWide(listing: ExplainedListing): boolean {
  return listing.scope.includes('/') && !listing.scope.endsWith('/64')
}
