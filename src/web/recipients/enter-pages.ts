import { routes } from '../routes.ts'
import { errorOf, errorSummary, submit, textField, type FieldError } from '../ui/form.ts'
import { html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { linkPage } from '../ui/letter-link-pages.ts'
import type { View } from '../ui/view.ts'

/** What a recipient can see here, and the mailbox that begins. */
export function startPage(
  view: View,
  {
    days,
    mailbox = '',
    errors = [],
  }: { readonly days: number; readonly mailbox?: string; readonly errors?: readonly FieldError[] },
): Page {
  const words = view.words.recipients.start
  const { name, domains } = view.provider
  return {
    title: words.title,
    description: words.description(name),
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead(name, days)}</p>
      ${errorSummary(view, errors)}
      <h2>${words.formTitle}</h2>
      <form method="post" action="${view.link(routes.recipients.start.href())}">
        ${textField(view, {
          name: 'mailbox',
          type: 'email',
          label: words.mailbox,
          hint: words.mailboxHint(domains.map((domain) => `@${domain}`).join(', ')),
          value: mailbox,
          error: errorOf(errors, 'mailbox'),
          autocomplete: 'email',
          required: true,
          maxlength: 254,
        })}
        <p>${submit(words.button)}</p>
        <p class="hint">${words.privacy}</p>
      </form>
      <h2>${words.alsoTitle}</h2>
      <ul class="reading">
        ${words.also.map((point) => html`<li>${point}</li>`)}
      </ul>`,
  }
}

/** The page behind the letter's link. Opening it does nothing. */
export function recipientLinkPage(
  view: View,
  link: string,
  shown: { readonly needsCode: boolean; readonly message?: string | undefined },
): Page {
  const { title, lead } = view.words.recipients.link
  return linkPage(view, { title, lead, action: routes.recipients.link.href({ link }) }, shown)
}
