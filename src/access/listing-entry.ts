import type { Prefix } from '../standards/prefix.ts'
import type { Cause, ListingClass } from './reasons.ts'

/** A listing as the edge knows it: what the decision needs and nothing about people. */
export interface ListingEntry {
  readonly prefix: Prefix
  /** Listing id, 12 characters of Crockford's alphabet. */
  readonly id: string
  readonly cause: Cause
  readonly class: ListingClass
  /** `pass`: a carve-out from a wider listing. */
  readonly effect: 'refuse' | 'pass'
  /** Milliseconds since 1970, a whole number of seconds; the entry does not act from then on. */
  readonly ends: number
}

/** One numbered step of the feed. Applying the same change again changes nothing. */
export type TableChange =
  | { readonly kind: 'put'; readonly entry: ListingEntry }
  | { readonly kind: 'drop'; readonly prefix: Prefix }
  /** Report the next message that passes from this unit (a delisted address not yet followed by mail). */
  | { readonly kind: 'watch'; readonly unit: Prefix; readonly until: number }
  | { readonly kind: 'unwatch'; readonly unit: Prefix }
