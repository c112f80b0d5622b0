import { reasons, type ReasonName } from '../../access/reasons.ts'
import { html, type Html } from '../ui/html.ts'
import type { View } from '../ui/view.ts'

/** The sentences of a reason in the reader's language, from the registry. */
export function reasonParts(
  view: View,
  name: ReasonName,
): { title: string; why: string; next: string; until: string } {
  return reasons[name].words[view.language]
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
