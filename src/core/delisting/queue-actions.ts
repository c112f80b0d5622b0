import { hour } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Prefix } from '../../standards/prefix.ts'
import { deadline } from '../cases/calendar.ts'
import type { Tx } from '../context.ts'
import type { Control, DelistRequest } from './request.ts'
import * as store from './store.ts'

/**
 * The queue of requests that a person decides (security DEL-16). A unit has one place in it, whoever asks: who comes later waits
 * with the first. Its length is a setting; whoever finds no place is told when to come again, and keeps what they have proven.
 */
export type Place =
  | { readonly kind: 'own' }
  /** With this request, which is in review. */
  | { readonly kind: 'with'; readonly request: DelistRequest }
  | { readonly kind: 'none'; readonly again: number }

/** Requests that wait with the one of their unit, of each kind: shown control of the address, and not. */
export const mostJoined = 20

/** Nobody is asked to come again sooner. */
const leastWaitMs = hour

/** The place for one more request. Callers have taken their turn (`takeTurn`), so that nobody else takes it meanwhile. */
export async function findPlace(
  tx: Tx,
  { unit, control }: { readonly unit: Prefix; readonly control: Control },
): Promise<Place> {
  const isProven = control !== 'none'
  const open = await store.openReview(tx.queries, unit)
  if (open) {
    const joined = await store.listJoined(tx.queries, unit)
    const alike = joined.filter((each) => (each.control !== 'none') === isProven)
    return alike.length < mostJoined
      ? { kind: 'with', request: open }
      : { kind: 'none', again: againAfter(tx, open) }
  }
  const { mostReviews } = tx.settings.delisting
  const { all, unproven } = await store.countReviews(tx.queries)
  // Strangers cannot take the places of those who show control of their address.
  const isFull = all >= mostReviews || (!isProven && unproven >= Math.floor(mostReviews / 2))
  return isFull
    ? { kind: 'none', again: againAfter(tx, await store.oldestReview(tx.queries)) }
    : { kind: 'own' }
}

export function queueFull(again: number): Refusal {
  return new Refusal('delisting.queue-full', { again: new Date(again).toISOString() })
}

/** A place is free once a request that waits has been decided: when its time is up at the latest, or was. Counted as for its case. */
function againAfter({ clock, settings }: Tx, waits: DelistRequest | undefined): number {
  const { calendar } = settings.support
  const since = waits && (waits.decidedAt ?? waits.createdAt)
  const dueAt = since === undefined ? 0 : deadline(calendar, since, settings.delisting.reviewMs)
  return Math.max(dueAt, clock.now() + leastWaitMs)
}
