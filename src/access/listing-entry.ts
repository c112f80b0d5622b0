import type { Prefix } from '../standards/prefix.ts'
import type { Cause, ListingClass } from './reasons.ts'
import type { VouchEntry } from './vouch.ts'

export const effects = ['refuse', 'pass', 'observe', 'defer', 'delay'] as const
/**
 * What an entry does: `pass` is a carve-out from a wider listing; `observe` only records what it would have said; `defer` puts off,
 * and so does `delay`, which says that the fault is ours: the rule that made the listing is held by its brake.
 */
export type Effect = (typeof effects)[number]

/** A listing as the edge knows it: what the decision needs and nothing about people. */
export interface ListingEntry {
  readonly prefix: Prefix
  /** Listing id, 12 characters of Crockford's alphabet. */
  readonly id: string
  readonly cause: Cause
  readonly class: ListingClass
  readonly effect: Effect
  /** Milliseconds since 1970, a whole number of seconds; the entry does not act from then on. */
  readonly ends: number
}

/**
 * The entry that decides among those that cover an address, narrowest first: the narrowest, but one that only puts off or observes
 * never stands before a wider one that does more.
 */
export function decidingEntry(narrowestFirst: readonly ListingEntry[]): ListingEntry | undefined {
  let least: ListingEntry | undefined
  for (const entry of narrowestFirst) {
    switch (entry.effect) {
      case 'refuse':
        return entry
      case 'pass':
        return least !== undefined && putsOff(least) ? least : entry
      case 'defer':
      case 'delay':
        if (least === undefined || !putsOff(least)) least = entry
        break
      case 'observe':
        least ??= entry
    }
  }
  return least
}

function putsOff({ effect }: ListingEntry): boolean {
  return effect === 'defer' || effect === 'delay'
}

/** One numbered step of the feed. Applying the same change again changes nothing. */
export type TableChange =
  | { readonly kind: 'put'; readonly entry: ListingEntry }
  | { readonly kind: 'drop'; readonly prefix: Prefix }
  /** Report the next message that passes from this unit (a delisted address not yet followed by mail). */
  | { readonly kind: 'watch'; readonly unit: Prefix; readonly until: number }
  | { readonly kind: 'unwatch'; readonly unit: Prefix }
  | { readonly kind: 'vouch'; readonly vouch: VouchEntry }
  | { readonly kind: 'unvouch'; readonly hash: string }
