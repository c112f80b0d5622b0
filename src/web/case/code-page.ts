import type { CaseCode } from '../../core/cases/code-actions.ts'
import { routes } from '../routes.ts'
import { submit } from '../ui/form.ts'
import { html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { verbatim } from '../ui/notice.ts'
import { deadline } from '../ui/time.ts'
import type { View } from '../ui/view.ts'

/** What a code for the recipient is, before it is made. */
export function codeOfferPage(
  view: View,
  { action, back }: { readonly action: string; readonly back: string },
): Page {
  const words = view.words.recipients.code
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead(view.provider.name)}</p>
      <ul class="reading">
        ${words.points.map((point) => html`<li>${point}</li>`)}
      </ul>
      <form method="post" action="${view.link(action)}">
        <p>${submit(words.make)}</p>
      </form>
      <p><a href="${view.link(back)}">${words.back}</a></p>`,
  }
}

/** The code, and what to write to the recipient by another way. */
export function codePage(view: View, { code, expiresAt }: CaseCode, back: string): Page {
  const words = view.words.recipients.code
  const address = `${view.provider.site}${view.link(routes.recipients.start.href())}`
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.made}</h1>
      <p class="big-code" translate="no"><output>${code}</output></p>
      <p>${words.until(deadline(view, expiresAt))}</p>
      <p>${words.give}</p>
      ${verbatim(words.letter(address, code))}
      <p class="hint">${words.later}</p>
      <p><a href="${view.link(back)}">${words.back}</a></p>`,
  }
}
