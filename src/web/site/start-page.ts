import { routes } from '../routes.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import type { View } from '../ui/view.ts'
import { findBox } from './find-page.ts'
import { helpTopics } from './help-page.ts'

/** Where somebody lands with a bounce in hand: a box that takes it, and the question what happened. */
export function startPage(view: View): Page {
  const words = view.words.site.start
  const provider = view.provider.name
  return {
    title: view.words.common.site(provider),
    description: words.description(provider),
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead(provider)}</p>
      <div class="panel">${findBox(view)}</div>
      <h2>${words.what}</h2>
      <ul class="choices">
        ${helpTopics.map((topic) => {
          const { question, hint } = view.words.site.help.topics[topic]
          return choice(view.link(routes.help.href({ topic })), question, hint)
        })}
      </ul>
      <h2>${words.services}</h2>
      <ul class="choices">
        ${choice(view.link(routes.delist.start.href()), words.delist, words.delistHint)}
        ${choice(view.link(routes.codes.href()), words.codes, words.codesHint)}
      </ul>
      <h2>${words.customer}</h2>
      <p>${words.customerBody(provider)}</p>`,
  }
}

function choice(href: string, title: string, hint: string): Html {
  return html`<li>
    <a href="${href}"><b>${title}</b></a
    ><span>${hint}</span>
  </li>`
}
