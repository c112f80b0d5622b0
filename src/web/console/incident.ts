import { Refusal } from '../../base/refusal.ts'
import { may } from '../../core/actor.ts'
import type { Act, Incident } from '../../core/incidents/actions.ts'
import { hiddenField, submit, textArea } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { definitions, literal, notice } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import type { IncidentFile } from './desk-actions.ts'
import { deeds, doDeed, type Deed } from './desk-deeds.ts'
import {
  accountName,
  actWords,
  classWords,
  incidentBadge,
  outcomeWords,
  reportTable,
  severityWords,
  weightWords,
} from './desk-parts.ts'
import { postForm } from './frame.ts'
import { history } from './history.ts'
import { said, visibleLines, when } from './listing-parts.ts'
import { places } from './places.ts'
import { goTo, part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

export const incidentRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.incident.pattern,
    permission: 'abuse.read',
    safe: true,
    handle: incidentPage,
  },
  {
    method: 'GET',
    path: places.decideIncident.pattern,
    permission: 'abuse.decide',
    safe: true,
    handle: deedPage,
  },
  {
    method: 'POST',
    path: places.decideIncident.pattern,
    permission: 'abuse.decide',
    safe: false,
    handle: decide,
  },
]

async function incidentPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions, query } = visit
  const words = view.words.desk.incident
  const from = fromOf(query.get('from'))
  const found = await actions.showIncident(actor, part(visit, 'id'), { offset: from, limit: pageSize })
  const { incident, acts, isSuspended } = found
  const title = words.title(visible(incident.account))
  const xarf = html`<p>
    <a href="${places.desk.href({ text: incident.account })}">${words.others}</a>
    ${may(actor, 'abuse.decide') ? html`· <a href="${places.incidentXarf.href({ id: incident.id })}">${words.xarf}</a>` : ''}
  </p>`
  return {
    title,
    body: html`${query.get('done') === undefined ? '' : notice('good', words.done)}
      <div class="head"><h1>${title} ${incidentBadge(view, incident)}</h1></div>
      ${tools(visit, incident, acts, isSuspended)}
      <div class="columns">
        <section>
          <h2>${words.facts}</h2>
          ${facts(view, found)} ${xarf}
          <h2>${words.note}</h2>
          ${incident.note === '' ? html`<p class="empty">${words.noNote}</p>` : html`<blockquote>${said(incident.note)}</blockquote>`}
        </section>
        <section>
          <h2>${words.line}</h2>
          ${line(view, incident, acts)}
        </section>
      </div>
      <h2 id="reports">${words.reports}</h2>
      ${reportPart(view, found, from)}
      <h2>${words.history}</h2>
      ${history(view, found.history, true)}`,
  }
}

/** Reports on one page: an incident of a whole campaign has thousands. */
const pageSize = 200

function fromOf(text: string | undefined): number {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0
}

/** A stretch of the reports, with how many there are, and the way to the others. */
function reportPart(view: View, { incident: { id }, reports, total }: IncidentFile, from: number): Html {
  const words = view.words.desk.incident
  const isAll = reports.length === total
  const of = (value: number): string => count(view.language, value)
  const to = (start: number): string =>
    `${places.incident.href({ id }, { from: start === 0 ? undefined : start })}#reports`
  return html`${isAll || reports.length === 0 ? '' : html`<p>${words.reportsShown(of(from + 1), of(from + reports.length), of(total))}</p>`}
    ${reportTable(view, reports, isAll ? words.noReports : words.noFurther)}
    <nav class="pager">
      ${from === 0 ? '' : html`<a href="${to(Math.max(0, from - pageSize))}" rel="prev">${words.earlier}</a>`}
      ${from + reports.length >= total ? '' : html`<a href="${to(from + pageSize)}" rel="next">${words.later}</a>`}
    </nav>`
}

/** What can be done now: a deed that would change nothing is not offered. */
function deedsFor(incident: Incident, acts: readonly Act[], isSuspended: boolean): readonly Deed[] {
  const isOpen = incident.state !== 'closed'
  return deeds.filter((deed) => {
    switch (deed) {
      case 'note':
        return true
      case 'release':
        return isSuspended
      case 'suspend':
        return isOpen && !isSuspended
      case 'notify':
        return isOpen && !acts.some(({ kind }) => kind === 'notify')
      case 'escalate':
        return isOpen && !acts.some(({ kind, why }) => kind === 'escalate' && why === 'person')
      default:
        return isOpen
    }
  })
}

