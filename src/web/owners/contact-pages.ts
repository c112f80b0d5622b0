import type { ContactQuestion } from '../../core/owners/contact-actions.ts'
import { showPrefix, type Prefix } from '../../standards/prefix.ts'
import { routes } from '../routes.ts'
import { codeField } from '../ui/code-field.ts'
import { errorSummary, submit } from '../ui/form.ts'
import { html, visible } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { buttonLink, literal } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'

/** After an owner had a contact asked; `code` only in the browser that did. */
export function contactAskedPage(view: View, code: string | undefined): Page {
  const words = view.words.owners.contact
  return {
    title: words.askedTitle,
    noindex: true,
    body: html`<h1>${words.askedTitle}</h1>
      ${
        code === undefined
          ? html`<p class="lead">${words.askedElsewhere}</p>`
          : html`<p class="lead">${words.askedLead}</p>
              <p class="big-code" translate="no"><output>${code}</output></p>
              <p>${words.askedHere}</p>`
      }
      <p>${buttonLink(view.link(routes.owners.mine.href()), view.words.owners.claim.back)}</p>`,
  }
}

/** The page behind the letter to a contact. Opening it does nothing. */
export function questionPage(
  view: View,
  link: string,
  { prefix, applicant }: ContactQuestion,
  { needsCode, message }: { readonly needsCode: boolean; readonly message?: string | undefined },
): Page {
  const words = view.words.owners.contact
  const { name } = view.provider
  const title = words.questionTitle(showPrefix(prefix))
  return {
    title,
    noindex: true,
    body: html`<h1>${title}</h1>
      ${errorSummary(view, message === undefined ? [] : [{ field: 'code', message }])}
      <p class="lead">
        ${words.question(
          html`<span translate="no">${visible(applicant)}</span>`,
          literal(showPrefix(prefix)),
          name,
        )}
      </p>
      <p>${words.means(name)}</p>
      <form method="post" action="${view.link(routes.owners.contact.href({ link }))}">
        ${needsCode ? codeField(view, words.codeLead, message) : ''}
        <p>${submit(words.confirm)}</p>
      </form>
      <p>${words.doNothing}</p>`,
  }
}

export function confirmedPage(view: View, prefix: Prefix): Page {
  const words = view.words.owners.contact
  return {
    title: words.doneTitle,
    noindex: true,
    body: html`<h1>${words.doneTitle}</h1>
      <p class="lead">${words.done(literal(showPrefix(prefix)))}</p>`,
  }
}
