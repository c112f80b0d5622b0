import { routes } from '../routes.ts'
import { choice } from '../ui/choices.ts'
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
      return {
        title: words.nothingTitle,
        body: html`${lead(words.nothing)}${toolChoices(view, ['analyse', 'codes', 'search'])}`,
      }
    case 'name':
      return {
        title: words.nameTitle,
        body: html`${lead(words.name)}${checkLink(view, found.name)}`,
      }
    case 'mailbox':
      return { title: words.mailboxTitle, body: html`${lead(words.mailbox)}${checkLink(view, found.domain)}` }
    case 'unknown-code':
      return {
        title: words.noCodeTitle(found.code),
        body: html`${lead(words.noCode)}${toolChoices(view, ['analyse', 'codes'])}`,
      }
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

function checkLink(view: View, domain: string): Html {
  return html`<p><a href="${view.link(routes.check.href({ domain }))}">${view.words.check.link}</a></p>`
}

const toolRoutes = { analyse: routes.analyse, codes: routes.codes, search: routes.search } as const
type Tool = keyof typeof toolRoutes

/** Where somebody gets on who has found nothing here. */
export function toolChoices(view: View, names: readonly Tool[]): Html {
  const words = view.words.guide.tools
  return html`<ul class="choices">
    ${names.map((name) => choice(view.link(toolRoutes[name].href()), words[name], words[`${name}Hint`]))}
  </ul>`
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
