import type { Prefix } from '../../standards/prefix.ts'
import type { Symptom } from './form.ts'
import type { Review } from './review.ts'

/** What a form said, besides the words, which stand in its thread. */
export interface FormFacts {
  /** The thread that it opened. */
  readonly participantId: string
  readonly symptom: Symptom
  readonly domain: string
  readonly sending: string
  readonly volume: number | null
}

/** One address of a form, and how it stands. */
export interface FormAddress extends Review {
  readonly participantId: string
  readonly prefix: Prefix
  readonly nth: number
  readonly changedAt: number
  readonly checkedAt: number
}
