import { routes } from '../routes.ts'
import { errorOf, errorSummary, hiddenField, submit, textField, type FieldError } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { linkPage } from '../ui/letter-link-pages.ts'
import { letterLimit } from '../ui/limit-words.ts'
import type { View } from '../ui/view.ts'

/** What a recipient can see here, and the mailbox that begins. */
export function startPage(
  view: View,
  {
    days,
    provider,
    mailbox = '',
    errors = [],
  }: {
    readonly days: number
    /** What the OpenID provider is called, where there is one. */
    readonly provider?: string | undefined
    readonly mailbox?: string
    readonly errors?: readonly FieldError[]
  },
): Page {
  const words = view.words.recipients.start
  const { name, domains } = view.provider
  return {
    title: words.title,
    description: words.description(name),
    body: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead(name, days)}</p>
      ${errorSummary(view, errors)} ${provider === undefined ? '' : providerButton(view, provider)}
      <h2>${provider === undefined ? words.formTitle : words.letterTitle}</h2>
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
        <p class="hint">${words.privacy(letterLimit(view))}</p>
      </form>
      <h2>${words.alsoTitle}</h2>
      <ul class="reading">
        ${words.also.map((point) => html`<li>${point}</li>`)}
      </ul>`,
  }
}

/** A link, not a form: browsers let no form of ours lead to another site (CSP `form-action`). */
function providerButton(view: View, label: string): Html {
  const words = view.words.recipients.start
  return html`<h2>${words.providerTitle}</h2>
    <p>${words.providerLead}</p>
    <p>
      <a class="button main" rel="nofollow" href="${view.link(routes.recipients.provider.href())}"
        >${words.provider(visible(label))}</a
      >
    </p>`
}

/** Back from the provider. The page changes nothing: its form, which sends itself where there is script, has the answer. */
export function answerPage(view: View, query: string): Page {
  const words = view.words.recipients.answer
  return {
    title: words.title,
    noindex: true,
    scripts: [view.assets.href('send.js')],
    body: html`<div data-send>
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <form method="post" action="${view.link(routes.recipients.providerAnswer.href())}">
        ${hiddenField('query', query)}
        <p>${submit(words.goOn)}</p>
      </form>
    </div>`,
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
