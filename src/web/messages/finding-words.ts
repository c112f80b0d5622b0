import type { Facts } from '../../base/refusal.ts'
import type { FindingName } from '../../core/checks/finding.ts'
import { seen } from './refusal-words.ts'

/** A finding in words. */
export interface FindingWords {
  /** What was found: one sentence. */
  readonly what: string
  /** What to do, where there is something to do. */
  readonly next?: string
}

/** A sentence for every finding: the compiler says which is missing. */
export type FindingSentences = Readonly<Record<FindingName, (facts: Facts) => FindingWords>>

/** The same sentences for facts that a stranger has chosen: what cannot be seen in them is written out. */
export function fitFindings(sentences: FindingSentences): FindingSentences {
  const entries = Object.entries(sentences).map(([name, sentence]) => [
    name,
    (facts: Facts) => sentence(seen(facts)),
  ])
  return Object.fromEntries(entries) as FindingSentences
}
