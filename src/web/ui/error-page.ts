import type { Refusal } from '../../base/refusal.ts'
import { routes } from '../routes.ts'
import { html, type Html } from './html.ts'
import { sitePage, type Page } from './layout.ts'
import { literal, mailLink } from './notice.ts'
import type { View } from './view.ts'

/** Pages for when it did not work: each says what happened and leads on. `find`: the box that takes a bounce line, code or address. */

/** Nobody lives at this address. */
export function notFoundPage(view: View, find: Html): Html {
  const { errors } = view.words.common
  return sitePage(view, {
    title: errors.notFoundTitle,
    noindex: true,
    body: html`<h1>${errors.notFoundTitle}</h1>
      <p class="lead">${errors.notFound}</p>
      ${find}${home(view)}`,
  })
}

/** A refusal in words; with the box where a better question may help. */
export function refusalPage(view: View, refusal: Refusal, find?: Html): Html {
  return sitePage(view, refusalContent(view, refusal, find))
}

/** The same without the site around it, for the console. */
export function refusalContent(view: View, refusal: Refusal, find?: Html): Page {
  const { what, next } = view.words.refusals[refusal.code](refusal.facts)
  const { heading, rest } = headingOf(what)
  return {
    title: heading,
    noindex: true,
    body: html`<h1>${heading}</h1>
      ${rest === '' ? '' : html`<p>${rest}</p>`}
      <p class="lead">${next}</p>
      ${find ?? ''}${home(view)}`,
  }
}

/** The first sentence as a heading, without its full stop, and what follows. A dot inside an address ends no sentence. */
export function headingOf(text: string): { readonly heading: string; readonly rest: string } {
  const [, heading = text, rest = ''] = /^(.+?)(?:\.(?: +|$)|。)(.*)$/s.exec(text) ?? []
  return { heading, rest }
}

/** A fault of ours. `reference` is in the log beside the cause. */
export function faultPage(view: View, reference: string): Html {
  const { errors } = view.words.common
  const postmaster = `postmaster@${view.provider.domains[0] ?? 'localhost'}`
  return sitePage(view, {
    title: errors.faultTitle,
    noindex: true,
    body: html`<h1>${errors.faultTitle}</h1>
      <p class="lead">${errors.fault}</p>
      <p>${errors.faultReference} ${literal(reference)}</p>
      <p>${errors.faultWrite} ${mailLink(postmaster)}</p>
      ${home(view)}`,
  })
}

function home(view: View): Html {
  return html`<p><a href="${view.link(routes.start.href())}">${view.words.common.startPage}</a></p>`
}
