import type { EvidenceView, ViewedPart } from '../../core/abuse/evidence-view.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { definitions, literal, notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { visibleLines } from './listing-parts.ts'

/** What came with a report, as text and nothing else: whatever stands in it is escaped, and no address in it becomes a link. */
export function evidenceBody(view: View, { parts, isCut }: EvidenceView): Html {
  return html`${parts.map((part, index) => partOf(view, part, index + 1))}
  ${isCut ? notice('warning', view.words.desk.evidence.cut) : ''}`
}

function partOf(view: View, part: ViewedPart, number: number): Html {
  const words = view.words.desk.evidence
  const nth = count(view.language, number)
  const isMessage = part.fields.length > 0
  return html`<section>
    <h2>${isMessage ? words.message : words.part(nth)}</h2>
    ${definitions([
      [words.name, part.name === null ? undefined : literal(visible(part.name))],
      [words.type, literal(visible(part.type))],
      [words.size, words.bytes(count(view.language, part.size))],
      ['SHA-256', literal(part.sha256)],
    ])}
    ${isMessage ? fieldTable(view, part) : content(view, part)} ${part.isCut ? html`<p>${words.cut}</p>` : ''}
  </section>`
}

function content(view: View, { text }: ViewedPart): Html {
  const words = view.words.desk.evidence
  if (text === null) return html`<p class="empty">${words.noText}</p>`
  return html`<pre class="verbatim" translate="no">${visibleLines(text.replaceAll('\r\n', '\n'))}</pre>`
}

function fieldTable(view: View, { fields }: ViewedPart): Html {
  const words = view.words.desk.evidence
  return table({
    caption: words.header,
    quiet: true,
    stack: true,
    head: [words.field, words.value, words.meaning],
    rows: fields.map(({ name, value }) => [
      literal(visible(name)),
      html`<span class="said" translate="no">${visible(value)}</span>`,
      Object.hasOwn(words.meanings, name) ? (words.meanings[name] ?? '') : '',
    ]),
    empty: '',
  })
}
