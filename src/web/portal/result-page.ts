import type { RequestView } from '../../core/delisting/actions.ts'
import { clockHint } from '../clock/clock-page.ts'
import { testWords } from '../../core/outbox/words/test-words.ts'
import { routes } from '../routes.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { badge, buttonLink, definitions, literal, notice } from '../ui/notice.ts'
import { observing } from '../ui/observing.ts'
import { table } from '../ui/table.ts'
import { time, timeAndDistance } from '../ui/time.ts'
import { limitWords } from '../ui/limit-words.ts'
import type { View } from '../ui/view.ts'
import { road } from './form-page.ts'
import { streamOf } from './live.ts'

/** A plain reload shows the truth; without script the page reloads itself while something is about to change. */
const soonSeconds = 1
const soonMs = 5000
const slowSeconds = 5
const laterSeconds = 30

/** The result, which goes on living: each server's acknowledgement, then the first message, then its acceptance. */
export function resultPage(view: View, request: RequestView): Page {
  const { title, body } = contents(view, request)
  const refresh = refreshAfter(request, view.now)
  return {
    title,
    noindex: true,
    scripts: [view.assets.href('delist.js')],
    ...(refresh === undefined ? {} : { refresh }),
    body: html`<div ${refresh === undefined ? '' : html`data-live="${streamOf(request)}"`}>
      <h1>${title}</h1>
      ${observing(view)} ${road(view, 3)} ${body}
      <p>
        <a href="${view.link(routes.address.href({ address: request.ip }))}"
          >${view.words.portal.result.seeRecord}</a
        >
        · <a href="${view.link(routes.delist.start.href())}">${view.words.portal.result.askAnother}</a>
      </p>
      ${refresh === undefined ? '' : html`<p class="hint">${view.words.portal.result.live}</p>`}
    </div>`,
  }
}

function refreshAfter(request: RequestView, now: number): number | undefined {
  if (request.outcome === 'review') return 60
  if (request.outcome !== 'delisted' || request.firstAcceptedAt !== null || request.refusedAgainAt !== null)
    return undefined
  if (request.edges.every((edge) => edge.at !== null)) return laterSeconds
  // An edge takes it over within a second; one that has not is busy or away.
  return now - (request.decidedAt ?? 0) < soonMs ? soonSeconds : slowSeconds
}

function contents(view: View, request: RequestView): { readonly title: string; readonly body: Html } {
  const words = view.words.portal.result
  switch (request.outcome) {
    case 'delisted':
      return { title: words.delistedTitle(request.ip), body: delisted(view, request) }
    case 'not-listed':
    case null:
      return { title: words.notListedTitle(request.ip), body: notListed(view) }
    case 'cool-down':
      return { title: words.coolDownTitle, body: coolDown(view, request) }
    case 'review':
      return { title: words.reviewTitle, body: review(view, request) }
    case 'declined':
      return {
        title: words.declinedTitle,
        body: html`<p class="lead">${words.declinedLead}</p>
          ${toCase(view, request)}`,
      }
    case 'closed':
      return {
        title: words.closedTitle,
        body: html`<p class="lead">${words.closedLead}</p>
          ${toCase(view, request)}`,
      }
    case 'third-party':
      return { title: words.thirdPartyTitle, body: thirdParty(view, request) }
    case 'policy':
      return { title: words.policyTitle, body: policy(view, request) }
  }
}

function delisted(view: View, request: RequestView): Html {
  const words = view.words.portal.result
  return html`${notice('good', words.delistedLead)}
    ${request.refusedAgainAt === null ? '' : refusedAgain(view, request.refusedAgainAt)}
    <h2>${words.edges}</h2>
    ${table({
      caption: words.edges,
      quiet: true,
      head: [words.edge, words.applied],
      rows: request.edges.map(({ name, at }) => [
        literal(name),
        at === null ? badge('warning', words.waiting) : time(view, at, true),
      ]),
      empty: words.noEdges,
    })}
    <h2>${words.next}</h2>
    ${firstMessage(view, request)}
    <p class="hint">${words.probation}</p>`
}

function refusedAgain(view: View, at: number): Html {
  const words = view.words.portal.result
  return notice(
    'bad',
    words.refusedAgain,
    html`<p>${words.refusedAgainLead}</p>
      <p>${timeAndDistance(view, at)}</p>`,
  )
}

function firstMessage(view: View, request: RequestView): Html {
  const words = view.words.portal.result
  const { firstLetThrough, firstAcceptedAt } = request
  if (firstLetThrough === null) return html`<p>${words.firstWaiting}</p>`
  return html`${definitions([
    [
      words.first,
      html`${time(view, firstLetThrough.at, true)}<br /><small
          >${words.firstAt(firstLetThrough.edge, firstLetThrough.queueId)}</small
        >`,
    ],
    [words.accepted, firstAcceptedAt === null ? undefined : time(view, firstAcceptedAt, true)],
  ])}
  ${firstAcceptedAt === null ? html`<p>${words.byGate}</p>` : ''}`
}

function notListed(view: View): Html {
  const words = view.words.portal.result
  return html`<p class="lead">${words.notListedLead}</p>
    <h2>${words.notListedIdeas}</h2>
    <ul>
      ${words.ideas.map((idea) => html`<li>${idea}</li>`)}
    </ul>`
}

function coolDown(view: View, request: RequestView): Html {
  const words = view.words.portal.result
  const { again } = request.facts
  return html`<p class="lead">${words.coolDownLead(limitWords(view, 'delist.unit.day'))}</p>
    ${again === undefined ? '' : html`<p>${words.coolDownAgain} ${timeAndDistance(view, Date.parse(again))}${view.words.common.fullStop}</p>`}
    <p>${words.coolDownEnds}</p>`
}

function review(view: View, request: RequestView): Html {
  const words = view.words.portal.result
  const { again, prefix } = request.facts
  return html`<p class="lead">${words.reviewLead}</p>
    ${prefix === undefined ? '' : html`<p>${words.reviewRange(prefix)}</p>`}
    ${definitions([
      [words.reviewBy, again === undefined ? undefined : timeAndDistance(view, Date.parse(again))],
      [words.reviewReference, literal(request.id)],
    ])}
    ${toCase(view, request)} ${clockHint(view)}`
}

/** What is said about it, and where more can be said. */
function toCase(view: View, { casePage }: RequestView): Html | string {
  if (casePage === null) return ''
  const href = view.link(routes.case.page.href({ token: casePage }))
  return html`<p>${buttonLink(href, view.words.portal.result.toCase)}</p>`
}

function thirdParty(view: View, request: RequestView): Html {
  const words = view.words.portal.result
  const { url } = request.facts
  return html`<p class="lead">${words.thirdPartyLead}</p>
    ${
      url === undefined
        ? ''
        : html`<p>${buttonLink(url, words.thirdPartyGo)}</p>
            <p>${literal(visible(url))}</p>`
    }`
}

function policy(view: View, request: RequestView): Html {
  const words = view.words.portal.result
  const { test } = request.facts
  return html`<p class="lead">${words.policyLead}</p>
    ${definitions([[words.policyTest, test === undefined ? undefined : visible(testWords[view.language](test))]])}`
}
