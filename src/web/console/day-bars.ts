import { day } from '../../base/clock.ts'
import type { DayOfSender } from '../../core/reputation/known-sender.ts'
import { html, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'

const height = 96
/** Width of a day in units of the picture, and of its bar. */
const step = 20
const bar = 14

/** Mail by day as stacked bars, unwanted at the bottom, with a table of the same behind it. `from`: the first day of the picture. */
export function dayBars(view: View, days: readonly DayOfSender[], from: number): Html {
  const words = view.words.judgement.sender
  const all = Math.round((view.now - (view.now % day) - from) / day) + 1
  const most = Math.max(1, ...days.map(sumOf))
  const of = (value: number): string => count(view.language, Math.round(value))
  return html`<figure class="days">
    <svg
      role="img"
      aria-label="${words.days}"
      viewBox="0 0 ${all * step} ${height}"
      preserveAspectRatio="none"
    >
      ${days.map((each) => stack(each, Math.round((each.at - from) / day) * step, most))}
      <line class="axis" x1="0" x2="${all * step}" y1="${height - 0.5}" y2="${height - 0.5}" />
    </svg>
    <div class="scale"><span>${date(from)}</span><span>${date(view.now)}</span></div>
    <p class="key">
      <span class="bad">${words.unwanted}</span> <span class="good">${words.wanted}</span>
      <span class="rest">${words.unjudged}</span>
    </p>
    <details>
      <summary>${view.words.common.table}</summary>
      ${table({
        caption: words.days,
        quiet: true,
        head: [
          words.day,
          words.wanted,
          words.unwanted,
          words.unjudged,
          words.unknown,
          words.traps,
          words.complaints,
        ],
        numbers: [1, 2, 3, 4, 5, 6],
        rows: days
          .toReversed()
          .map(({ at, wanted, unwanted, unjudged, unknown, traps, complaints }) => [
            date(at),
            ...[wanted, unwanted, unjudged, unknown, traps, complaints].map(of),
          ]),
      })}
    </details>
  </figure>`
}

function stack({ unwanted, wanted, unjudged }: DayOfSender, x: number, most: number): Html {
  let top = height - 1
  const piece = (kind: string, value: number): Html => {
    const tall = Math.round((value / most) * (height - 4) * 10) / 10
    if (tall === 0) return html``
    top -= tall
    return html`<rect
      class="${kind}"
      x="${x + (step - bar) / 2}"
      y="${Math.round(top * 10) / 10}"
      width="${bar}"
      height="${tall}"
    />`
  }
  return html`${[piece('bad', unwanted), piece('good', wanted), piece('rest', unjudged)]}`
}

function sumOf({ unwanted, wanted, unjudged }: DayOfSender): number {
  return unwanted + wanted + unjudged
}

/** `2026-05-04`: the day in UTC. */
export function date(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
