import type { Prefix } from '../../standards/prefix.ts'
import type { Turn } from './brake.ts'
import type { Counts } from './evidence.ts'
import type { OwnListing } from './sender.ts'

export type EndWhy = 'expired' | 'delist' | 'evidence' | 'superseded'

/** What the judgement did to the list. */
export type Note =
  | {
      readonly kind: 'added'
      readonly at: number
      readonly listing: OwnListing
      readonly evidence: ListingEvidence
    }
  | { readonly kind: 'ended'; readonly at: number; readonly prefix: Prefix; readonly why: EndWhy }
  | { readonly kind: 'carved'; readonly at: number; readonly unit: Prefix; readonly range: Prefix }
  /** A listing only puts off from now on, or refuses again. */
  | { readonly kind: 'degraded' | 'restored'; readonly at: number; readonly prefix: Prefix }
  | { readonly kind: 'brake'; readonly at: number; readonly turn: Turn }

/** What a listing rests on, in whole numbers. */
export interface ListingEvidence {
  readonly messages: number
  readonly spam: number
  readonly complaints: number
  readonly traps: number
}

/** The counters of a listing's evidence. */
export function evidenceOf(counts: Counts): ListingEvidence {
  const { ham, bulk, spam, phish, malware, unjudged, complaints, traps } = counts
  const bad = spam + phish + malware
  return {
    messages: Math.round(ham + bulk + bad + unjudged),
    spam: Math.round(bad),
    complaints: Math.round(complaints),
    traps: Math.round(traps),
  }
}
