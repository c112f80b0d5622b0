import type { AuditRecord } from '../../core/audit/audit.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { literal } from '../ui/notice.ts'
import { ago, time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { actorWords } from './actor-words.ts'
import { factWords } from './fact-words.ts'
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
            ${record.isRestricted === true ? html`<span class="far">${view.words.console.audit.restricted}</span>` : ''}
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

function factList(view: View, record: AuditRecord): Html {
  const { facts, subject } = record
  const entries = Object.entries(facts).filter(
    ([name, value]) => value !== null && value !== '' && !isNamed(subject, name),
  )
  if (entries.length === 0) return html``
  // The thresholds of a dry run stand by their own names, and so do the tables of what went.
  const names: Readonly<Record<string, string | undefined>> = {
    ...view.words.judgement.thresholds,
    ...view.words.console.audit.tables,
    ...view.words.console.audit.facts,
  }
  return html`<dl>
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt>${names[name] ?? visible(name)}</dt>
          <dd>${factWords(view, record, name, value)}</dd>
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
