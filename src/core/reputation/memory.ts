import { hour } from '../../base/clock.ts'
import type { Prefix } from '../../standards/prefix.ts'
import { isRangeListing, type BookMemory } from './book.ts'
import type { BrakeMemory } from './brake.ts'
import { takeBack } from './brake-turns.ts'
import { memberEvidence, noteMember } from './count.ts'
import { evidenceKinds, isVerdict, type Counts } from './evidence.ts'
import { hitsOf } from './grade.ts'
import type { Mind } from './mind.ts'
import { oldEra } from './pending.ts'
import type { Remembered } from './senders.ts'
import type { OwnListing } from './sender.ts'

/** What belongs to no sender, group or reporter, as it is written down. */
export interface ReputationMemory {
  readonly brake: BrakeMemory
  readonly book: BookMemory
  /** Keys of steady senders that are on trial: the brake sets them free. */
  readonly onTrial: readonly string[]
}

export function memoryOf({ brake, book, onTrial }: Mind): ReputationMemory {
  for (const sender of onTrial) if (sender.trial?.isSteady !== true) onTrial.delete(sender)
  return { brake: brake.toJSON(), book: book.toJSON(), onTrial: [...onTrial].map(({ key }) => key) }
}

/** A sender as it was written down. */
export function putSender(mind: Mind, unit: Prefix, known: Remembered): void {
  const sender = mind.senders.recall(unit, known)
  mind.book.adopt(sender)
  if (sender.trial?.isSteady === true) mind.onTrial.add(sender)
  // It was not in memory when the filter was found out.
  for (const incident of mind.brake.incidents) takeBack(mind, sender, incident, incident.since)
}

/** Evidence of a remembered sender as it was written down, of the era that began at `era`, told by `source`. Lists nobody. */
export function putEvidence(
  mind: Mind,
  unit: Prefix,
  counts: Partial<Counts>,
  at: number,
  { era, source }: { readonly era: number; readonly source: string },
): void {
  const { book, groups, senders, settings } = mind
  const { tuning } = settings
  const sender = senders.at(unit)
  if (sender === undefined || era < sender.watermark) return
  settings.writing?.onSender(sender)
  const witness = { source, isOld: era === oldEra }
  if (witness.isOld) sender.hasOld = true
  const ofMember = memberEvidence(mind, sender)
  // Of the hour in which the range was freed nothing is known to be of after that.
  const isOfMember =
    ofMember !== sender.evidence && !witness.isOld && at - hour >= book.rangeSince(sender.unit)
  let { judged } = hitsOf(sender.evidence.counts(at), tuning)
  for (const kind of evidenceKinds) {
    const count = counts[kind] ?? 0
    if (count === 0) continue
    sender.evidence.tell(kind, count, at, witness)
    if (isOfMember) ofMember.tell(kind, count, at, witness)
    if (!isVerdict(kind)) continue
    judged += count
    groups.add(sender, kind, count, at, judged)
  }
  noteMember(mind, sender, tuning.badLine, at)
}

/** A listing that the judgement made before, in force or over. */
export function putListing({ book, senders }: Mind, listing: OwnListing, endedAt: number | undefined): void {
  if (isRangeListing(listing)) {
    book.recallRange(listing, endedAt)
    return
  }
  const { prefix, since } = listing
  const unknown = { since, seen: since, ptr: undefined, home: undefined }
  // It ended for the judgement when its time came, not when that was written down.
  const over = endedAt === undefined ? undefined : Math.min(endedAt, listing.ends)
  book.recall(senders.at(prefix) ?? senders.recall(prefix, unknown), listing, over)
}
