import { listingClasses } from '../../access/reasons.ts'
import { day } from '../../base/clock.ts'
import { may } from '../../core/actor.ts'
import type { Approval } from '../../core/approvals/actions.ts'
import type { AuditRecord } from '../../core/audit/actions.ts'
import { caseStates, type Case } from '../../core/cases/case.ts'
import type { Observed } from '../../core/decisions/actions.ts'
import type { Incident } from '../../core/incidents/actions.ts'
import type { Edge } from '../../core/edges/actions.ts'
import type { Braked } from '../../core/reputation/brake.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { badge, literal, notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { barCell } from './bars.ts'
import { brakeSection } from './brake.ts'
import { caseBadge, caseLink, handedWords, shortCaseTable } from './case-parts.ts'
import { accountName, classWords, severityWords } from './desk-parts.ts'
import { history } from './history.ts'
import { when } from './listing-parts.ts'
import { actorWords } from './actor-words.ts'
import { approvalWords } from './approval-words.ts'
import { places } from './places.ts'
import type { ConsolePage, ConsoleRoute, OperatorVisit } from './route.ts'

export const overviewRoute: ConsoleRoute = {
  method: 'GET',
  path: places.overview.pattern,
  permission: 'console.read',
  safe: true,
  handle: overviewPage,
}

/** Shown of what waits and of what happened; the rest is a click away. */
const shown = 6
const live = caseStates.filter((state) => state !== 'closed')

/** How things are, and what needs a person, in one glance. */
async function overviewPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions } = visit
  const words = view.words.console.overview
  const midnight = view.now - (view.now % day)
  const [brake, answered] = await Promise.all([actions.brakeState(actor), actions.listAnswered(actor)])
  const mayAbuse = may(actor, 'abuse.read')
  const [
    edges,
    feedSeq,
    classes,
    letters,
    refused,
    waiting,
    mine,
    open,
    latest,
    observed,
    proposals,
    reported,
    incidents,
  ] = await Promise.all([
    actions.listEdges(actor),
    actions.feedSeq(actor),
    actions.countListings(actor),
    actions.countLetters(actor),
    actions.countRefusals(actor, midnight),
    may(actor, 'case.read')
      ? actions.listCases(actor, { states: ['open'], offset: 0, limit: shown })
      : undefined,
    may(actor, 'case.answer')
      ? actions.listCases(actor, { states: live, assigned: 'mine', asleep: true, offset: 0, limit: 50 })
      : [],
    actions.countCases(actor),
    may(actor, 'audit.read') ? actions.listAudit(actor, { limit: shown }) : undefined,
    actions.observedOn(actor, { since: midnight, on: midnight, limit: 1 }),
    actions.searchListings(actor, { state: 'proposed', limit: 100 }),
    mayAbuse ? actions.countIncidents(actor) : undefined,
    mayAbuse ? actions.listIncidents(actor, { states: ['escalated'], limit: shown }) : undefined,
  ])
  const escalated = reported?.get('escalated') ?? 0
  const inForce = classes.reduce((sum, each) => sum + each.count, 0)
  return {
    title: words.title,
    body: html`<h1>${words.title}</h1>
      <p class="up-to">${time(view, view.now, true)}</p>
      ${edgeNotice(view, edges)} ${brakeNotice(view, brake.held)}
      ${proposalNotice(view, proposals.listings.length)} ${answeredNotice(visit, answered)}
      <ul class="figures">
        ${figure(
          view,
          open.open + escalated,
          words.waiting,
          waitingHref(visit, open.open, escalated),
          html`${overdue(view, open.overdue)}
          ${escalated === 0 ? '' : html`<a href="${waitingIncidents}">${words.incidents(escalated)}</a>`}`,
          open.open + escalated > 0,
        )}
        ${figure(view, inForce, words.listed, places.listings.href(), '')}
        ${figure(view, refused, words.refused, undefined, words.sinceMidnight)}
        ${figure(
          view,
          letters.queued,
          words.queued,
          places.outbox.href(letters.dead > 0 ? { state: 'dead' } : {}),
          letters.dead > 0 ? badge('bad', words.dead(letters.dead)) : words.noneDead,
        )}
      </ul>
      ${observedNotice(visit, observed)}
      <div class="columns">
        ${handedSection(view, mine)}
        ${
          waiting === undefined && incidents === undefined
            ? ''
            : waitingSection(view, {
                cases: waiting ?? [],
                all: open.open,
                incidents: incidents?.incidents ?? [],
                escalated,
              })
        }
        <section>
          <h2>${words.edges}</h2>
          ${edgeTable(view, edges, feedSeq)}
        </section>
        ${latest === undefined ? '' : latestSection(view, latest)}
        <section>
          <h2>${words.byClass}</h2>
          ${classTable(view, classes, inForce)}
        </section>
        ${brakeSection(visit, brake)}
      </div>`,
  }
}

