import type { Step } from '../../core/headers/reading.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { span } from '../ui/moment.ts'
import type { View } from '../ui/view.ts'

/** Height of one step, and where its words and its bar lie in it. */
const row = 44
const wordsAt = 15
const barAt = 22
const barHeight = 10

/**
 * The steps of a message as bars on one line of time, top to bottom: where a bar is long, the message waited. Drawn on the server; the
 * table behind it says the same. A step back in time is drawn against the direction, in another colour.
 */
export function hopChart(view: View, hops: readonly Step[], handover: number | undefined): Html {
  const times = hops.flatMap(({ at }) => (at === undefined ? [] : [at]))
  if (times.length < 2) return html``
  const from = Math.min(...times)
  const length = Math.max(1, Math.max(...times) - from)
  const x = (at: number): number => ((at - from) / length) * 100
  let before: number | undefined
  const bars = hops.map((hop, index) => {
    const start = before
    before = hop.at ?? before
    return bar(view, hop, index, { start, x, isHandover: index === handover })
  })
  return html`<svg
    class="hops"
    role="img"
    aria-label="${view.words.headers.way.caption}"
    width="100%"
    height="${hops.length * row}"
  >
    ${bars}
  </svg>`
}

function bar(
  view: View,
  { at, by, delay }: Step,
  index: number,
  place: { readonly start: number | undefined; x(at: number): number; readonly isHandover: boolean },
): Html {
  const top = index * row
  const took = delay === undefined ? '' : ` · ${signed(view, delay)}`
  const words = html`<text x="0" y="${top + wordsAt}"
    >${index + 1}. ${visible(by ?? '?').slice(0, 48)}${took}</text
  >`
  if (at === undefined) return words
  const [a, b] = [place.x(place.start ?? at), place.x(at)]
  const tone = delay !== undefined && delay < 0 ? 'bad' : place.isHandover ? 'good' : 'info'
  const left = Math.min(a, b)
  const width = Math.max(0.8, Math.abs(b - a))
  return html`${words}<rect
      class="track"
      x="0"
      y="${top + barAt}"
      width="100%"
      height="${barHeight}"
      rx="3"
    />
    <rect
      class="${tone}"
      x="${percent(Math.min(left, 100 - width))}"
      y="${top + barAt}"
      width="${percent(width)}"
      height="${barHeight}"
      rx="3"
    />`
}

/** `3 minutes`, `−2 seconds`; below a second it is none. */
export function signed(view: View, ms: number): string {
  if (Math.abs(ms) < 500) return span(view.language, 0)
  return `${ms < 0 ? '−' : ''}${span(view.language, Math.abs(ms))}`
}

function percent(value: number): string {
  return `${Math.round(value * 100) / 100}%`
}
