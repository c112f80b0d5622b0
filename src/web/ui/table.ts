import { html, type Html } from './html.ts'

type Cell = Html | string | number

interface Table {
  /** Says what the table holds; shown above it unless `quiet`. */
  readonly caption: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** The caption stands in the heading before the table already: only for those who hear the page. */
  readonly quiet?: boolean
  /** Columns of numbers, counted from 0: aligned right. */
  readonly numbers?: readonly number[]
  /** With little room each row becomes a small list instead of scrolling sideways; one with short cells finds room in half of a large screen. */
  readonly stack?: boolean | 'short'
  /** What stands there when there are no rows. */
  readonly empty?: Html | string
}

/** A table with a caption; the first cell of a row is its heading. A wide one scrolls by itself, also by keyboard. */
export function table({ caption, head, rows, quiet, numbers = [], stack, empty }: Table): Html {
  if (rows.length === 0 && empty !== undefined) return html`<p class="empty">${empty}</p>`
  const side = (column: number): Html => (numbers.includes(column) ? html`class="number"` : html``)
  return html`<div class="table" role="region" aria-label="${caption}" tabindex="0">
    <table ${stack ? html`class="stack ${stack === 'short' ? 'short' : ''}"` : ''}>
      <caption ${quiet ? html`class="hidden"` : ''}>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map((words, column) => html`<th scope="col" ${side(column)}>${words}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, column) =>
                column === 0
                  ? html`<th scope="row" data-head="${head[column] ?? ''}">${cell}</th>`
                  : html`<td ${side(column)} data-head="${head[column] ?? ''}">${cell}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