function figure(
  view: View,
  value: number,
  label: string,
  href: string | undefined,
  below: Html | string,
  calls = false,
): Html {
  const words = html`<b>${count(view.language, value)}</b><span>${label}</span>`
  return html`<li ${calls ? html`class="calls"` : ''}>
    ${href === undefined ? html`<div>${words}</div>` : html`<a href="${href}">${words}</a>`}
    <small>${below}</small>
  </li>`
}

function overdue(view: View, late: number): Html | string {
  return late === 0 ? '' : badge('bad', view.words.console.overview.overdue(late))
}

/** Which of its own rules the judgement holds, and since when. */
function brakeNotice(view: View, held: readonly Braked[]): Html | string {
  if (held.length === 0) return ''
  const { overview: words, causes } = view.words.console
  return notice(
    'warning',
    words.braked,
    html`<ul>
        ${held.map(({ rule, why, since }) => html`<li>${causes[rule]}${view.words.common.colon}${words.brakeWhys[why]} (${time(view, since)})</li>`)}
      </ul>
      <p>${words.brakedBody}</p>`,
  )
}

/** An edge that is away is the one thing that must not be overlooked. */
function edgeNotice(view: View, edges: readonly Edge[]): Html | string {
  const away = edges.filter((edge) => !edge.connected).length
  return away === 0 ? '' : notice('warning', view.words.console.overview.edgesAway(away))
}

/** What became of what whoever looks has proposed: nobody else tells them. */
function answeredNotice(visit: OperatorVisit, answered: readonly Approval[]): Html | string {
  if (answered.length === 0) return ''
  const { view } = visit
  const { overview: words, people } = view.words.console
  return notice(
    answered.some(({ state }) => state !== 'confirmed') ? 'warning' : 'info',
    words.answered,
    html`<ul>
      ${answered.map(
        (each) =>
          html`<li>
            ${approvalWords(visit, each)} ${each.state === 'proposed' ? '' : people.states[each.state]}
            ${each.decidedBy === null ? '' : actorWords(view, each.decidedBy)}
            ${when(view, each.decidedAt ?? each.expiresAt)}
            ${each.kind === 'person.erase' && each.state !== 'confirmed' ? html`${view.words.console.person.tellThem} <a href="${places.erasePerson.href()}">${view.words.console.person.list}</a>` : ''}
          </li>`,
      )}
    </ul>`,
  )
}

/** What waits for a second person to agree. */
function proposalNotice(view: View, proposals: number): Html | string {
  if (proposals === 0) return ''
  const words = view.words.console.overview
  const link = places.listings.href({ state: 'proposed' })
  return notice('warning', html`${words.proposals(proposals)} <a href="${link}">${words.seeProposals}</a>`)
}

/** While something is only observed: who would have been hit, and the way on. */
function observedNotice({ view, deps }: OperatorVisit, { days }: Observed): Html {
  const words = view.words.judgement.observed
  const { policy, reputation } = deps.settings
  const [today] = days
  if (policy.mode === 'enforce' && reputation.mode === 'enforce' && today === undefined) return html``
  const figures = words.overview(
    count(view.language, today?.count ?? 0),
    count(view.language, today?.senders ?? 0),
  )
  return html`<p>${figures} <a href="${places.observed.href()}">${words.look}</a></p>`
}

