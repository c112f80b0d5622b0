import type { DeskReport } from '../../core/abuse/desk-actions.ts'
import { abuseClasses, reportOutcomes, severities, type AbuseClass } from '../../core/abuse/report.ts'
import type { Incident } from '../../core/incidents/actions.ts'
import type { IncidentState } from '../../core/incidents/incident.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { badge } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { actorWords } from './actor-words.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import { tabs } from '../ui/tabs.ts'

/** Pieces that speak of incidents and reports, the same on every page. */

export function deskTabs(view: View): Html {
  const words = view.words.desk
  const list = [
    [places.desk.href(), words.incidents],
    [places.deskReports.href(), words.reports],
    [places.restricted.href(), words.restricted],
    [places.deskStanding.href(), words.standing.title],
    [places.deskFigures.href(), words.statistics],
  ] as const
  return tabs(
    words.views,
    list.map(([href, text]) => ({ href, words: text, here: view.path === href })),
  )
}

const tones = {
  open: 'info',
  notified: 'info',
  suspended: 'bad',
  escalated: 'warning',
  closed: 'quiet',
} as const satisfies Record<IncidentState, string>

/** The state, and of a closed incident its outcome. */
export function incidentBadge(view: View, { state, outcome }: Pick<Incident, 'state' | 'outcome'>): Html {
  const { states, outcomes } = view.words.desk
  if (state === 'closed' && outcome !== null)
    return badge(outcome === 'acted' ? 'good' : 'quiet', outcomes[outcome])
  return badge(tones[state], states[state])
}

export function classWords(view: View, name: string): string {
  const known = abuseClasses.find((each): each is AbuseClass => each === name)
  return known === undefined ? visible(name) : view.words.desk.classes[known]
}

export function severityWords(view: View, name: string): string {
  const known = severities.find((each) => each === name)
  return known === undefined ? visible(name) : view.words.desk.severities[known]
}

export function outcomeWords(view: View, name: string): string {
  const known = reportOutcomes.find((each) => each === name)
  return known === undefined ? visible(name) : view.words.desk.outcomes[known]
}

/** `rules` and `owner` have names of their own. */
export function actWords(view: View, actor: string): string {
  const words = view.words.desk.incident
  if (actor === 'rules') return words.byRules
  return actor === 'owner' ? words.byOwner : actorWords(view, actor)
}

export function accountName(account: string): Html {
  return html`<span translate="no">${visible(account)}</span>`
}

/** Reports in a table, each with its grade. */
export function reportTable(view: View, reports: readonly DeskReport[], empty: string): Html {
  const words = view.words.desk
  return table({
    caption: words.incident.reports,
    quiet: true,
    stack: true,
    head: [
      words.report.received,
      words.report.grade,
      words.class,
      words.report.channel,
      words.state,
      words.report.subject,
    ],
    rows: reports.map((report) => [
      html`<a href="${places.deskReport.href({ id: report.id })}">${when(view, report.receivedAt)}</a>`,
      report.grade ?? words.report.noGrade,
      classWords(view, report.class),
      words.channels[report.channel],
      report.outcome === null ? words.reportStates[report.state] : outcomeWords(view, report.outcome),
      html`<span translate="no">${visible(report.facts.sample?.subject ?? '')}</span>`,
    ]),
    empty,
  })
}

export function weightWords(view: View, { weight }: Incident): string {
  const of = (value: number): string => count(view.language, value)
  return view.words.desk.incident.weightWords(of(weight.weight), of(weight.reports), of(weight.organisations))
}
