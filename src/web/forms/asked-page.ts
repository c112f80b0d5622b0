import type { FormView } from '../../core/forms/actions.ts'
import { routes } from '../routes.ts'
import { submit } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { askedPage } from '../ui/letter-link-pages.ts'
import { buttonLink, mailLink, notice } from '../ui/notice.ts'
import { timeThenDistance } from '../ui/time.ts'
import type { View } from '../ui/view.ts'

/** A form that has not opened its case: the code for the letter, the address to write to, or the button once a message has come. */
export function formAskedPage(view: View, form: FormView, code: string): Page {
  if (form.state === 'proven') return shownPage(view, form)
  return form.road === 'mail'
    ? askedPage(view, { code, again: againOf(form), instead: writeInstead(view, form) })
    : { title: view.words.portal.request.writeTitle, noindex: true, body: writeIn(view, form) }
}

/** Where the form is, to fill it in again. */
export function againOf({ kind }: Pick<FormView, 'kind'>): string {
  return (kind === 'warm-up' ? routes.forms.warmUp : routes.forms.deliverability).href()
}

function writeIn(view: View, form: FormView): Html {
  const words = view.words.portal.request
  return html`<h1>${words.writeTitle}</h1>
    <p class="lead">${words.writeLead(form.mailbox)}</p>
    ${writeTo(view, form)}`
}

/** A message does what the letter would have done: whoever gets none does not have to fill in everything again. */
function writeInstead(view: View, form: FormView): Html {
  const { insteadTitle, instead } = view.words.support.form
  return html`<h2>${insteadTitle}</h2>
    <p>${instead}</p>
    ${writeTo(view, form)}`
}

function writeTo(view: View, { id, writeTo: mailbox, expiresAt }: FormView): Html {
  const words = view.words.portal.request
  const { keptUntil, lookAgain } = view.words.support.form
  return html`<p>${mailLink(mailbox)}</p>
    <p>${words.writeAfter}</p>
    <p>${buttonLink(view.link(routes.forms.asked.href({ id })), lookAgain)}</p>
    <p class="hint">${keptUntil} ${timeThenDistance(view, expiresAt)}${view.words.common.fullStop}</p>`
}

function shownPage(view: View, { id }: FormView): Page {
  const { shownTitle, shownLead, linkButton } = view.words.support.form
  return {
    title: shownTitle,
    noindex: true,
    body: html`<h1>${shownTitle}</h1>
      ${notice('good', shownLead)}
      <form method="post" action="${view.link(routes.forms.asked.href({ id }))}">
        <p>${submit(linkButton)}</p>
      </form>`,
  }
}
