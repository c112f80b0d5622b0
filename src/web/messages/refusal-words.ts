import type { Facts, RefusalCode } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import { moment } from '../ui/moment.ts'

/** A refusal in words. */
interface RefusalWords {
  /** What happened: one sentence. */
  readonly what: string
  /** What to do now. */
  readonly next: string
}

/** A sentence for every code: the compiler says which is missing. */
export type RefusalSentences = Readonly<Record<RefusalCode, (facts: Facts) => RefusalWords>>

/** A fact as text; `otherwise` when the refusal does not carry it. */
export function factText(facts: Facts, name: string, otherwise = ''): string {
  const value = facts[name]
  return value === undefined || value === '' ? otherwise : String(value)
}

/** A fact that is an RFC 3339 time, in words of the language; undefined when the refusal does not carry it. */
export function factTime(facts: Facts, name: string, language: Language): string | undefined {
  const at = Date.parse(String(facts[name]))
  return Number.isNaN(at) ? undefined : moment(language, at)
}
