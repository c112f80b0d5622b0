import { routes } from '../routes.ts'
import { codeField } from '../ui/code-field.ts'
import { errorSummary, submit } from '../ui/form.ts'
import { reviewTerm } from '../site/reason-parts.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { observing } from '../ui/observing.ts'
import type { View } from '../ui/view.ts'
import { road } from './form-page.ts'

/** What the button does where no rule may lift the listing: said before it is pressed. */
export function personDecides(view: View, ip: string): Html {
  return html`<p class="lead">${view.words.portal.confirm.personLead(ip, reviewTerm(view))}</p>`
}

/** The page behind the letter's link. Opening it does nothing; the button needs the second half. */
export function confirmPage(
  view: View,
  link: string,
  request: { readonly ip: string },
  {
    needsCode,
    byPerson,
    message,
  }: {
    readonly needsCode: boolean
    /** The button hands it to a person. */
    readonly byPerson: boolean
    readonly message?: string | undefined
  },
): Page {
  const words = view.words.portal.confirm
  return {
    title: byPerson ? words.personTitle(request.ip) : words.title(request.ip),
    noindex: true,
    body: html`<h1>${byPerson ? words.personTitle(request.ip) : words.title(request.ip)}</h1>
      ${observing(view)} ${road(view, 2)}
      ${errorSummary(view, message === undefined ? [] : [{ field: 'code', message }])}
      ${byPerson ? personDecides(view, request.ip) : html`<p class="lead">${words.lead(request.ip)}</p>`}
      <p>${words.reminder}</p>
      <form method="post" action="${view.link(routes.delist.confirm.href({ link }))}">
        ${needsCode ? codeField(view, words.codeLead, message) : ''}
        <p>${submit(byPerson ? words.toPerson : view.words.portal.request.button)}</p>
      </form>
      <p class="hint">${words.notYou}</p>`,
  }
}
