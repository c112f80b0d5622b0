import { routes } from '../routes.ts'
import { errorOf, errorSummary, submit, textField, type FieldError } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { linkPage } from '../ui/letter-link-pages.ts'
import { length } from '../ui/moment.ts'
import type { View } from '../ui/view.ts'

/** What owning a network brings here, how it is proven, and the mailbox that begins. */
export function startPage(view: View, mailbox: string, errors: readonly FieldError[]): Page {
  const words = view.words.owners.start
  const provider = view.provider.name
  const { asksRegistries, contactRecheckMs } = view.owners
  return {
    title: words.title,
    description: words.description(provider),
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead(provider)}</p>
      ${errorSummary(view, errors)}
      <h2>${words.formTitle}</h2>
      <form method="post" action="${view.link(routes.owners.start.href())}">
        ${textField(view, {
          name: 'mailbox',
          type: 'email',
          label: words.mailbox,
          hint: words.mailboxHint,
          value: mailbox,
          error: errorOf(errors, 'mailbox'),
          autocomplete: 'email',
          required: true,
          maxlength: 254,
        })}
        <p>${submit(words.button)}</p>
        <p class="hint">${words.privacy}</p>
      </form>
      <h2>${words.canTitle}</h2>
      ${points(words.can)}
      <h2>${words.howTitle}</h2>
      ${points([...words.how, asksRegistries ? words.howByContact : words.howByName])}
      <p>${words.keep}</p>
      ${asksRegistries ? html`<p>${words.keepRegistry(length(view.language, contactRecheckMs))}</p>` : ''}`,
  }
}

function points(list: readonly string[]): Html {
  return html`<ul class="reading">
    ${list.map((point) => html`<li>${point}</li>`)}
  </ul>`
}

/** The page behind the letter's link. Opening it does nothing. */
export function ownerLinkPage(
  view: View,
  link: string,
  shown: { readonly needsCode: boolean; readonly message?: string | undefined },
): Page {
  const { title, lead } = view.words.owners.link
  return linkPage(view, { title, lead, action: routes.owners.link.href({ link }) }, shown)
}
