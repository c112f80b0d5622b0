import type { Challenge } from 'altcha-lib'
import { routes } from '../routes.ts'
import {
  checkbox,
  errorOf,
  errorSummary,
  hiddenField,
  submit,
  textArea,
  textField,
  type FieldError,
} from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { notice, steps } from '../ui/notice.ts'
import { observing } from '../ui/observing.ts'
import type { View } from '../ui/view.ts'

/** What stands in the form when it is shown. */
export interface FormValues {
  readonly ip?: string | undefined
  readonly mailbox?: string | undefined
  readonly note?: string | undefined
  readonly statement?: boolean
  readonly wantsLetter?: boolean
  /** Token of the case link they came by, and the address it proves. */
  readonly caseToken?: string | undefined
  readonly caseAddress?: string | undefined
}

/** The start of the portal: one address, one mailbox. */
export function formPage(
  view: View,
  values: FormValues,
  { challenge, keptDays }: { readonly challenge: Challenge; readonly keptDays: number },
  errors: readonly FieldError[],
): Page {
  const words = view.words.portal.form
  return {
    title: words.title,
    description: words.description,
    scripts: [view.assets.href('delist.js')],
    noindex: values.ip !== undefined || values.caseToken !== undefined,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${observing(view)} ${road(view, 0)} ${errorSummary(view, errors)}
      ${values.caseAddress === undefined ? '' : notice('good', words.fromCase(values.caseAddress))}
      <form
        method="post"
        action="${view.link(routes.delist.start.href())}"
        id="delist"
        data-challenge="${JSON.stringify(challenge)}"
      >
        ${values.caseToken === undefined ? '' : hiddenField('case', values.caseToken)}
        ${fields(view, values, errors)}
        <noscript>${notice('info', words.noScript, '', 3)}</noscript>
        <p class="hint" id="working" hidden role="status">${words.working}</p>
        <p>${submit(words.submit)}</p>
        <p class="hint">${words.privacy(keptDays)}</p>
      </form>`,
  }
}

function fields(view: View, values: FormValues, errors: readonly FieldError[]): Html {
  const words = view.words.portal.form
  return html`${textField(view, {
    name: 'ip',
    label: words.ip,
    hint: words.ipHint,
    value: values.ip,
    error: errorOf(errors, 'ip'),
    size: 'medium',
    autocomplete: 'off',
    required: true,
    maxlength: 100,
  })}
  ${textField(view, {
    name: 'mailbox',
    type: 'email',
    label: words.mailbox,
    hint: words.mailboxHint,
    value: values.mailbox,
    error: errorOf(errors, 'mailbox'),
    autocomplete: 'email',
    required: true,
    maxlength: 254,
  })}
  ${textArea(view, {
    name: 'note',
    label: html`${words.note}${view.words.common.optional}`,
    hint: words.noteHint,
    value: values.note,
    rows: 4,
    maxlength: 4000,
  })}
  ${checkbox(view, {
    name: 'statement',
    label: words.statement,
    checked: values.statement ?? false,
    error: errorOf(errors, 'statement'),
    required: true,
  })}
  ${checkbox(view, { name: 'letter', label: words.wantsLetter, checked: values.wantsLetter ?? false })}`
}

/** Where the asker is on the road of four steps. */
export function road(view: View, at: 0 | 1 | 2 | 3): Html {
  const { steps: names, stepStates } = view.words.portal
  const titles = [names.ask, names.prove, names.press, names.result]
  return steps(
    titles.map((title, index) => ({ title, state: index < at ? 'done' : index === at ? 'now' : 'ahead' })),
    stepStates,
  )
}
