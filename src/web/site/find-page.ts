import { routes } from '../routes.ts'
import { headingOf } from '../ui/error-page.ts'
import { submit, textArea } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { literal } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import type { Found } from './find.ts'

/** The box that takes anything from a bounce. It leads on without script. A POST, because bounces are long and name mailboxes. */
export function findBox(view: View, value?: string, error?: string): Html {
  const words = view.words.site.find
  return html`<form class="find" action="${view.link(routes.find.href())}" method="post" role="search">
    ${textArea(view, {
      name: 'q',
      label: words.label,
      hint: html`${words.hint} ${literal(words.example)}`,
      rows: 3,
      verbatim: true,
      value,
      error,
    })}
    ${submit(words.button)}
  </form>`
}

/** A longer question is not put back into the box: nobody corrects a whole bounce by hand. */
const longestEcho = 4000

/** What could not be found, and what to try; only for findings that lead nowhere. */
export function findPage(view: View, question: string, found: Found | undefined): Page {
  const words = view.words.site.find
  const { title, body } = said(view, found)
  return {
    title: title ?? words.title,
    noindex: true,
    body: html`<h1>${title ?? words.title}</h1>
      ${body}${findBox(view, question.length > longestEcho ? undefined : question)}`,
  }
}

function said(view: View, found: Found | undefined): { readonly title?: string; readonly body: Html } {
  const words = view.words.site.find
  switch (found?.kind) {
    case 'nothing':
      return { title: words.nothingTitle, body: lead(words.nothing) }
    case 'name':
      return {
        title: words.nameTitle,
        body: html`${lead(words.name)}
          <p>
            <a href="${view.link(routes.check.href({ domain: found.name }))}">${view.words.check.link}</a>
          </p>`,
      }
    case 'mailbox':
      return { title: words.mailboxTitle, body: lead(words.mailbox) }
    case 'unknown-code':
      return { title: words.noCodeTitle(found.code), body: lead(words.noCode) }
    case 'unsure':
      return { title: words.unsureTitle, body: pick(view, found.candidates) }
    case 'refused': {
      const { what, next } = view.words.refusals[found.refusal.code](found.refusal.facts)
      const { heading, rest } = headingOf(what)
      return { title: heading, body: html`${rest === '' ? '' : html`<p>${rest}</p>`}${lead(next)}` }
    }
    case undefined:
    case 'record':
    case 'address':
    case 'code':
    case 'bounce':
      return { body: html`` }
  }
}

function lead(text: string): Html {
  return html`<p class="lead">${text}</p>`
}

/** A longer list helps nobody who does not know the address anyway. */
const mostCandidates = 10

function pick(view: View, candidates: readonly string[]): Html {
  return html`<p>${view.words.site.find.unsure}</p>
    <ul>
      ${candidates.slice(0, mostCandidates).map((ip) => html`<li>${addressLink(view, ip)}</li>`)}
    </ul>`
}

function addressLink(view: View, ip: string): Html {
  return html`<a href="${view.link(routes.address.href({ address: ip }))}">${ip}</a>`
}
