import type { Refusal } from '../../base/refusal.ts'
import { refusalContent } from '../ui/error-page.ts'
import { html } from '../ui/html.ts'
import { buttonLink, literal } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import { places } from './places.ts'
import type { ConsolePage, Visit } from './route.ts'

/** Pages of the console for when it did not work; each leads on. */

/** `back`: the page with the form that was refused. */
export function refusedContent(view: View, refusal: Refusal, back?: string): ConsolePage {
  const link = back === undefined ? undefined : html`<p>${buttonLink(back, view.words.common.back)}</p>`
  return { ...refusalContent(view, refusal, link), status: refusal.status }
}

export function notFoundContent(view: View): ConsolePage {
  const words = view.words.console
  return {
    title: words.notFoundTitle,
    status: 404,
    body: html`<h1>${words.notFoundTitle}</h1>
      <p class="lead">${words.notFound}</p>
      <p>${buttonLink(places.overview.href(), words.nav.overview)}</p>`,
  }
}

/** The form came too late. What was typed is still in the browser: its back button has it. */
export function expiredPage({ view }: Visit, signIn: string): ConsolePage {
  const words = view.words.console
  return {
    title: words.expiredTitle,
    status: 401,
    bare: true,
    body: html`<h1>${words.expiredTitle}</h1>
      <p class="lead">${words.expired}</p>
      <p>${buttonLink(signIn, words.signIn.again)}</p>`,
  }
}

/** A fault of ours. `reference` is in the log beside the cause. */
export function faultContent(view: View, reference: string): ConsolePage {
  const { errors } = view.words.common
  return {
    title: errors.faultTitle,
    status: 500,
    body: html`<h1>${errors.faultTitle}</h1>
      <p class="lead">${errors.fault}</p>
      <p>${errors.faultReference} ${literal(reference)}</p>
      <p>${buttonLink(places.overview.href(), view.words.console.nav.overview)}</p>`,
  }
}
