import { Refusal } from '../../base/refusal.ts'
import { may } from '../../core/actor.ts'
import type { DeskReport } from '../../core/abuse/desk-actions.ts'
import { reportOutcomes } from '../../core/abuse/report.ts'
import { select, submit } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { definitions, literal, notice } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import { evidenceBody } from './desk-evidence.ts'
import { accountName, classWords, deskTabs, outcomeWords, reportTable } from './desk-parts.ts'
import { postForm } from './frame.ts'
import { actorWords } from './actor-words.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import { goTo, part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

export const deskReportRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.deskReports.pattern,
    permission: 'abuse.read',
    safe: true,
    handle: queuePage,
  },
  {
    method: 'GET',
    path: places.deskReport.pattern,
    permission: 'abuse.read',
    safe: true,
    handle: reportPage,
  },
  {
    method: 'POST',
    path: places.deskReport.pattern,
    permission: 'abuse.decide',
    safe: false,
    handle: decide,
  },
  // A look is a deed: it is written down, so a link that a browser fetches ahead must not be one.
  {
    method: 'GET',
    path: places.evidence.pattern,
    permission: 'abuse.evidence',
    safe: true,
    handle: (visit) => askPage(visit, 'evidence'),
  },
  {
    method: 'POST',
    path: places.evidence.pattern,
    permission: 'abuse.evidence',
    safe: false,
    handle: showEvidence,
  },
  {
    method: 'GET',
    path: places.reporter.pattern,
    permission: 'abuse.reporter',
    safe: true,
    handle: (visit) => askPage(visit, 'reporter'),
  },
  {
    method: 'POST',
    path: places.reporter.pattern,
    permission: 'abuse.reporter',
    safe: false,
    handle: showReporter,
  },
]

const pageSize = 50

async function queuePage({ view, actor, actions, query }: OperatorVisit): Promise<ConsolePage> {
  const words = view.words.desk
  const after = query.get('after')
  const { reports, next } = await actions.listReports(actor, {
    states: ['examining'],
    unassigned: true,
    after,
    limit: pageSize,
  })
  return {
    title: words.reports,
    body: html`<h1>${words.reports}</h1>
      <p class="lead">${words.report.queueLead}</p>
      ${deskTabs(view)} ${reportTable(view, reports, words.report.none)}
      <nav class="pager">
        ${after === undefined ? '' : html`<a href="${places.deskReports.href()}">${words.newest}</a>`}
        ${next === undefined ? '' : html`<a href="${places.deskReports.href({ after: next })}" rel="next">${words.older}</a>`}
      </nav>`,
  }
}

async function reportPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions, query } = visit
  const words = view.words.desk.report
  const report = await actions.showReport(actor, part(visit, 'id'))
  const { id } = report
  const look = [
    may(actor, 'abuse.evidence') &&
      html`<a class="button quiet" href="${places.evidence.href({ id })}">${words.evidence}</a> `,
    may(actor, 'abuse.reporter') &&
      html`<a class="button quiet" href="${places.reporter.href({ id })}">${words.reporter}</a>`,
  ].map((each) => each || '')
  return {
    title: words.title,
    body: html`${query.get('done') === undefined ? '' : notice('good', words.done)}
      <h1>${words.title}</h1>
      <div class="actions">${look}</div>
      <div class="columns">
        <section>${facts(view, report)}</section>
        <section>${origin(view, report)} ${sample(view, report)}</section>
      </div>
      ${decision(visit, report)}`,
  }
}

function facts(view: View, report: DeskReport): Html {
  const { report: words, ...desk } = view.words.desk
  const { facts: found } = report
  const { incident } = report
  const claimed = found.claims?.kind ?? null
  return definitions([
    [words.received, when(view, report.receivedAt)],
    [words.channel, desk.channels[report.channel]],
    [desk.class, classWords(view, report.class)],
    [desk.state, desk.reportStates[report.state]],
    [words.outcome, report.outcome === null ? undefined : outcomeWords(view, report.outcome)],
    [words.decidedBy, report.decidedBy === null ? undefined : actorWords(view, report.decidedBy)],
    [desk.account, report.account === null ? undefined : accountName(report.account)],
    [
      words.incident,
      incident === null
        ? words.noIncident
        : html`<a href="${places.incident.href({ id: incident })}" translate="no">${incident}</a>`,
    ],
    [words.messages, found.reported === undefined ? undefined : count(view.language, found.reported)],
    [words.claims, claimed === null ? undefined : literal(visible(claimed))],
    [words.size, view.words.desk.evidence.bytes(count(view.language, report.size))],
  ])
}

