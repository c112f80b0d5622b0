import { reasons, reasonOf } from '../../access/reasons.ts'
import { formatReply } from '../../access/reply.ts'
import type { Effect } from '../../access/listing-entry.ts'
import { effectOf, entryOf, type Listing } from '../../core/listings/listing.ts'
import type { Settings } from '../../core/settings.ts'
import { covers, formatPrefix, showPrefix, unitLength, type Prefix } from '../../standards/prefix.ts'
import { routes } from '../routes.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { badge, literal, verbatim } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { ago, time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { actorWords } from './actor-words.ts'
import { barCell } from './bars.ts'
import { places } from './places.ts'

/** Pieces that speak of listings, the same on every page. */

/** A time in UTC, and beside or below it how far away. */
export function when(view: View, at: number): Html {
  return html`${time(view, at)} <span class="far">${ago(view, at)}</span>`
}

/** What a person or a server said, in its own lines. */
export function said(text: string): Html {
  return html`<span class="said" translate="no">${visibleLines(text)}</span>`
}

/** Line ends stay; everything else that cannot be seen is written out. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

export function listingLink(listing: Listing): Html {
  return html`<a href="${places.listing.href({ id: listing.id })}" translate="no"
    >${showPrefix(listing.prefix)}</a
  >`
}

function effectBadge(view: View, effect: Effect): Html {
  const words = view.words.console.listings
  switch (effect) {
    case 'refuse':
      return badge('bad', words.states.active)
    case 'pass':
      return badge('good', words.pass)
    case 'observe':
      return badge('quiet', words.observe)
    case 'defer':
    case 'delay':
      return badge('warning', words.defer)
  }
}

export function stateBadge(view: View, listing: Listing): Html {
  const words = view.words.console.listings
  switch (listing.state) {
    case 'active':
      if (listing.endsAt <= view.now) return badge('quiet', words.timeUp)
      return effectBadge(view, effectOf(listing, view.engine))
    case 'proposed':
      return badge('warning', words.states.proposed)
    case 'ended':
      return badge('quiet', words.states.ended)
  }
}

export function causeAndClass(view: View, listing: Listing): Html {
  const { causes, classes } = view.words.console
  return html`${causes[listing.cause]} <span class="far">${classes[listing.class]}</span>`
}

/** What was seen before it, by kind. */
export function evidenceTable(view: View, listing: Listing): Html {
  const words = view.words.console.listing
  const most = Math.max(1, ...listing.evidence.map((each) => each.count))
  return table({
    caption: words.evidence,
    quiet: true,
    head: [words.kind, words.count, ''],
    numbers: [1],
    rows: listing.evidence.map((each) => [
      words.kinds[each.kind] ?? visible(each.kind),
      count(view.language, each.count),
      barCell(each.count, most),
    ]),
    empty: words.noEvidence,
  })
}

/** Listings in a table. `around`: what was searched for, then each row says how it lies to that. */
export function listingTable(
  view: View,
  listings: readonly Listing[],
  options: { readonly around?: Prefix | undefined; readonly empty?: Html | string },
): Html {
  const words = view.words.console.listings
  const { around, empty } = options
  return table({
    caption: words.caption,
    quiet: true,
    stack: true,
    head: [
      words.prefix,
      ...(around ? [words.relation] : []),
      words.state,
      words.cause,
      words.since,
      words.ends,
      words.by,
    ],
    rows: listings.map((listing) => [
      listingLink(listing),
      ...(around ? [relationOf(view, listing.prefix, around)] : []),
      stateBadge(view, listing),
      causeAndClass(view, listing),
      when(view, listing.sinceAt),
      when(view, listing.endedAt ?? listing.endsAt),
      actorWords(view, listing.actor),
    ]),
    ...(empty === undefined ? {} : { empty }),
  })
}

function relationOf(view: View, prefix: Prefix, around: Prefix): string {
  const { relations } = view.words.console.listings
  if (formatPrefix(prefix) === formatPrefix(around)) return relations.same
  return covers(prefix, around) ? relations.covers : relations.inside
}

/** The SMTP line that a sender inside the listing gets, with the public address of its record. */
export function senderLine(listing: Listing, settings: Settings): Html {
  const { family, words } = listing.prefix
  const address = { family, words }
  const reason = reasonOf(listing)
  return verbatim(
    formatReply(
      { reason, listing: entryOf(listing, settings.reputation.mode) },
      address,
      settings.codes,
      publicUrl(listing.prefix, settings),
    ),
  )
}

/** `550 5.7.606`. */
export function codeOf(listing: Listing, settings: Settings): Html {
  const { code, status } = reasons[reasonOf(listing)]
  return literal(`${code} ${status[settings.codes]}`)
}

/** Where anybody sees what we say about the prefix's first address. */
export function publicUrl(prefix: Prefix, settings: Settings): string {
  return settings.provider.site + routes.address.href({ address: showPrefix(prefix).replace(/\/.*/, '') })
}

/** How many senders a prefix is, in words; each IPv4 address or IPv6 /64 is one. */
export function sizeWords(view: View, prefix: Prefix): string {
  const words = view.words.console.add
  const senders = 2 ** (unitLength[prefix.family] - prefix.length)
  if (prefix.family === 4)
    return senders === 1 ? words.oneAddress : words.manyAddresses(count(view.language, senders))
  return senders === 1 ? words.oneNetwork : words.manyNetworks(count(view.language, senders))
}
