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
  /** Its words stand in the table only: where points lie close, they would cover each other. */
  readonly quiet?: boolean
}

const axis = 34
/** Room at both ends, in percent of the width, so that a mark at an end is whole. */
const inset = 1.5

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
  const x = (at: number): number => inset + ((at - from) / Math.max(1, until - from)) * (100 - 2 * inset)
  return html`<figure class="timeline">
    <svg role="img" aria-label="${words.caption}" width="100%" height="68">
      <line class="axis" x1="${inset}%" x2="${100 - inset}%" y1="${axis}" y2="${axis}" />
      ${sorted.map((happening) => stretch(happening, x))}
      <line
        class="now"
        x1="${percent(x(view.now))}"
        x2="${percent(x(view.now))}"
        y1="${axis - 12}"
        y2="${axis + 16}"
      />
      ${label(x(view.now), axis + 31, view.words.common.now)}
      ${sorted.map((happening) => point(happening, x))}
    </svg>
    <div class="scale">
      <span>${moment(view.language, from)}</span><span>${moment(view.language, until)}</span>
    </div>
    <details>
      <summary>${view.words.common.table}</summary>
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

function stretch({ at, to, tone }: Happening, x: (at: number) => number): Html {
  if (to === undefined) return html``
  const width = Math.max(0.4, x(to) - x(at))
  return html`<rect
    class="${tone}"
    x="${percent(x(at))}"
    y="${axis - 5}"
    width="${percent(width)}"
    height="10"
    rx="5"
  />`
}

function point({ at, to, tone, words, quiet }: Happening, x: (at: number) => number): Html {
  if (to !== undefined) return html``
  return html`<circle
      class="${tone}"
      cx="${percent(x(at))}"
      cy="${axis}"
      r="8"
    />${quiet ? '' : label(x(at), axis - 17, words)}`
}

/** Text above or below a point, kept inside the picture. */
function label(x: number, y: number, text: string): Html {
  const anchor = x < 20 ? 'start' : x > 80 ? 'end' : 'middle'
  return html`<text x="${percent(x)}" y="${y}" text-anchor="${anchor}">${text}</text>`
}

function percent(value: number): string {
  return `${Math.round(value * 100) / 100}%`
}
