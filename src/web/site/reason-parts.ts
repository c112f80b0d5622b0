import { reasons, type ReasonName } from '../../access/reasons.ts'
import { hour } from '../../base/clock.ts'
import { isAlwaysOpen } from '../../core/cases/calendar.ts'
import { opensCase } from '../../core/cases/external.ts'
import { html, type Html } from '../ui/html.ts'
import { count, length } from '../ui/moment.ts'
import type { View } from '../ui/view.ts'

/** The sentences of a reason in the reader's language, from the registry. */
export function reasonParts(
  view: View,
  name: ReasonName,
): { title: string; why: string; next: string; until: string } {
  const said = reasons[name].words[view.language]
  const words = { ...said, until: said.until.replace('{{review}}', reviewTerm(view)) }
  // Nobody is sent to a door that this installation keeps closed.
  return isClosed(view, name) ? { ...words, next: view.words.site.waysNoCase(view.provider.name) } : words
}

/** By when a person decides, as this installation has set it. */
function reviewTerm(view: View): string {
  const { reviewMs } = view.delisting
  return isAlwaysOpen(view.support.calendar)
    ? length(view.language, reviewMs)
    : view.words.site.workingHours(count(view.language, Math.round(reviewMs / hour)))
}

/** Whether a person would decide, and outsiders open no case about it here. */
function isClosed(view: View, name: ReasonName): boolean {
  const { path } = reasons[name]
  return path === 'mail' && !opensCase(view.support, { reason: name, path }, 'portal')
}

/** Why, what to do, by when: the three questions of everybody who lands here. `isNextSaid`: what to do stands on the page already. */
export function reasonSections(view: View, name: ReasonName, isNextSaid = false): Html {
  const words = view.words.site.record
  const { why, next, until } = reasonParts(view, name)
  return html`<h2>${words.why}</h2>
    <p>${why}</p>
    ${
      isNextSaid
        ? ''
        : html`<h2>${words.next}</h2>
            <p>${next}</p>`
    }
    <h2>${words.until}</h2>
    <p>${until}</p>`
}
