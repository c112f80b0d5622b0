import { html, type Html } from './html.ts'
import { moment } from './moment.ts'
import { table } from './table.ts'
import { time } from './time.ts'
import type { View } from './view.ts'

/** A point or a stretch of time; without `to` a point. */
export interface Happening {
  readonly at: number
  readonly to?: number
  readonly tone: 'good' | 'bad' | 'warning' | 'info'
  readonly words: string
}

const width = 720
const inset = 12
const axis = 34

/**
 * What happened when, as a picture from left to right with a table of the same behind it. Drawn on the server, no script.
 * `words`: caption of the whole and heads of the table. Happenings may come in any order.
 */
export function timeline(
  view: View,
  happenings: readonly Happening[],
  words: { readonly caption: string; readonly when: string; readonly what: string },
): Html {
  const sorted = happenings.toSorted((a, b) => a.at - b.at)
  const ends = sorted.flatMap(({ at, to }) => (to === undefined ? [at] : [at, to]))
  const from = Math.min(...ends, view.now)
  const until = Math.max(...ends, view.now)
  const x = (at: number): number => inset + ((at - from) / Math.max(1, until - from)) * (width - 2 * inset)
  return html`<figure class="timeline">
    <svg viewBox="0 0 ${width} 64" role="img" aria-label="${words.caption}" preserveAspectRatio="none">
      <line class="axis" x1="${inset}" x2="${width - inset}" y1="${axis}" y2="${axis}"/>
      ${sorted.map((happening) => stretch(view, happening, x))}
      <line class="now" x1="${round(x(view.now))}" x2="${round(x(view.now))}" y1="${axis - 20}" y2="${axis + 20}"/>
      ${sorted.map((happening) => point(view, happening, x))}
    </svg>
    <div class="scale"><span>${moment(view.language, from)}</span><span>${moment(view.language, until)}</span></div>
    <details><summary>${view.words.common.table}</summary>
      ${table({
        caption: words.caption,
        quiet: true,
        head: [words.when, words.what],
        rows: sorted.map(({ at, to, words: what }) => [
          to === undefined ? time(view, at) : html`${time(view, at)} – ${time(view, to)}`,
          what,
        ]),
      })}
    </details>
  </figure>`
}

function stretch(view: View, { at, to, tone, words }: Happening, x: (at: number) => number): Html {
  if (to === undefined) return html``
  const left = x(at)
  return html`<rect class="${tone}" x="${round(left)}" y="${axis - 7}" width="${round(Math.max(2, x(to) - left))}" height="14" rx="3"><title>${words}, ${moment(view.language, at)} – ${moment(view.language, to)}</title></rect>`
}

function point(view: View, { at, to, tone, words }: Happening, x: (at: number) => number): Html {
  if (to !== undefined) return html``
  return html`<circle class="${tone}" cx="${round(x(at))}" cy="${axis}" r="7"><title>${words}, ${moment(view.language, at)}</title></circle>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
