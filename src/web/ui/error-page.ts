import type { Refusal } from '../../base/refusal.ts'
import { routes } from '../routes.ts'
import { html, type Html } from './html.ts'
import { sitePage, type Page } from './layout.ts'
import { limitWords } from './limit-words.ts'
import { buttonLink, literal, mailLink } from './notice.ts'
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

/** Enough was looked up: until when, and what needs no look-up. `find`: the box, which takes the link of a refusal. */
export function lookUpLimitPage(view: View, refusal: Refusal, find: Html): Html {
  const { errors } = view.words.common
  const { meanwhile } = errors
  const link = (href: string, words: string): Html => html`<li><a href="${view.link(href)}">${words}</a></li>`
  // The address that was asked for is carried along.
  const [, ip] = /^\/ip\/([0-9a-f.:]+)$/i.exec(view.path) ?? []
  return sitePage(view, {
    title: errors.lookUpTitle,
    noindex: true,
    body: html`<h1>${errors.lookUpTitle}</h1>
      <p class="lead">${view.words.refusals[refusal.code](refusal.facts).next}</p>
      <p>${errors.lookUp(limitWords(view, 'lookup.client.day'))}</p>
      <h2>${errors.meanwhileTitle}</h2>
      <ul class="reading">
        <li>${meanwhile.mail(mailLink(view.addresses.delist))}</li>
        ${link(routes.delist.start.href({ ip }), meanwhile.delist)}
        ${link(routes.codes.href(), meanwhile.codes)}
        <li>${meanwhile.self}</li>
        <li>${meanwhile.record}</li>
      </ul>
      ${find}`,
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
      ${find ?? ''}${onward(view, refusal)}${home(view)}`,
  }
}

/** Where whoever has no link that works, or is not signed in any more, gets a new one. */
function onward(view: View, refusal: Refusal): Html {
  const start = startOf(view, refusal)
  return start === undefined
    ? html``
    : html`<p>${buttonLink(view.link(start), view.words.common.errors.newLink)}</p>`
}

function startOf({ path }: View, { code, facts }: Refusal): string | undefined {
  switch (code) {
    case 'owners.sign-in':
      return routes.owners.start.href()
    case 'recipients.sign-in':
      return routes.recipients.start.href()
    case 'links.over':
    case 'links.invalid':
      break
    default:
      return undefined
  }
  if (path.startsWith('/my-data/')) return routes.myData.start.href()
  if (path.startsWith('/recipients/')) return routes.recipients.start.href()
  // The contact of a network was sent the link by somebody else.
  if (path.startsWith('/owners/') && !path.startsWith('/owners/contact/')) return routes.owners.start.href()
  if (!path.startsWith('/forms/')) return undefined
  return (facts['purpose'] === 'warm-up' ? routes.forms.warmUp : routes.forms.deliverability).href()
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
