import type { Challenge } from 'altcha-lib'
import { submit } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import { notice } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'

/** A form that works out its proof of work where there is script, and says what comes instead where there is none. Its page needs `delist.js`. */
export function formDoor(
  view: View,
  {
    action,
    challenge,
    fields,
    button,
  }: {
    readonly action: string
    readonly challenge: Challenge
    readonly fields: Html
    readonly button: string
  },
): Html {
  const { noScript, working } = view.words.portal.form
  return html`<form method="post" action="${view.link(action)}" data-challenge="${JSON.stringify(challenge)}">
    ${fields}
    <noscript>${notice('info', noScript, '', 3)}</noscript>
    <p class="hint" id="working" hidden role="status">${working}</p>
    <p>${submit(button)}</p>
    <p class="hint">${view.words.support.form.privacy}</p>
  </form>`
}
