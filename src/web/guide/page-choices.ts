import { choice } from '../ui/choices.ts'
import { html, type Html } from '../ui/html.ts'
import type { View } from '../ui/view.ts'
import type { Shelf } from './shelf.ts'
import { pageHref } from './targets.ts'

/** Pages of the guide by their ids, as links with their summaries; nothing where the operator has taken them all away. */
export function pageChoices(view: View, { guide, rendered }: Shelf, ids: readonly string[]): Html {
  const pages = ids.flatMap((id) => guide.page(id, view.language) ?? [])
  if (pages.length === 0) return html``
  return html`<h2>${view.words.site.codes.reading}</h2>
    <ul class="choices">
      ${pages.map((page) => {
        const { title, summary } = rendered(page)
        return choice(view.link(pageHref(page.section, page.name)), title, summary)
      })}
    </ul>`
}
