import type { Recipient } from '../../core/recipients/recipient.ts'
import type { Fields } from '../form-data.ts'
import { routes } from '../routes.ts'
import { errorOf, errorSummary, submit, textArea, textField, type FieldError } from '../ui/form.ts'
import { html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import type { View } from '../ui/view.ts'
import { leaveForm, placesOf } from './frame.ts'

/** The form in which a recipient opens a case on behalf of a sender who gave them a code. */
export function openCasePage(
  view: View,
  recipient: Recipient,
  fields?: Fields,
  errors: readonly FieldError[] = [],
): Page {
  const words = view.words.recipients.case
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.title}</h1>
      ${placesOf(view, recipient, 'case')} ${errorSummary(view, errors)}
      <p class="lead">${words.lead}</p>
      <form method="post" action="${view.link(routes.recipients.case.href())}">
        ${textField(view, {
          name: 'code',
          label: words.code,
          hint: words.codeHint,
          value: fields?.get('code'),
          error: errorOf(errors, 'code'),
          size: 'medium',
          autocomplete: 'off',
          required: true,
          maxlength: 40,
        })}
        ${textArea(view, {
          name: 'text',
          label: words.text,
          hint: words.textHint,
          value: fields?.get('text'),
          error: errorOf(errors, 'text'),
          rows: 6,
          maxlength: 4000,
        })}
        <p>${submit(words.button)}</p>
      </form>
      <h2>${words.seesTitle}</h2>
      <ul class="reading">
        ${words.sees.map((point) => html`<li>${point}</li>`)}
      </ul>
      ${leaveForm(view)}`,
  }
}
