import { reasons, whoActs, type Path, type ReasonName } from '../../access/reasons.ts'
import { hour } from '../../base/clock.ts'
import { leadsToPerson, opensCase } from '../../core/cases/external.ts'
import type { Refused } from '../../core/ladder/ladder.ts'
import { isAlwaysOpen } from '../../core/cases/calendar.ts'
import { html, type Html } from '../ui/html.ts'
import { count, length } from '../ui/moment.ts'
import type { View } from '../ui/view.ts'

/** The sentences of a reason in the reader's language, from the registry. What to do is the matter of the ladder. */
export function reasonParts(view: View, name: ReasonName): { title: string; why: string; until: string } {
  const { title, why, until } = reasons[name].words[view.language]
  return { title, why, until: until.replace('{{review}}', reviewTerm(view)) }
}

/** Who acts on a refusal; where a person here has the last word, that too. */
export function whoActsOn(view: View, path: Path): string {
  const { decision, ...who } = view.words.site.who
  return leadsToPerson.includes(path) ? decision : who[whoActs[path]]
}

/** By when a person decides, as this installation has set it. */
export function reviewTerm(view: View): string {
  const { reviewMs } = view.delisting
  return isAlwaysOpen(view.support.calendar)
    ? length(view.language, reviewMs)
    : view.words.site.workingHours(count(view.language, Math.round(reviewMs / hour)))
}

/**
 * What the reason says is to be done; undefined where that is the request to a person, and its door is closed here or a step of its own. Who knows
 * the code alone, of no address, is told how the request begins.
 */
export function nextOf(view: View, { reason, ip }: Refused): string | undefined {
  const { path, words } = reasons[reason]
  const isClosed = !opensCase(view.support, { reason, path }, 'portal')
  return path === 'mail' && (isClosed || ip !== undefined) ? undefined : words[view.language].next
}

/** Why, and by when it is over. */
export function reasonSections(view: View, name: ReasonName): Html {
  const words = view.words.site.record
  const { why, until } = reasonParts(view, name)
  return html`<h2>${words.why}</h2>
    <p>${why}</p>
    <h2>${words.until}</h2>
    <p>${until}</p>`
}
