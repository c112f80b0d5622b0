import { html, type Html } from '../ui/html.ts'

const width = 160

/** A bar for a cell beside its number: its length is the share of `of`. It says nothing that the number does not. */
export function barCell(value: number, of: number): Html {
  const length = of <= 0 || value <= 0 ? 0 : Math.max(2, Math.round((value / of) * width))
  return html`<svg
    class="bar-cell"
    viewBox="0 0 ${width} 12"
    width="${width}"
    height="12"
    aria-hidden="true"
    focusable="false"
  >
    <rect class="rail" width="${width}" height="12" rx="2" />
    <rect width="${Math.min(width, length)}" height="12" rx="2" />
  </svg>`
}
