import { stopHoldsMs } from '../../core/outbox/letter.ts'
import { codeField } from './code-field.ts'
import { errorSummary, submit } from './form.ts'
import { html, type Html } from './html.ts'
import type { Page } from './layout.ts'
import { letterLimit } from './limit-words.ts'
import { length } from './moment.ts'
import { buttonLink } from './notice.ts'
import type { View } from './view.ts'

/** Showing a mailbox by a letter with a link: the page with the code, and the one behind the link. */

/** After the form, the same whatever the mailbox; `code` only in the browser that asked. `again`: where the form is. */
export function askedPage(
  view: View,
  {
    code,
    again,
    instead,
  }: {
    readonly code: string | undefined
    readonly again: string
    /** What shows the mailbox without a letter. */
    readonly instead?: Html
  },
): Page {
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
              <h2>${words.notArrived}</h2>
              ${notArrived(view)} ${instead ?? ''}`
      }
      <p>${buttonLink(view.link(again), words.again)}</p>`,
  }
}

/** What to do where no letter comes: it says the same whatever the mailbox, so it says everything that it can be. */
export function notArrived(view: View, end: readonly (Html | string)[] = []): Html {
  const { notArrivedPoints } = view.words.owners.asked
  const points = notArrivedPoints(letterLimit(view), length(view.language, stopHoldsMs))
  return html`<ul class="reading">
    ${[...points, ...end].map((point) => html`<li>${point}</li>`)}
  </ul>`
}

interface LinkPage {
  readonly title: string
  readonly lead: string
  /** Where the form goes. */
  readonly action: string
  /** What the button does; signs in without one. */
  readonly button?: string
}

/** The page behind the letter's link. Opening it does nothing; the button is a form to `action`. */
export function linkPage(
  view: View,
  { title, lead, action, button }: LinkPage,
  { needsCode, message }: { readonly needsCode: boolean; readonly message?: string | undefined },
): Page {
  const words = view.words.owners.link
  return {
    title,
    noindex: true,
    body: html`<h1>${title}</h1>
      ${errorSummary(view, message === undefined ? [] : [{ field: 'code', message }])}
      <p class="lead">${lead}</p>
      <form method="post" action="${view.link(action)}">
        ${needsCode ? codeField(view, words.codeLead, message) : ''}
        <p>${submit(button ?? words.button)}</p>
      </form>`,
  }
}