/** How sure it is that the message left our system, and all that speaks for and against it. */
function origin(view: View, { grade, facts: { reasons = [], isReplay, unread } }: DeskReport): Html {
  const words = view.words.desk.report
  return html`<h2>${words.grade}</h2>
    <p>${grade === null ? words.noGrade : words.grades[grade]}</p>
    ${unread === undefined ? '' : html`<p>${words.unread}</p>`}
    ${isReplay === true ? html`<p>${words.replay}</p>` : ''}
    <ul>
      ${reasons.map((reason) => html`<li>${words.reasons[reason]}</li>`)}
    </ul>`
}

function sample(view: View, { facts: { sample: found } }: DeskReport): Html | string {
  if (found === null || found === undefined) return ''
  const words = view.words.desk.report
  const text = (value: string | null): Html | undefined =>
    value === null ? undefined : html`<span translate="no">${visible(value)}</span>`
  return html`<h2>${words.sample}</h2>
    ${definitions([
      [words.from, text(found.from)],
      [words.subject, text(found.subject)],
      [words.date, text(found.date)],
      [words.messageId, text(found.messageId)],
      [words.recipient, text(found.recipient)],
      [words.takenFrom, text(found.takenFrom)],
      [words.takenAt, found.takenAt === null ? undefined : when(view, found.takenAt)],
    ])}`
}

/** Only what belongs to no incident is decided on here. */
function decision(visit: OperatorVisit, report: DeskReport): Html | string {
  const { view, actor } = visit
  if (report.state === 'closed' || report.incident !== null || !may(actor, 'abuse.decide')) return ''
  const { report: words, outcomes } = view.words.desk
  return html`<section class="narrow">
    <h2>${words.decide}</h2>
    <p>${words.decideLead}</p>
    ${postForm(
      visit,
      places.deskReport.href({ id: report.id }),
      html`${select(view, {
          name: 'outcome',
          label: words.outcome,
          options: decidable.map((outcome) => [outcome, outcomes[outcome]] as const),
        })}
        <div class="actions">${submit(words.decide)}</div>`,
    )}
  </section>`
}

const decidable = reportOutcomes.filter((outcome) => outcome !== 'duplicate')

async function decide(visit: OperatorVisit): Promise<Response> {
  const report = part(visit, 'id')
  const outcome = decidable.find((each) => each === visit.form.get('outcome'))
  if (outcome === undefined) throw new Refusal('form.invalid', { field: 'outcome' })
  await visit.actions.decideReport(visit.actor, { report, outcome })
  return goTo(places.deskReport.href({ id: report }, { done: outcome }))
}

async function askPage(visit: OperatorVisit, what: 'evidence' | 'reporter'): Promise<ConsolePage> {
  const { view, actor, actions } = visit
  const words = view.words.desk.report
  const { id, class: name } = await actions.showReport(actor, part(visit, 'id'))
  const isGrave = what === 'evidence' && name === 'restricted'
  const [title, lead, button, href] =
    what === 'evidence'
      ? ([words.evidence, words.evidenceLead, words.evidenceButton, places.evidence.href({ id })] as const)
      : ([words.reporter, words.reporterLead, words.reporterButton, places.reporter.href({ id })] as const)
  return {
    title,
    body: html`<div class="narrow">
      <h1>${title}</h1>
      ${isGrave ? notice('bad', words.evidenceRestricted) : html`<p class="lead">${lead}</p>`}
      ${postForm(
        visit,
        href,
        html`<div class="actions">
          ${submit(button, isGrave ? 'danger' : 'main')}
          <a href="${places.deskReport.href({ id })}">${words.back}</a>
        </div>`,
      )}
    </div>`,
  }
}

async function showEvidence(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions } = visit
  const { report: words, evidence } = view.words.desk
  const id = part(visit, 'id')
  const found = await actions.viewEvidence(actor, id)
  return {
    title: evidence.title,
    body: html`<h1>${evidence.title}</h1>
      <p><a href="${places.deskReport.href({ id })}">${words.back}</a></p>
      ${found.view === undefined ? notice('warning', words.evidenceUnread) : evidenceBody(view, found.view)}`,
  }
}

async function showReporter(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions } = visit
  const words = view.words.desk.report
  const { id, reporter } = await actions.showReport(actor, part(visit, 'id'))
  const mailbox = reporter === null ? undefined : await actions.showReporter(actor, reporter)
  return {
    title: words.reporter,
    body: html`<div class="narrow">
      <h1>${words.reporter}</h1>
      <p class="lead">${mailbox === undefined ? words.reporterNone : literal(visible(mailbox))}</p>
      <p><a href="${places.deskReport.href({ id })}">${words.back}</a></p>
    </div>`,
  }
}
