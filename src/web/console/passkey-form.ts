import { hiddenField, submit } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import type { Visit } from './route.ts'

/**
 * A form whose button asks the browser for a passkey; `assets/passkey.js` puts the answer into the field `answer`. `fields` stand
 * before the button.
 */
export function passkeyForm(
  visit: Visit,
  form: {
    readonly href: string
    readonly deed: 'get' | 'create'
    readonly options: object
    readonly button: string
    readonly fields: Html
  },
): Html {
  const words = visit.view.words.console.passkeys
  return html`<form
    method="post"
    action="${form.href}"
    data-passkey="${form.deed}"
    data-options="${JSON.stringify(form.options)}"
  >
    ${visit.session === undefined ? '' : hiddenField('csrf', visit.session.csrf)} ${hiddenField('answer', '')}
    ${form.fields}
    <p class="error" data-trouble role="alert" hidden>${words.trouble}</p>
    ${submit(form.button)}
    <noscript><p class="hint">${words.script}</p></noscript>
  </form>`
}

/** The script behind such a form. */
export function passkeyScript({ view }: Visit): string {
  return view.assets.href('passkey.js')
}

/** Whether this console has an address that passkeys can be bound to. */
export function takesPasskeys({ deps }: Visit): boolean {
  return deps.settings.console.origin !== undefined
}
