import { day } from '../../base/clock.ts'
import type { Assessment } from './assess.ts'
import type { RangeListing } from './book.ts'
import { turnBrake } from './brake-turns.ts'
import { rangeOf } from './groups.ts'
import { assessed, type Mind } from './mind.ts'
import type { Sender } from './sender.ts'

/** Wanted messages from which a member that was there before the listing is a bystander. */
const bystanderMessages = 3
/** How long an address that its owner proved is let through when its range is listed. */
const provedMs = 30 * day

/** Lists the range of a bad member if that is due; its good members are let through at once. */
export function weighRange(mind: Mind, sender: Sender, now: number): void {
  const { book, brake, senders, settings } = mind
  if (brake.holds('spam') || !book.weighRange(sender, now)) return
  turnBrake(mind, brake.listed('spam', now), now)
  settings.writing?.onRange(rangeOf(sender.unit), now)
  if (settings.writing === undefined) for (const other of senders.all()) spareFromRange(mind, other, now)
}

/** Lets a member of a listed range through, if it is a good one. */
export function spareFromRange(mind: Mind, sender: Sender, now: number): void {
  const range = mind.book.range(sender.unit, now)
  if (range && sender.listing === undefined) isCarved(mind, range, sender, assessed(mind, sender, now), now)
}

/** A member with good evidence of its own, or of a good organisation, is not its range; from then on it is let through. */
export function isCarved(
  { book, groups, settings }: Mind,
  range: RangeListing,
  sender: Sender,
  { grade, hits, isSteady }: Assessment,
  now: number,
): boolean {
  if (range.carved.has(sender.key)) return true
  // It wrote before its neighbours did, and nothing of it was unwanted.
  const isBystander =
    sender.since < range.since && hits.good >= bystanderMessages && hits.bad < hits.good * 0.1
  // Its owner has shown that it is theirs, and has not been found wanting since.
  const isProved = now - sender.delistedAt < provedMs && hits.bad < settings.tuning.suspectHits
  if (grade !== 'good' && !isSteady && !isBystander && !isProved && !groups.isGoodOrganisation(sender, now))
    return false
  book.carve(range, sender, now)
  return true
}
