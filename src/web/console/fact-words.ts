import type { AuditFact, AuditRecord } from '../../core/audit/audit.ts'
import type { FactWords } from '../../core/audit/fact-words.ts'
import { showPrefixText } from '../../standards/prefix.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count, moment } from '../ui/moment.ts'
import { literal } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import { actorWords, isActor } from './actor-words.ts'

/** What a record of the audit tells besides, in the reader's language. */

type KnownFacts = { readonly [Name in keyof FactWords]: Readonly<Record<FactWords[Name], string>> }

/** Every word that a record may hold. One that is missing does not compile. */
function knownFacts({ words }: View): KnownFacts {
  const { audit, causes, classes, controls, endWhys, listing, outbox, overview } = words.console
  const { cases, desk, owners } = words
  return {
    before: cases.severities,
    by: { ...controls, ...audit.bys },
    cause: causes,
    channel: { ...desk.channels, ...audit.channels },
    class: { ...classes, ...desk.classes },
    control: controls,
    effect: listing.effects,
    emergency: audit.emergencies,
    format: audit.formats,
    grade: audit.grades,
    helped: cases.page.surveyAnswers,
    kind: { ...outbox.kinds, ...cases.kinds, ...audit.kinds },
    outcome: { ...desk.outcomes, ...cases.outcomes, ...audit.outcomes },
    proof: owners.proofs,
    reason: causes,
    road: audit.roads,
    role: cases.roles,
    rule: causes,
    severity: cases.severities,
    way: audit.ways,
    why: { ...audit.reviews, ...endWhys, ...overview.brakeWhys, ...desk.incident.whys, ...audit.whys },
  }
}

/** A fact in words: ours in the reader's language, everything else as it stands, what cannot be seen written out. */
export function factWords(
  view: View,
  { action }: AuditRecord,
  name: string,
  value: AuditFact,
): Html | string {
  if (typeof value === 'number')
    return name === 'until' ? moment(view.language, value) : count(view.language, value)
  if (Array.isArray(value)) return literal(visible(value.join(', ')))
  if (typeof value !== 'string') return literal(visible(JSON.stringify(value)))
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) return moment(view.language, Date.parse(value))
  if (name === 'roles') return roleNames(view, value)
  const word = wordOf(view, action, name, value)
  if (word !== undefined) return word
  return isActor(value)
    ? actorWords(view, value)
    : html`<span translate="no">${visible(showPrefixText(value))}</span>`
}

/** Undefined where the fact is no word of ours, or one of another version. */
function wordOf(view: View, action: string, name: string, value: string): string | undefined {
  const { reviews } = view.words.console.audit
  // An address of a form has reasons of its own, of which some are called as those of others.
  const known: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    ...knownFacts(view),
    ...(action.startsWith('form-address.') ? { why: reviews } : {}),
  }
  return known[name]?.[value]
}

/** Roles of people, or of a source of events, divided by spaces. */
function roleNames(view: View, names: string): string {
  const known: Readonly<Record<string, string>> = view.words.console.roles
  return names
    .split(' ')
    .map((name) => known[name] ?? visible(name))
    .join(', ')
}
