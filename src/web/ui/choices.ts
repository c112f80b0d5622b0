import { html, type Html } from './html.ts'

/** One of a list of links with a line of explanation each (`ul.choices`). */
export function choice(href: string, title: string, hint: Html | string = ''): Html {
  return html`<li>
    <a href="${href}"><b>${title}</b></a
    >${hint === '' ? '' : html`<span>${hint}</span>`}
  </li>`
}
