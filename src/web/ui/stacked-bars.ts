import { html, type Html } from './html.ts'

const height = 96
/** Width of a bar with its gap in units of the picture, and without it. */
const step = 20
const bar = 14

interface StackedBars {
  readonly label: string
  /** The oldest first; `good` stands at the bottom. */
  readonly bars: readonly { readonly rest: number; readonly good: number }[]
  /** Below the first and the last bar. */
  readonly scale: readonly [first: string, last: string]
  readonly key: { readonly rest: string; readonly good: string }
}

/** Two figures of each day or month as stacked bars. Whoever calls puts a table of the same beside it. */
export function stackedBars({ label, bars, scale, key }: StackedBars): Html {
  const most = Math.max(1, ...bars.map(({ rest, good }) => rest + good))
  const tall = (value: number): number => Math.round((value / most) * (height - 4) * 10) / 10
  return html`<figure class="days">
    <svg
      role="img"
      aria-label="${label}"
      viewBox="0 0 ${bars.length * step} ${height}"
      preserveAspectRatio="none"
    >
      ${bars.map(({ rest, good }, index) => {
        const x = index * step + (step - bar) / 2
        const floor = height - 1 - tall(good)
        return html`${rect('good', x, floor, tall(good))}${rect('rest', x, floor - tall(rest), tall(rest))}`
      })}
      <line class="axis" x1="0" x2="${bars.length * step}" y1="${height - 0.5}" y2="${height - 0.5}" />
    </svg>
    <div class="scale"><span>${scale[0]}</span><span>${scale[1]}</span></div>
    <p class="key"><span class="good">${key.good}</span> <span class="rest">${key.rest}</span></p>
  </figure>`
}

function rect(kind: string, x: number, y: number, tall: number): Html {
  if (tall === 0) return html``
  return html`<rect
    class="${kind}"
    x="${x}"
    y="${Math.round(y * 10) / 10}"
    width="${bar}"
    height="${tall}"
  />`
}
