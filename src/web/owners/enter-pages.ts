import { routes } from '../routes.ts'
import { codeField } from '../ui/code-field.ts'
import { errorOf, errorSummary, submit, textField, type FieldError } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { buttonLink } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'

/** What owning a network brings here, how it is proven, and the mailbox that begins. */
export function startPage(view: View, mailbox: string, errors: readonly FieldError[]): Page {
  const words = view.words.owners.start
  const provider = view.provider.name
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
      ${points(words.how)}
      <p>${words.keep}</p>`,
  }
}

function points(list: readonly string[]): Html {
  return html`<ul class="reading">
    ${list.map((point) => html`<li>${point}</li>`)}
  </ul>`
}

/** After the form, the same whatever the mailbox; `code` only in the browser that asked. */
export function askedPage(view: View, code: string | undefined): Page {
  const words = view.words.owners.asked
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.title}</h1>
      ${
        code === undefined
          ? html`<p class="lead">${words.elsewhere}</p>`
          : html`<p class="lead">${words.lead}</p>
              <p class="big-code" translate="no"><output>${code}</output></p>
              <p>${words.notArrived}</p>`
      }
      <p>${buttonLink(view.link(routes.owners.start.href()), words.again)}</p>`,
  }
}

/** The page behind the letter's link. Opening it does nothing. */
export function linkPage(
  view: View,
  link: string,
  { needsCode, message }: { readonly needsCode: boolean; readonly message?: string | undefined },
): Page {
  const words = view.words.owners.link
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.title}</h1>
      ${errorSummary(view, message === undefined ? [] : [{ field: 'code', message }])}
      <p class="lead">${words.lead}</p>
      <form method="post" action="${view.link(routes.owners.link.href({ link }))}">
        ${needsCode ? codeField(view, words.codeLead, message) : ''}
        <p>${submit(words.button)}</p>
      </form>`,
  }
}
