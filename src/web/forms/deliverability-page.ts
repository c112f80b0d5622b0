import type { Challenge } from 'altcha-lib'
import type { ReasonName } from '../../access/reasons.ts'
import { symptoms } from '../../core/deliverability/form.ts'
import type { Fields } from '../form-data.ts'
import { routes } from '../routes.ts'
import { codesTable } from '../site/codes-table.ts'
import { choice } from '../ui/choices.ts'
import { errorOf, errorSummary, radios, select, textArea, textField, type FieldError } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import type { View } from '../ui/view.ts'
import { formDoor } from './form-door.ts'

/** The deliverability form; `openFor`: everything, or the reasons for which it is open. */
export function deliverabilityPage(
  view: View,
  {
    openFor,
    most,
    challenge,
  }: {
    readonly openFor: 'all' | readonly ReasonName[]
    readonly most: number
    readonly challenge: Challenge
  },
  fields: Fields,
  errors: readonly FieldError[],
): Page {
  const words = view.words.support.form
  if (openFor !== 'all' && openFor.length === 0) return closedPage(view)
  const ip = fields.get('addresses')?.trim() ?? ''
  const title = /^[\da-f.:]+$/i.test(ip) ? words.titleOne(ip) : words.title
  return {
    title,
    description: words.description,
    scripts: [view.assets.href('delist.js')],
    noindex: fields.size > 0,
    body: html`<h1>${title}</h1>
      <p class="lead">${words.lead(view.provider.name)}</p>
      ${
        openFor === 'all'
          ? ''
          : html`<p>${words.onlyFor}</p>
              ${codesTable(view, openFor)}`
      }
      ${errorSummary(view, errors)}
      ${formDoor(view, { action: routes.forms.deliverability.href(), challenge, fields: fieldsOf(view, most, fields, errors), button: words.submit })}`,
  }
}

function fieldsOf(view: View, most: number, fields: Fields, errors: readonly FieldError[]): Html {
  const words = view.words.support.form
  const { domains } = view.provider
  const of = (name: string): { readonly value: string | undefined; readonly error: string | undefined } => ({
    value: fields.get(name),
    error: errorOf(errors, name),
  })
  return html`${textArea(view, { name: 'addresses', label: words.addresses, hint: words.addressesHint(most), rows: 5, maxlength: 8000, verbatim: true, ...of('addresses') })}
  ${radios(view, { name: 'symptom', label: words.symptom, options: symptoms.map((value) => ({ value, words: words.symptoms[value] })), ...of('symptom') })}
  ${select(view, { name: 'domain', label: words.domain, options: domains.map((domain) => [domain, domain] as const), ...of('domain') })}
  ${textField(view, { name: 'sending', label: html`${words.sending}${view.words.common.optional}`, hint: words.sendingHint, size: 'medium', maxlength: 320, autocomplete: 'off', ...of('sending') })}
  ${textField(view, { name: 'volume', label: html`${words.volume}${view.words.common.optional}`, hint: words.volumeHint, size: 'short', maxlength: 20, autocomplete: 'off', ...of('volume') })}
  ${textArea(view, { name: 'words', label: words.words, hint: words.wordsHint, rows: 8, maxlength: 8000, ...of('words') })}
  ${textField(view, { name: 'mailbox', type: 'email', label: words.mailbox, hint: words.mailboxHint, autocomplete: 'email', required: true, maxlength: 254, ...of('mailbox') })}`
}

/** Kindly, and with what there is instead. */
function closedPage(view: View): Page {
  const words = view.words.support.form
  const { closedWays } = words
  const { start, tools } = { start: view.words.site.start, tools: view.words.guide.tools }
  return {
    title: words.closedTitle,
    noindex: true,
    body: html`<h1>${words.closedTitle}</h1>
      <p class="lead">${words.closed(view.provider.name)}</p>
      <ul class="choices">
        ${choice(view.link(routes.find.href()), start.lookUp, closedWays.find)}
        ${choice(view.link(routes.delist.start.href()), start.delist, closedWays.delist)}
        ${choice(view.link(routes.check.href()), tools.check, closedWays.check)}
        ${choice(view.link(routes.owners.start.href()), view.words.owners.start.title, closedWays.owners)}
      </ul>`,
  }
}
