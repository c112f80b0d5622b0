import type { OwnStanding } from '../../core/own-listings/actions.ts'
import type { OwnListing } from '../../core/own-listings/own-listing.ts'
import type { LoopFigures } from '../../core/abuse/statistics.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { badge, literal } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { deskTabs } from './desk-parts.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import type { ConsolePage, ConsoleRoute, OperatorVisit } from './route.ts'

export const standingRoute: ConsoleRoute = {
  method: 'GET',
  path: places.deskStanding.pattern,
  permission: 'abuse.read',
  safe: true,
  handle: standingPage,
}

const loopDays = 14

/** Where our own addresses stand with others: lists, what they say, what has passed, and what feedback loops bring. */
async function standingPage({ view, actor, actions }: OperatorVisit): Promise<ConsolePage> {
  const words = view.words.desk.standing
  const [standing, loops] = await Promise.all([
    actions.ownStanding(actor),
    actions.loopFigures(actor, { days: loopDays }),
  ])
  return {
    title: words.title,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${deskTabs(view)}
      <h2>${words.now}</h2>
      ${listingTable(view, standing, standing.now, words.now, words.none)}
      <h2>${words.lists}</h2>
      ${standing.lists.length === 0 ? html`<p class="empty">${words.off}</p>` : lists(view, standing)}
      <h2>${words.history}</h2>
      ${listingTable(view, standing, standing.ended, words.history, words.noHistory)}
      <h2>${words.loops}</h2>
      <p>${words.loopsLead}</p>
      ${loopTable(view, loops)}
      <p><a href="${places.restricted.href()}">${words.restricted}</a></p>`,
  }
}

function listingTable(
  view: View,
  { lists: known }: OwnStanding,
  listings: readonly OwnListing[],
  caption: string,
  empty: string,
): Html {
  const words = view.words.desk.standing
  const isOver = listings.some(({ endedAt }) => endedAt !== null)
  return table({
    caption,
    quiet: true,
    stack: true,
    head: [
      words.address,
      words.list,
      words.since,
      ...(isOver ? [words.until] : []),
      words.code,
      words.said,
      ...(isOver ? [] : [words.where]),
    ],
    rows: listings.map((each) => {
      const list = known.find(({ zone }) => zone === each.zone)
      const said =
        each.said === ''
          ? words.nothingSaid
          : html`<span class="said" translate="no">${visible(each.said)}</span>`
      const page = list === undefined ? '' : html`<a href="${list.url}">${words.page}</a>`
      return [
        literal(each.address),
        literal(each.zone),
        when(view, each.since),
        ...(isOver ? [each.endedAt === null ? '' : when(view, each.endedAt)] : []),
        literal(each.code),
        said,
        ...(isOver ? [] : [page]),
      ]
    }),
    empty,
  })
}

function lists(view: View, { lists: asked, now, addresses, left }: OwnStanding): Html {
  const words = view.words.desk.standing
  const odd = [
    ...new Set(
      asked.flatMap(({ last }) => (last === null || last.result === 'answers' ? [] : [last.result])),
    ),
  ]
  return html`${table({
      caption: words.lists,
      quiet: true,
      stack: true,
      numbers: [4],
      head: [words.list, words.answer, words.asked, words.answered, words.onIt, words.where],
      rows: asked.map(({ zone, name, url, last, answeredAt }) => [
        name === zone ? literal(zone) : html`${visible(name)} ${literal(zone)}`,
        last === null
          ? words.never
          : html`${badge(last.result === 'answers' ? 'good' : 'warning', words.results[last.result])}
            ${last.code === '' ? '' : literal(last.code)}`,
        last === null ? words.never : when(view, last.at),
        answeredAt === null ? words.never : when(view, answeredAt),
        count(view.language, now.filter((each) => each.zone === zone).length),
        html`<a href="${url}">${words.page}</a>`,
      ]),
    })}
    ${odd.map((result) => html`<p class="hint"><b>${words.results[result]}:</b> ${words.resultMeans[result]}</p>`)}
    <p>${words.watched(count(view.language, addresses))}</p>
    ${left.length === 0 ? '' : html`<p>${words.left} ${left.map((network) => html`${literal(network)} `)}</p>`}`
}

function loopTable(view: View, { days, sources }: LoopFigures): Html {
  const words = view.words.desk.standing
  return table({
    caption: words.loops,
    quiet: true,
    stack: true,
    numbers: [1, 2],
    head: [words.source, words.all, words.today, words.byDay],
    rows: sources.map(({ source, all, counts }) => [
      html`<span translate="no">${visible(source)}</span>`,
      count(view.language, all),
      count(view.language, counts.at(-1) ?? 0),
      bars(words.loopDays(visible(source)), days, counts),
    ]),
    empty: words.noLoops,
  })
}

const [step, width, height] = [12, 8, 28]

/** The days as small bars; each says its day and count where a pointer rests on it, and all of them to those who hear the page. */
function bars(label: string, days: readonly number[], counts: readonly number[]): Html {
  const most = Math.max(1, ...counts)
  const said = days.map((at, nth) => `${new Date(at).toISOString().slice(0, 10)}: ${counts[nth] ?? 0}`)
  return html`<svg
    class="bar-cell"
    role="img"
    aria-label="${label}: ${said.join(', ')}"
    viewBox="0 0 ${days.length * step} ${height}"
    width="${days.length * step}"
    height="${height}"
  >
    <rect class="rail" y="${height - 1}" width="${days.length * step}" height="1" />
    ${days.map((_, nth) => {
      const tall = Math.max((counts[nth] ?? 0) > 0 ? 2 : 0, Math.round(((counts[nth] ?? 0) / most) * height))
      return html`<rect x="${nth * step + 2}" y="${height - tall}" width="${width}" height="${tall}">
        <title>${said[nth] ?? ''}</title>
      </rect>`
    })}
  </svg>`
}
