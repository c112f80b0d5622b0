import { reasons, type ReasonName } from '../../access/reasons.ts'
import { routes } from '../routes.ts'
import { html, type Html } from '../ui/html.ts'
import { literal } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { reasonParts, whoActsOn } from './reason-parts.ts'

/** Reasons with their codes, each leading to its page; with the address that somebody came with. */
export function codesTable(view: View, names: readonly ReasonName[], ip?: string): Html {
  const words = view.words.site.codes
  return table({
    caption: words.caption,
    quiet: true,
    stack: true,
    head: [words.code, words.meaning, words.reference, words.who],
    rows: names.map((name) => {
      const { code, status, reference, slug, path } = reasons[name]
      return [
        literal(`${code} ${status[view.codes]}`),
        html`<a href="${view.link(routes.code.href({ code: slug }, { ip }))}"
          >${reasonParts(view, name).title}</a
        >`,
        literal(reference),
        whoActsOn(view, path),
      ]
    }),
  })
}