function tools(
  { view, actor }: OperatorVisit,
  incident: Incident,
  acts: readonly Act[],
  isSuspended: boolean,
): Html | string {
  if (!may(actor, 'abuse.decide')) return ''
  const words = view.words.desk.incident
  return html`<nav class="actions" aria-label="${words.decide}">
    ${deedsFor(incident, acts, isSuspended).map(
      (deed) =>
        html`<a class="button quiet" href="${places.decideIncident.href({ id: incident.id }, { deed })}"
          >${words.deeds[deed]}</a
        > `,
    )}
  </nav>`
}

function facts(view: View, { incident, accountFrom: from, isSuspended }: IncidentFile): Html {
  const { incident: words, ...desk } = view.words.desk
  const text = (value: string | null): Html | undefined =>
    value === null ? undefined : literal(visible(value))
  return definitions([
    [desk.account, accountName(incident.account)],
    [words.accountState, isSuspended ? words.accountSuspended : words.accountActive],
    [desk.class, classWords(view, incident.class)],
    [desk.severity, severityWords(view, incident.severity)],
    [desk.weight, weightWords(view, incident)],
    [
      words.volume,
      incident.weight.volume === 0 ? words.volumeNone : count(view.language, incident.weight.volume),
    ],
    [words.attribution, from === null ? words.attributionNone : words.attributions[from]],
    [words.connector, text(incident.connector)],
    [words.pool, text(incident.pool)],
    [words.campaign, text(incident.campaign)],
    [desk.opened, when(view, incident.openedAt)],
    [words.lastReport, when(view, incident.lastReportAt)],
  ])
}

/** What was done, the newest on top. */
function line(view: View, incident: Incident, acts: readonly Act[]): Html {
  const words = view.words.desk.incident
  const whys: Readonly<Record<string, string | undefined>> = words.whys
  const events: { readonly at: number; readonly text: Html | string; readonly actor?: string }[] = [
    { at: incident.openedAt, text: words.opened },
    ...acts.map((act) => ({
      at: act.at,
      text:
        act.kind === 'escalate' && act.why !== null
          ? html`${words.acts[act.kind]}${view.words.common.colon}${whys[act.why] ?? visible(act.why)}`
          : words.acts[act.kind],
      actor: act.actor,
    })),
  ]
  if (incident.closedAt !== null && incident.outcome !== null)
    events.push({
      at: incident.closedAt,
      text: words.closed(outcomeWords(view, incident.outcome)),
      ...(incident.closedBy !== null && { actor: incident.closedBy }),
    })
  return html`<ol class="history">
    ${events
      .toSorted((a, b) => b.at - a.at)
      .map(
        ({ at, text, actor }) =>
          html`<li>
            <div class="event">
              <b>${text}</b>
              ${actor === undefined ? '' : html`<span class="who">${words.by} ${actWords(view, actor)}</span>`}
            </div>
            <div class="at">${when(view, at)}</div>
          </li>`,
      )}
  </ol>`
}

/** The page before the deed: exactly what it does. */
async function deedPage(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const { view, actor, actions } = visit
  const words = view.words.desk.incident
  const id = part(visit, 'id')
  const { incident, acts, isSuspended } = await actions.showIncident(actor, id, { offset: 0, limit: 1 })
  const deed = deedsFor(incident, acts, isSuspended).find((each) => each === visit.query.get('deed'))
  if (deed === undefined) return goTo(places.incident.href({ id }))
  const isClosing = !['notify', 'suspend', 'release', 'escalate'].includes(deed)
  const title = `${words.deeds[deed]}${view.words.common.colon}${visible(incident.account)}`
  return {
    title,
    body: html`<div class="narrow">
      <h1>${title}</h1>
      <p class="lead">${words.means[deed]}</p>
      ${postForm(
        visit,
        places.decideIncident.href({ id }),
        html`${hiddenField('deed', deed)}
          ${isClosing ? textArea(view, { name: 'note', label: words.note, value: visibleLines(incident.note), maxlength: 4000 }) : ''}
          <div class="actions">
            ${submit(words.deeds[deed], deed === 'suspend' ? 'danger' : 'main')}
            <a href="${places.incident.href({ id })}">${words.back}</a>
          </div>`,
      )}
    </div>`,
  }
}

async function decide(visit: OperatorVisit): Promise<Response> {
  const id = part(visit, 'id')
  const deed = deeds.find((each) => each === visit.form.get('deed'))
  if (deed === undefined) throw new Refusal('form.invalid', { field: 'deed' })
  await doDeed(visit, id, deed)
  return goTo(places.incident.href({ id }, { done: deed }))
}