/** What colleagues gave to whoever looks, until it is closed or given on: nobody else tells them. */
function handedSection(view: View, mine: readonly Case[]): Html | string {
  const { overview: words } = view.words.console
  const handed = mine.filter(({ assignee, assignedBy }) => assignedBy !== null && assignedBy !== assignee)
  if (handed.length === 0) return ''
  return html`<section>
    <h2>${words.handed}</h2>
    <ul>
      ${handed.map((it) => html`<li>${caseLink(view, it)} ${caseBadge(view, it)} ${handedWords(view, it)}</li>`)}
    </ul>
    <p><a href="${places.cases.href({ assigned: 'mine' })}">${words.allMine}</a></p>
  </section>`
}

const waitingIncidents = places.desk.href({ state: 'escalated' })

/** Where the figure of what waits leads: to the cases, and to the abuse desk where it is incidents alone. */
function waitingHref({ actor }: OperatorVisit, cases: number, escalated: number): string | undefined {
  if (cases === 0 && escalated > 0) return waitingIncidents
  return may(actor, 'case.read') ? places.cases.href({ state: 'open' }) : undefined
}

interface WaitingParts {
  readonly cases: readonly Case[]
  readonly all: number
  readonly incidents: readonly Incident[]
  readonly escalated: number
}

function waitingSection(view: View, { cases, all, incidents, escalated }: WaitingParts): Html {
  const { overview: words } = view.words.console
  const more = `${words.allWaiting} (${count(view.language, all)})`
  const moreIncidents = `${words.allIncidents} (${count(view.language, escalated)})`
  return html`<section>
    <h2>${words.waiting}</h2>
    ${incidents.length === 0 ? '' : incidentTable(view, incidents)}
    ${escalated > incidents.length ? html`<p><a href="${waitingIncidents}">${moreIncidents}</a></p>` : ''}
    ${cases.length === 0 && incidents.length > 0 ? '' : shortCaseTable(view, cases, { caption: words.waiting, empty: words.nobodyWaits })}
    ${all > cases.length ? html`<p><a href="${places.cases.href({ state: 'open' })}">${more}</a></p>` : ''}
  </section>`
}

/** Accounts of ours about which no rule decides. */
function incidentTable(view: View, incidents: readonly Incident[]): Html {
  const { desk } = view.words
  return table({
    caption: desk.incidents,
    quiet: true,
    stack: true,
    head: [desk.account, desk.class, desk.severity, desk.lastReport],
    rows: incidents.map((it) => [
      html`<a href="${places.incident.href({ id: it.id })}">${accountName(it.account)}</a>`,
      classWords(view, it.class),
      severityWords(view, it.severity),
      when(view, it.lastReportAt),
    ]),
    empty: '',
  })
}

function edgeTable(view: View, edges: readonly Edge[], feedSeq: number): Html {
  const words = view.words.console.overview
  return table({
    caption: words.edges,
    quiet: true,
    stack: true,
    head: [words.edge, words.connection, words.table, words.seen, words.version],
    rows: edges.map((edge) => [
      literal(visible(edge.name)),
      edge.connected ? badge('good', words.connected) : badge('bad', words.away),
      html`<span translate="no">${count(view.language, edge.seq)}</span>
        <span class="far"
          >${
            edge.seq >= feedSeq ? words.upToDate : words.behind(count(view.language, feedSeq - edge.seq))
          }</span
        >`,
      when(view, edge.seenAt),
      visible(edge.version),
    ]),
    empty: words.noEdges,
  })
}

function classTable(
  view: View,
  classes: readonly { readonly class: string; readonly count: number }[],
  all: number,
): Html {
  const { overview: words, classes: names } = view.words.console
  return table({
    caption: words.byClass,
    quiet: true,
    head: [words.class, words.count, words.share],
    numbers: [1],
    rows: listingClasses.flatMap((name) => {
      const found = classes.find((each) => each.class === name)
      if (found === undefined || found.count === 0) return []
      const link = html`<a href="${places.listings.href({ class: name })}">${names[name]}</a>`
      return [[link, count(view.language, found.count), barCell(found.count, all)]]
    }),
    empty: words.noListings,
  })
}

function latestSection(view: View, latest: readonly AuditRecord[]): Html {
  const words = view.words.console.overview
  return html`<section>
    <h2>${words.latest}</h2>
    ${latest.length === 0 ? html`<p class="empty">${view.words.console.audit.empty}</p>` : history(view, latest)}
    <p><a href="${places.audit.href()}">${words.allAudit}</a></p>
  </section>`
}
