import { routes } from '../routes.ts'
import { codeField } from '../ui/code-field.ts'
import { errorSummary, submit } from '../ui/form.ts'
import { html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { observing } from '../ui/observing.ts'
import type { View } from '../ui/view.ts'
import { road } from './form-page.ts'

/** The page behind the letter's link. Opening it does nothing; the button needs the second half. */
export function confirmPage(
  view: View,
  link: string,
  request: { readonly ip: string },
  { needsCode, message }: { readonly needsCode: boolean; readonly message?: string | undefined },
): Page {
  const words = view.words.portal.confirm
  return {
    title: words.title(request.ip),
    noindex: true,
    body: html`<h1>${words.title(request.ip)}</h1>
      ${observing(view)} ${road(view, 2)}
      ${errorSummary(view, message === undefined ? [] : [{ field: 'code', message }])}
      <p class="lead">${words.lead(request.ip)}</p>
      <p>${words.reminder}</p>
      <form method="post" action="${view.link(routes.delist.confirm.href({ link }))}">
        ${needsCode ? codeField(view, words.codeLead, message) : ''}
        <p>${submit(view.words.portal.request.button)}</p>
      </form>
      <p class="hint">${words.notYou}</p>`,
  }
}
