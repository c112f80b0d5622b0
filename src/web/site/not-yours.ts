import type { Guide } from '../../core/guide/guide.ts'
import { pageHref } from '../guide/targets.ts'
import { html, type Html } from '../ui/html.ts'
import { betweenSentences } from '../ui/sentences.ts'
import type { View } from '../ui/view.ts'

/** Right below what a page says of a refusal: whoever does not run the server needs none of the rest, only the letter to whoever does. */
export function notYours(view: View, guide: Guide): Html {
  const words = view.words.site.notYours
  const gap = betweenSentences(view)
  const hasLetter = guide.page('plain/letter', view.language) !== undefined
  if (!hasLetter) return html`<p><b>${words.question}</b>${gap}${words.sendOn}</p>`
  const letter = html`<a href="${view.link(pageHref('plain', 'letter'))}">${words.letter}</a>`
  return html`<p><b>${words.question}</b>${gap}${words.sendWith(letter)}</p>`
}
