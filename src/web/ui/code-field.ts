import { textField } from './form.ts'
import { html, type Html } from './html.ts'
import type { View } from './view.ts'

/** Where the second half is typed: the code that stands on the page from which a letter was asked for. */
export function codeField(view: View, lead: string, message: string | undefined): Html {
  const words = view.words.portal.request
  return html`<p>${lead}</p>
    ${textField(view, {
      name: 'code',
      label: words.code,
      hint: words.codeHint,
      error: message,
      size: 'short',
      autocomplete: 'one-time-code',
      maxlength: 20,
      required: true,
    })}`
}
