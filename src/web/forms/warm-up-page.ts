import type { Challenge } from 'altcha-lib'
import { mailKinds } from '../../core/forecasts/warm-up.ts'
import type { Fields } from '../form-data.ts'
import { routes } from '../routes.ts'
import { errorOf, errorSummary, select, textArea, textField, type FieldError } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { notice } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import { formDoor } from './form-door.ts'

/** Bounds of the form, as they are set. */
export interface WarmUpBounds {
  readonly addresses: number
  readonly days: number
  readonly perDay: number
}

interface Shown {
  readonly fields: Fields
  readonly errors: readonly FieldError[]
}

/** The form in which somebody says what new addresses will send. `isForOwners`: nobody else may open a case here. */
export function warmUpPage(
  view: View,
  {
    most,
    isForOwners,
    challenge,
  }: { readonly most: WarmUpBounds; readonly isForOwners: boolean; readonly challenge: Challenge },
  shown: Shown,
): Page {
  const words = view.words.warmUp.form
  return {
    title: words.title,
    description: words.description,
    scripts: [view.assets.href('delist.js')],
    noindex: shown.errors.length > 0,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead(view.provider.name)}</p>
      ${
        isForOwners
          ? notice(
              'info',
              words.ownersOnly,
              html`<p>
                ${words.ownersOnlyBody}
                <a href="${view.link(routes.owners.start.href())}">${view.words.owners.start.title}</a>
              </p>`,
            )
          : ''
      }
      <ul class="reading">
        ${words.notes.map((note) => html`<li>${note}</li>`)}
      </ul>
      ${errorSummary(view, shown.errors)}
      ${formDoor(view, { action: routes.forms.warmUp.href(), challenge, fields: fieldsOf(view, most, shown), button: words.submit })}`,
  }
}

function fieldsOf(view: View, most: WarmUpBounds, { fields, errors }: Shown): Html {
  const words = view.words.warmUp.form
  const of = (name: string): { readonly value: string | undefined; readonly error: string | undefined } => ({
    value: fields.get(name),
    error: errorOf(errors, name),
  })
  const number = (name: 'days' | 'first' | 'growth' | 'most', label: string, hint: string): Html =>
    textField(view, {
      name,
      label,
      hint,
      size: 'short',
      maxlength: 12,
      inputmode: 'numeric',
      autocomplete: 'off',
      required: true,
      ...of(name),
    })
  return html`${textArea(view, { name: 'addresses', label: words.addresses, hint: words.addressesHint(most.addresses), rows: 4, maxlength: 4000, verbatim: true, ...of('addresses') })}
  ${textField(view, { name: 'domain', label: words.domain, hint: words.domainHint, size: 'medium', maxlength: 320, autocomplete: 'off', required: true, ...of('domain') })}
  ${select(view, { name: 'mail', label: words.mail, options: mailKinds.map((kind) => [kind, view.words.warmUp.mails[kind]] as const), ...of('mail') })}
  ${textField(view, { name: 'starts', label: words.starts, hint: words.startsHint, size: 'short', maxlength: 10, autocomplete: 'off', required: true, ...of('starts') })}
  ${number('days', words.days, words.daysHint(most.days))} ${number('first', words.first, words.firstHint)}
  ${number('growth', words.growth, words.growthHint)}
  ${number('most', words.most, words.mostHint(most.perDay))}
  ${textArea(view, { name: 'words', label: html`${words.words}${view.words.common.optional}`, hint: words.wordsHint, rows: 4, maxlength: 4000, ...of('words') })}
  ${textField(view, { name: 'mailbox', type: 'email', label: words.mailbox, hint: words.mailboxHint, autocomplete: 'email', required: true, maxlength: 254, ...of('mailbox') })}`
}
