import type { AuditFact, AuditRecord } from '../../core/audit/audit.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count, moment } from '../ui/moment.ts'
import { literal } from '../ui/notice.ts'
import { ago, time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { places } from './places.ts'

/** Audit records as a line of events, in the order given; `alone`: they are all about the page's own subject. */
export function history(view: View, records: readonly AuditRecord[], alone = false): Html {
  return html`<ol class="history">
    ${records.map(
      (record) =>
        html`<li>
          <div class="event">
            <b>${actionWords(view, record.action)}</b>
            ${alone ? '' : html`<span>${subjectLink(view, record)}</span>`}
            <span class="who">${view.words.console.audit.by} ${actorWords(view, record.actor)}</span>
          </div>
          <div class="at">
            <span class="seq" title="${view.words.console.audit.number(count(view.language, record.seq))}"
              >#${record.seq}</span
            >
            ${time(view, record.at, true)} <span class="far">${ago(view, record.at)}</span>
          </div>
          ${factList(view, record)}
        </li>`,
    )}
  </ol>`
}

export function actionWords(view: View, action: string): string {
  // A record of another version may tell of what this one does not know.
  const words: Readonly<Record<string, string | undefined>> = view.words.console.audit.actions
  return words[action] ?? visible(action)
}

/** `operator:ada` in words. */
export function actorWords(view: View, actor: string): string {
  const { actors } = view.words.console.audit
  const [kind, name] = split(actor)
  switch (kind) {
    case 'operator':
    case 'program':
    case 'cli':
    case 'system':
    case 'visitor':
      return actors[kind](visible(name))
    case 'import':
      return actors.import()
    default:
      return visible(actor)
  }
}

/** A subject with the page that shows it, where there is one. */
function subjectLink(view: View, record: AuditRecord): Html {
  const [kind, id] = record.subject.includes(':') ? split(record.subject) : [record.subject, '']
  const { ip, prefix } = record.facts
  const name = [
    kind === 'listing' ? (ip ?? prefix) : undefined,
    kind === 'delist-request' ? ip : undefined,
  ].find((fact) => typeof fact === 'string')
  const words = html`${view.words.console.audit.subjects[kind] ?? visible(kind)}
  ${(name ?? id) ? literal(visible(name ?? id)) : ''}`
  switch (kind) {
    case 'listing':
      return html`<a href="${places.listing.href({ id })}">${words}</a>`
    case 'delist-request':
      return html`<a href="${places.request.href({ id })}">${words}</a>`
    case 'case':
      return html`<a href="${places.case.href({ id })}">${words}</a>`
    case 'incident':
      return html`<a href="${places.incident.href({ id })}">${words}</a>`
    case 'report':
      return html`<a href="${places.deskReport.href({ id })}">${words}</a>`
    case 'letter':
      return html`<a href="${places.letter.href({ id })}">${words}</a>`
    default:
      return html`<a href="${places.audit.href({ subject: record.subject })}">${words}</a>`
  }
}

function split(text: string): readonly [kind: string, rest: string] {
  const colon = text.indexOf(':')
  return colon < 0 ? ['', text] : [text.slice(0, colon), text.slice(colon + 1)]
}

function factList(view: View, { facts, subject }: AuditRecord): Html {
  const entries = Object.entries(facts).filter(
    ([name, value]) => value !== null && value !== '' && !isNamed(subject, name),
  )
  if (entries.length === 0) return html``
  const names: Readonly<Record<string, string | undefined>> = view.words.console.audit.facts
  return html`<dl>
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt>${names[name] ?? visible(name)}</dt>
          <dd>${factWords(view, name, value)}</dd>
        </div>`,
    )}
  </dl>`
}

/** The subject is shown by its prefix or address already. */
function isNamed(subject: string, name: string): boolean {
  return subject.startsWith('listing:')
    ? name === 'ip' || name === 'prefix'
    : subject.startsWith('delist-request:') && name === 'ip'
}

/** Stored words of ours in the reader's language; everything else as it stands, what cannot be seen written out. */
function factWords(view: View, name: string, value: AuditFact): Html | string {
  const words = view.words.console
  const known: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    reason: words.causes,
    // Records of the first version called it so.
    cause: words.causes,
    class: { ...words.classes, ...view.words.desk.classes },
    effect: words.listing.effects,
    control: words.controls,
    why: { ...words.endWhys, ...words.overview.brakeWhys },
    rule: words.causes,
    role: { ...words.roles, ...view.words.cases.roles },
    outcome: { ...view.words.desk.outcomes, ...view.words.cases.outcomes },
    severity: { ...view.words.desk.severities, ...view.words.cases.severities },
    channel: view.words.desk.channels,
    road: words.audit.roads,
    way: words.audit.ways,
    kind: { ...words.outbox.kinds, ...view.words.cases.kinds },
  }
  if (typeof value === 'string') {
    const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)
    if (isTime) return moment(view.language, Date.parse(value))
    if (name === 'roles') return inWords(words.roles, value)
    return known[name]?.[value] ?? html`<span translate="no">${visible(value)}</span>`
  }
  if (typeof value === 'number' && name === 'until') return moment(view.language, value)
  if (Array.isArray(value)) return literal(visible(value.join(', ')))
  return typeof value === 'number' ? count(view.language, value) : literal(visible(JSON.stringify(value)))
}

/** Names divided by spaces, each in words where there are some. */
function inWords(known: Readonly<Record<string, string>>, names: string): string {
  return names
    .split(' ')
    .map((name) => known[name] ?? visible(name))
    .join(', ')
}
