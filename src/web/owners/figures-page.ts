import type { Listing } from '../../core/listings/listing.ts'
import { leastForShare, type AddressFigures, type DayFigures } from '../../core/programmes/figures.ts'
import { mostAddresses, type NetworkFigures } from '../../core/programmes/actions.ts'
import { Refusal } from '../../base/refusal.ts'
import { covers, parseListable, showPrefix, type Prefix } from '../../standards/prefix.ts'
import { routes } from '../routes.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { count, share } from '../ui/moment.ts'
import { badge, buttonLink, literal } from '../ui/notice.ts'
import { stackedBars } from '../ui/stacked-bars.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { listedTable } from './mine-page.ts'

/** What was seen of a network by day and by address, and what of it is listed. */
export function figuresPage(view: View, id: string, figures: NetworkFigures): Page {
  const words = view.words.owners.figures
  const { prefix, sinceAt, days, addresses, listings, isCut } = figures
  // The owner asks for what is inside of the network.
  const asked = listings.filter((listing) => listing.effect === 'refuse' && covers(prefix, listing.prefix))
  const title = words.title(showPrefix(prefix))
  return {
    title,
    noindex: true,
    wide: true,
    body: html`<h1>${title}</h1>
      <p>
        <a href="${view.link(routes.owners.claim.href({ id }))}"
          >${view.words.owners.claim.title(showPrefix(prefix))}</a
        >
      </p>
      <p class="lead">${words.lead(view.provider.name, time(view, sinceAt))}</p>
      <p>${words.floor(leastForShare)}</p>
      ${isCut ? html`<p>${words.cut}</p>` : ''}
      ${addresses.length === 0 ? html`<p class="empty">${words.none}</p>` : byDay(view, days)}
      ${addresses.length === 0 ? '' : byAddress(view, addresses, listings)}
      <p>
        ${buttonLink(view.link(routes.owners.figuresFile.href({ id })), words.file)}
        <a href="${view.link(routes.owners.programs.href())}">${words.forPrograms}</a>
      </p>
      <h2>${words.listings}</h2>
      ${listedTable(view, asked, true)}`,
  }
}

function byDay(view: View, days: readonly DayFigures[]): Html {
  const words = view.words.owners.figures
  const [first, last] = [days[0], days.at(-1)]
  return html`<h2>${words.days}</h2>
    ${stackedBars({
      label: words.days,
      bars: days.map(({ messages, refused, deferred }) => ({ good: messages, rest: refused + deferred })),
      scale: [dateOf(first?.at ?? 0), dateOf(last?.at ?? 0)],
      key: { good: words.messages, rest: `${words.refused}, ${words.deferred}` },
    })}
    <details>
      <summary>${view.words.common.table}</summary>
      ${table({
        caption: words.days,
        quiet: true,
        head: [words.day, words.messages, words.refused, words.deferred, words.spam, words.complaints],
        numbers: [1, 2, 3, 4, 5],
        rows: days.toReversed().map((each) => [dateOf(each.at), ...cells(view, each)]),
      })}
    </details>`
}

function byAddress(view: View, addresses: readonly AddressFigures[], listings: readonly Listing[]): Html {
  const words = view.words.owners.figures
  return html`<h2>${words.addresses}</h2>
    <p>${words.addressesLead(mostAddresses)}</p>
    ${table({
      caption: words.addresses,
      quiet: true,
      stack: true,
      head: [
        words.address,
        words.messages,
        words.refused,
        words.deferred,
        words.spam,
        words.complaints,
        words.state,
      ],
      numbers: [1, 2, 3, 4, 5],
      rows: addresses.map((each) => [
        literal(shownUnit(each.unit)),
        ...cells(view, each),
        stateOf(view, each.unit, listings),
      ]),
    })}`
}

function cells(view: View, figures: Omit<DayFigures, 'at'>): readonly (Html | string)[] {
  const { messages, refused, deferred, spamShare, complaintShare } = figures
  return [
    ...[messages, refused, deferred].map((value) => count(view.language, value)),
    ...[spamShare, complaintShare].map((value) => shareCell(view, value)),
  ]
}

function shareCell(view: View, value: number | null): Html | string {
  if (value !== null) return share(view.language, value)
  return html`<span class="hint"
    ><span aria-hidden="true">–</span><span class="hidden">${view.words.owners.figures.few}</span></span
  >`
}

/** By the most specific entry that covers it: a carve-out lets through. */
function stateOf(view: View, unit: string, listings: readonly Listing[]): Html {
  const { states } = view.words.owners.figures
  const prefix = readUnit(unit)
  const [first] = listings
    .filter((listing) => prefix !== undefined && covers(listing.prefix, prefix))
    .toSorted((a, b) => b.prefix.length - a.prefix.length)
  return first?.effect === 'refuse' ? badge('bad', states.listed) : badge('quiet', states.free)
}

function shownUnit(unit: string): string {
  const prefix = readUnit(unit)
  return prefix === undefined ? unit : showPrefix(prefix)
}

function readUnit(unit: string): Prefix | undefined {
  const prefix = parseListable(unit)
  return prefix instanceof Refusal ? undefined : prefix
}

/** `2026-05-04`: the day in UTC. */
export function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
