import type { DelistRequest } from '../../core/delisting/request.ts'
import { formatAddress } from '../../standards/ip.ts'
import { showPrefix } from '../../standards/prefix.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { buttonLink, definitions, literal } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { actorWords } from './actor-words.ts'
import { history } from './history.ts'
import { listingTable, said, when } from './listing-parts.ts'
import { places } from './places.ts'
import { requestBadge, requestLink } from './request-parts.ts'
import { part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

export const requestRoute: ConsoleRoute = {
  method: 'GET',
  path: places.request.pattern,
  permission: 'console.read',
  safe: true,
  handle: requestPage,
}

async function requestPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions } = visit
  const words = view.words.console.request
  const {
    request,
    listings,
    history: records,
    waiting,
    case: caseId,
  } = await actions.inspectRequest(actor, part(visit, 'id'))
  const ip = formatAddress(request.ip)
  return {
    title: words.title(ip),
    body: html`<div class="head">
        <h1>${words.title(ip)} ${requestBadge(view, request)}</h1>
      </div>
      ${toCase(view, caseId)}
      <div class="columns">
        <section>
          <h2>${words.note}</h2>
          ${request.note === '' ? html`<p class="empty">${words.noNote}</p>` : html`<blockquote>${said(request.note)}</blockquote>`}
          ${after(view, request)}
        </section>
        <section>
          <h2>${words.facts}</h2>
          ${facts(view, request)}
        </section>
      </div>
      ${waitingList(view, request, waiting)}
      <h2>${words.covering}</h2>
      ${listingTable(view, listings, { around: request.unit, empty: words.noCovering })}
      <p><a href="${places.listings.href({ text: ip })}">${words.lookUp}</a></p>
      <h2>${words.history}</h2>
      ${history(view, records, true)}`,
  }
}

/** Where it is decided. */
function toCase(view: View, id: string | null): Html | string {
  return id === null
    ? ''
    : html`<p>${buttonLink(places.case.href({ id }), view.words.console.request.toCase)}</p>`
}

/** The others who ask for the same address: one decision holds for all of them. */
function waitingList(view: View, request: DelistRequest, waiting: readonly DelistRequest[]): Html | string {
  const { request: words, controls, requests } = view.words.console
  if (waiting.length === 0) return ''
  return html`<h2>${words.waiting}</h2>
    <p>${request.state === 'joined' ? words.waitsWith : words.waitingLead}</p>
    ${table({
      caption: words.waiting,
      quiet: true,
      stack: true,
      head: [requests.address, requests.asked, requests.control, requests.mailbox, words.note],
      rows: waiting.map((each) => [
        html`${requestLink(each)} ${each.state === 'review' ? requestBadge(view, each) : ''}`,
        when(view, each.createdAt),
        controls[each.control],
        html`<span translate="no">${visible(each.mailbox)}</span>`,
        said(each.note),
      ]),
      empty: '',
    })}`
}

function facts(view: View, request: DelistRequest): Html {
  const { request: words, controls, outcomes, requests } = view.words.console
  return definitions([
    [words.state, requests.states[request.state]],
    [
      words.outcome,
      request.outcome === null || request.outcome === 'review' ? undefined : outcomes[request.outcome],
    ],
    [words.address, literal(formatAddress(request.ip))],
    [words.unit, request.ip.family === 4 ? undefined : literal(showPrefix(request.unit))],
    [words.mailbox, html`<span translate="no">${visible(request.mailbox)}</span>`],
    [words.control, controls[request.control]],
    [words.road, words.roads[request.road]],
    [words.language, words.languages[request.language]],
    [words.asked, when(view, request.createdAt)],
    [
      words.expires,
      request.state === 'open' || request.state === 'proven' ? when(view, request.expiresAt) : undefined,
    ],
    [
      words.decided,
      request.state === 'done' && request.decidedAt !== null ? when(view, request.decidedAt) : undefined,
    ],
    [words.decidedBy, request.decidedBy === null ? undefined : actorWords(view, request.decidedBy)],
    [words.tries, request.tries === 0 ? undefined : String(request.tries)],
  ])
}

/** What came of a removal: the sender's next message. */
function after(view: View, request: DelistRequest): Html | string {
  const words = view.words.console.request
  if (request.outcome !== 'delisted') return ''
  const { letThroughAt, letThroughEdge, queueId } = request
  const where = html`${letThroughEdge === null ? '' : words.byEdge(visible(letThroughEdge))}${
    queueId === null ? '' : html`, ${words.queueId} ${literal(visible(queueId))}`
  }`
  return html`<h2>${words.after}</h2>
    ${definitions([
      [words.letThrough, letThroughAt === null ? words.notYet : html`${when(view, letThroughAt)} ${where}`],
      [words.accepted, request.acceptedAt === null ? words.notYet : when(view, request.acceptedAt)],
      [words.refusedAgain, request.refusedAgainAt === null ? undefined : when(view, request.refusedAgainAt)],
    ])}`
}
