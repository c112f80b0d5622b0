import { html, type Html } from './html.ts'
import { icon } from './icon.ts'
import type { View } from './view.ts'

/**
 * Says that our own judgement is held: what was put off for it is delayed, and nobody has to do anything. It stands above the page's own
 * heading, so it has none.
 */
export function ownTrouble(view: View): Html {
  const words = view.words.common.ownTrouble
  return html`<aside class="notice warning">
    ${icon('warning')}
    <div>
      <p><strong>${words.title}</strong></p>
      <p>${words.body}</p>
    </div>
  </aside>`
}
