import { html, type Html } from './html.ts'
import type { View } from './view.ts'

/** Parts of forms. Each has a label, may have a hint and an error, and ties them together for those who hear the page. */
interface Labelled {
  readonly name: string
  readonly label: Html | string
  readonly hint?: Html | string | undefined
  readonly error?: string | undefined
}

interface TextField extends Labelled {
  readonly value?: string | undefined
  readonly type?: 'text' | 'email' | 'password' | 'search' | 'datetime-local' | 'number'
  readonly autocomplete?: string
  readonly inputmode?: 'text' | 'email' | 'numeric' | 'search'
  /** Width in characters that fits what is expected. */
  readonly size?: 'short' | 'medium' | 'full'
  readonly required?: boolean
  readonly maxlength?: number
  readonly autofocus?: boolean
}

/** One line of text. Addresses, codes and mailboxes are neither corrected nor translated by the browser. */
export function textField(view: View, field: TextField): Html {
  const { type = 'text', size = 'full' } = field
  return labelled(
    view,
    field,
    html`<input
      id="${idOf(field)}"
      class="${size}"
      name="${field.name}"
      type="${type}"
      value="${field.value ?? ''}"
      ${attribute('autocomplete', field.autocomplete)}
      ${attribute('inputmode', field.inputmode)}
      ${attribute('maxlength', field.maxlength)}
      ${field.required ? html`required` : ''}
      ${field.autofocus ? html`autofocus` : ''}
      spellcheck="false"
      autocapitalize="none"
      translate="no"
      ${describedBy(field)}
    />`,
  )
}

/** Several lines of text. */
export function textArea(
  view: View,
  field: Labelled & {
    readonly value?: string | undefined
    readonly rows?: number
    readonly maxlength?: number
    readonly verbatim?: boolean
  },
): Html {
  const quiet = field.verbatim
    ? html`spellcheck="false" autocapitalize="none" translate="no" class="code"`
    : ''
  return labelled(
    view,
    field,
    html`<textarea
      id="${idOf(field)}"
      name="${field.name}"
      rows="${field.rows ?? 4}"
      ${attribute('maxlength', field.maxlength)}
      ${quiet}
      ${describedBy(field)}
    >
${field.value ?? ''}</textarea>`,
  )
}

/** A file of the reader's; `accept` only filters what their system shows. */
export function fileField(view: View, field: Labelled & { readonly accept?: string }): Html {
  return labelled(
    view,
    field,
    html`<input
      id="${idOf(field)}"
      name="${field.name}"
      type="file"
      ${field.accept === undefined ? '' : html`accept="${field.accept}"`}
      ${describedBy(field)}
    />`,
  )
}

/** A choice from a few; `options` are [value, words]. */
export function select(
  view: View,
  field: Labelled & {
    readonly value?: string | undefined
    readonly options: readonly (readonly [value: string, words: string])[]
  },
): Html {
  return labelled(
    view,
    field,
    html`<select id="${idOf(field)}" name="${field.name}" ${describedBy(field)}>
      ${field.options.map(
        ([value, words]) =>
          html`<option value="${value}" ${value === field.value ? html`selected` : ''}>${words}</option>`,
      )}
    </select>`,
  )
}

/** One box to tick. */
export function checkbox(
  view: View,
  field: Labelled & { readonly value?: string; readonly checked?: boolean; readonly required?: boolean },
): Html {
  return html`<div class="field ${field.error ? 'wrong' : ''}">
    ${hint(field)}${error(view, field)}
    <label class="tick"
      ><input
        id="${idOf(field)}"
        type="checkbox"
        name="${field.name}"
        value="${field.value ?? 'yes'}"
        ${field.checked ? html`checked` : ''}
        ${field.required ? html`required` : ''}
        ${describedBy(field)}
      /><span>${field.label}</span></label
    >
  </div>`
}

/** Several ways of which one is taken. */
export function radios(
  view: View,
  field: Labelled & {
    readonly value?: string | undefined
    readonly options: readonly {
      readonly value: string
      readonly words: Html | string
      readonly hint?: Html | string
    }[]
  },
): Html {
  return html`<fieldset class="field ${field.error ? 'wrong' : ''}" ${describedBy(field)}>
    <legend>${field.label}</legend>
    ${hint(field)}${error(view, field)}
    ${field.options.map(
      (option, index) =>
        html`<label class="tick"
          ><input
            ${index === 0 ? html`id="${idOf(field)}"` : ''}
            type="radio"
            name="${field.name}"
            value="${option.value}"
            ${option.value === field.value ? html`checked` : ''}
          /><span
            >${option.words}${
              option.hint === undefined ? '' : html`<span class="hint">${option.hint}</span>`
            }</span
          ></label
        >`,
    )}
  </fieldset>`
}

export function hiddenField(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}" />`
}

/** The button that sends the form. */
export function submit(words: string, kind: 'main' | 'quiet' | 'danger' = 'main'): Html {
  return html`<button class="button ${kind}" type="submit">${words}</button>`
}

export interface FieldError {
  /** Name of the field that it is about; undefined: the form as a whole. */
  readonly field?: string | undefined
  readonly message: string
}

/** All that is wrong, on top of the page, each line leading to its field. Nothing when nothing is wrong. */
export function errorSummary(view: View, errors: readonly FieldError[]): Html {
  if (errors.length === 0) return html``
  return html`<div class="notice bad summary" role="alert" tabindex="-1" autofocus>
    <div>
      <h2>${view.words.common.errorSummary}</h2>
      <ul>
        ${errors.map(
          ({ field, message }) =>
            html`<li>${field === undefined ? message : html`<a href="#f-${field}">${message}</a>`}</li>`,
        )}
      </ul>
    </div>
  </div>`
}

/** The error of one field out of all, for the field's own `error`. */
export function errorOf(errors: readonly FieldError[], field: string): string | undefined {
  return errors.find((error) => error.field === field)?.message
}

function labelled(view: View, field: Labelled, control: Html): Html {
  return html`<div class="field ${field.error ? 'wrong' : ''}">
    <label for="${idOf(field)}">${field.label}</label>
    ${hint(field)}${error(view, field)}${control}
  </div>`
}

function hint(field: Labelled): Html {
  return field.hint === undefined
    ? html``
    : html`<div class="hint" id="${idOf(field)}-hint">${field.hint}</div>`
}

function error(view: View, field: Labelled): Html {
  if (field.error === undefined) return html``
  return html`<p class="error" id="${idOf(field)}-error">
    <span class="hidden">${view.words.common.error}</span> ${field.error}
  </p>`
}

function describedBy(field: Labelled): Html {
  const ids = [
    field.hint === undefined ? [] : [`${idOf(field)}-hint`],
    field.error === undefined ? [] : [`${idOf(field)}-error`],
  ].flat()
  const invalid = field.error === undefined ? '' : html`aria-invalid="true"`
  return ids.length === 0 ? html`${invalid}` : html`aria-describedby="${ids.join(' ')}" ${invalid}`
}

function idOf(field: Labelled): string {
  return `f-${field.name}`
}

function attribute(
  name: 'autocomplete' | 'inputmode' | 'maxlength',
  value: string | number | undefined,
): Html {
  return value === undefined ? html`` : html` ${name}="${value}"`
}
