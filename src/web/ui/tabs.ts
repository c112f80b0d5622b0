import { html, type Html } from './html.ts'

/** A few views of the same list, as links. */
export function tabs(
  label: string,
  list: readonly { readonly href: string; readonly words: string; readonly here: boolean }[],
): Html {
  return html`<nav class="tabs" aria-label="${label}">
    <ul>
      ${list.map(
        ({ href, words, here }) =>
          html`<li><a href="${href}" ${here ? html`aria-current="page"` : ''}>${words}</a></li>`,
      )}
    </ul>
  </nav>`
}
