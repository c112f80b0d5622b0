import type { Facts, RefusalCode } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import { visible } from '../ui/html.ts'
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

/**
 * The same sentences for facts as refusals carry them. A fact may be what a stranger typed or pasted, so what cannot be seen in it is
 * written out (`\u202e`); an empty one counts as missing. `tidy`: what the language does to a sentence with its facts in it.
 */
export function fitForPeople(
  sentences: RefusalSentences,
  tidy: (sentence: string) => string = (sentence) => sentence,
): RefusalSentences {
  const entries = Object.entries(sentences).map(([code, sentence]) => [
    code,
    (facts: Facts) => {
      const { what, next } = sentence(seen(facts))
      return { what: tidy(what), next: tidy(next) }
    },
  ])
  return Object.fromEntries(entries) as RefusalSentences
}

/** Facts as a page may show them: what cannot be seen is written out, empty ones are missing. */
export function seen(facts: Facts): Facts {
  const given = Object.entries(facts).filter(([, value]) => value !== '')
  return Object.fromEntries(
    given.map(([name, value]) => [name, typeof value === 'string' ? visible(value) : value]),
  )
}

/** A fact as text; `otherwise` when the refusal does not carry it. */
export function factText(facts: Facts, name: string, otherwise = ''): string {
  return String(facts[name] ?? otherwise)
}

/** A fact that is an RFC 3339 time, in words of the language; undefined when the refusal does not carry it. */
export function factTime(facts: Facts, name: string, language: Language): string | undefined {
  const at = Date.parse(String(facts[name]))
  return Number.isNaN(at) ? undefined : moment(language, at)
}
