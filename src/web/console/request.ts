import { may } from '../../core/actor.ts'
import type { DelistRequest } from '../../core/delisting/request.ts'
import { isRange, type Listing } from '../../core/listings/listing.ts'
import { formatAddress } from '../../standards/ip.ts'
import { formatPrefix, showPrefix } from '../../standards/prefix.ts'
import { submit } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { buttonLink, definitions, literal, notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { actionsRow, postForm } from './frame.ts'
import { actorWords, history } from './history.ts'
import { listingTable, said, when } from './listing-parts.ts'
import { places } from './places.ts'
import { requestBadge, requestLink } from './request-parts.ts'
import { goTo, part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

export const requestRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.request.pattern,
    permission: 'console.read',
    safe: true,
    handle: requestPage,
  },
  {
    method: 'GET',
    path: places.delist.pattern,
    permission: 'delisting.decide',
    safe: true,
    handle: (visit) => deedPage(visit, 'delist'),
  },
  {
    method: 'POST',
    path: places.delist.pattern,
    permission: 'delisting.decide',
    safe: false,
    handle: (visit) => decide(visit, 'delist'),
  },
  {
    method: 'GET',
    path: places.decline.pattern,
    permission: 'delisting.decide',
    safe: true,
    handle: (visit) => deedPage(visit, 'decline'),
  },
  {
    method: 'POST',
    path: places.decline.pattern,
    permission: 'delisting.decide',
    safe: false,
    handle: (visit) => decide(visit, 'decline'),
  },
]

async function requestPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions } = visit
  const words = view.words.console.request
  const {
    request,
    listings,
    history: records,
    waiting,
    dueAt,
  } = await actions.inspectRequest(actor, part(visit, 'id'))
  const ip = formatAddress(request.ip)
  return {
    title: words.title(ip),
    body: html`${await doneNotice(visit, request)}
      <div class="head">
        <h1>${words.title(ip)} ${requestBadge(view, request)}</h1>
        ${tools(visit, request)}
      </div>
      ${request.state === 'review' ? clock(view, dueAt) : ''}
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

/** What was just decided, and the way to the next: a queue is worked through. */
async function doneNotice(
  { view, query, actions, actor }: OperatorVisit,
  request: DelistRequest,
): Promise<Html | string> {
  const words = view.words.console.request
  if (query.get('done') === undefined || request.state !== 'done') return ''
  const [next] = await actions.listRequests(actor, { state: 'review', limit: 1 })
  const way =
    next === undefined ? '' : html`<p><a href="${places.request.href({ id: next.id })}">${words.next}</a></p>`
  return await notice(
    'good',
    request.outcome === 'declined' ? words.declinedNotice : words.delistedNotice,
    way,
  )
}

function tools({ view, actor }: OperatorVisit, { id, state }: DelistRequest): Html {
  const words = view.words.console.request
  if (state !== 'review' || !may(actor, 'delisting.decide')) return html``
  return actionsRow([
    buttonLink(places.delist.href({ id }), words.delist),
    html`<a class="button quiet" href="${places.decline.href({ id })}">${words.decline}</a>`,
  ])
}

function clock(view: View, dueAt: number): Html {
  const words = view.words.console.request
  const late = dueAt <= view.now
  return notice(
    late ? 'bad' : 'warning',
    html`${late ? words.overdueSince : words.dueIn} ${when(view, dueAt)}`,
  )
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

/** The page before the deed: exactly what it does. */
async function deedPage(visit: OperatorVisit, deed: 'delist' | 'decline'): Promise<ConsolePage | Response> {
  const { view, actor, actions } = visit
  const words = view.words.console.request
  const { request, listings } = await actions.inspectRequest(actor, part(visit, 'id'))
  const { id } = request
  if (request.state !== 'review') return goTo(places.request.href({ id }))
  const ip = formatAddress(request.ip)
  const title = deed === 'delist' ? words.delistTitle(ip) : words.declineTitle(ip)
  const button = deed === 'delist' ? submit(words.confirmDelist) : submit(words.confirmDecline, 'danger')
  return {
    title,
    body: html`<div class="narrow">
      <h1>${title}</h1>
      ${deed === 'delist' ? delistMeans(view, request, listings) : declineMeans(view, request, listings)}
      <p>${words.letter(visible(request.mailbox), words.languages[request.language])}</p>
      ${postForm(
        visit,
        deed === 'delist' ? places.delist.href({ id }) : places.decline.href({ id }),
        html`<div class="actions">${button} <a href="${places.request.href({ id })}">${words.back}</a></div>`,
      )}
    </div>`,
  }
}

function delistMeans(view: View, request: DelistRequest, listings: readonly Listing[]): Html {
  const words = view.words.console.request
  const own = listings.filter((listing) => !isRange(listing) && listing.effect === 'refuse')
  const range = listings.find((listing) => isRange(listing))
  if (own.length === 0 && range?.effect !== 'refuse') {
    return html`<p class="lead">${listings.length === 0 ? words.delistNothing : words.delistPass}</p>`
  }
  return html`${
    own.length === 0
      ? ''
      : html`<p class="lead">${words.delistEnds}</p>
          ${listingTable(view, own, { around: request.unit })}`
  }
  ${range?.effect === 'refuse' ? html`<p class="lead">${words.delistCarves(showPrefix(request.unit), formatPrefix(range.prefix))}</p>` : ''}`
}

function declineMeans(view: View, request: DelistRequest, listings: readonly Listing[]): Html {
  const words = view.words.console.request
  if (listings.length === 0) return html`<p class="lead">${words.noCovering}</p>`
  return html`<p class="lead">${words.declineLead}</p>
    ${listingTable(view, listings, { around: request.unit })}`
}

async function decide(visit: OperatorVisit, decision: 'delist' | 'decline'): Promise<Response> {
  const id = part(visit, 'id')
  await visit.actions.decideReview(visit.actor, { id, decision })
  return goTo(places.request.href({ id }, { done: decision }))
}
