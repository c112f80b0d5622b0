import type { Erasure } from '../../core/person/person.ts'
import { routes } from '../routes.ts'
import { codeField } from '../ui/code-field.ts'
import { errorOf, errorSummary, radios, submit, textField, type FieldError } from '../ui/form.ts'
import { html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { notice } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'

/** What is known of somebody, and being forgotten: the mailbox that begins. */
export function myDataPage(view: View, mailbox: string, errors: readonly FieldError[]): Page {
  const words = view.words.site.myData
  return {
    title: words.title,
    description: words.lead,
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${errorSummary(view, errors)}
      <form method="post" action="${view.link(routes.myData.start.href())}">
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
      ${words.points.map((text) => html`<p>${text}</p>`)}
      <p>
        <a href="${view.link(routes.page.href({ section: 'about', name: 'privacy' }))}">${words.policy}</a>
      </p>`,
  }
}

/** Behind the link of the letter: which of the two. Opening it does nothing. */
export function myChoicePage(
  view: View,
  link: string,
  shown: { readonly needsCode: boolean; readonly message?: string | undefined },
): Page {
  const words = view.words.site.myData
  const { needsCode, message } = shown
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.title}</h1>
      ${errorSummary(view, message === undefined ? [] : [{ field: 'code', message }])}
      <form method="post" action="${view.link(routes.myData.link.href({ link }))}">
        ${radios(view, {
          name: 'deed',
          label: words.choose,
          value: 'export',
          options: [
            { value: 'export', words: words.export },
            { value: 'erase', words: words.erase, hint: words.eraseHint },
          ],
        })}
        ${needsCode ? codeField(view, words.codeLead, message) : ''}
        <p>${submit(words.go)}</p>
      </form>`,
  }
}

/** What became of the wish to be forgotten. */
export function erasedPage(view: View, { state, blockers }: Erasure): Page {
  const words = view.words.site.myData
  // That a case of theirs is restricted is nothing that they are told here.
  const kinds = new Set(blockers.map(({ kind }) => (kind === 'legal' ? 'case' : kind)))
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.title}</h1>
      ${
        state === 'done'
          ? notice('good', words.erased, html`<p>${words.erasedBody}</p>`)
          : notice(
              'warning',
              words.waits,
              html`<ul>
                  ${[...kinds].map((kind) => html`<li>${words.blockers[kind]}</li>`)}
                </ul>
                <p>${words.waitsBody}</p>`,
            )
      }`,
  }
}
