import type { EvidenceKind } from './evidence.ts'
import { hitsOf, type Hits } from './grade.ts'
import type { Mind } from './mind.ts'
import type { Sender } from './sender.ts'
import { isMeanOver, soleSource } from './single-source.ts'
import { Testimony } from './testimony.ts'
import type { Tuning } from './tuning.ts'
import type { Witness } from './witness.ts'

/** Counts something of a sender, for itself and as a member of its range. */
export function count(
  mind: Mind,
  sender: Sender,
  kind: EvidenceKind,
  times: number,
  at: number,
  witness: Witness,
): void {
  const ofMember = memberEvidence(mind, sender)
  sender.evidence.tell(kind, times, at, witness)
  if (ofMember !== sender.evidence && !witness.isOld && at >= mind.book.rangeSince(sender.unit))
    ofMember.tell(kind, times, at, witness)
  sender.trial?.evidence.tell(kind, times, at, witness)
  mind.settings.onEvidence?.(sender, kind, times, at, witness)
}

/** What a sender's range may be listed for. */
export function memberEvidence({ book, settings }: Mind, sender: Sender): Testimony {
  const since = book.rangeSince(sender.unit)
  if (!sender.hasOld && Math.max(sender.watermark, sender.since) >= since) return sender.evidence
  if (sender.member?.since !== since)
    sender.member = { since, evidence: new Testimony(settings.tuning.halfLife) }
  return sender.member.evidence
}

/** What a member's own few messages say of its range; gives whether it is a bad member. */
export function noteMember(mind: Mind, sender: Sender, line: number, now: number): boolean {
  const { book, groups, settings } = mind
  const { tuning } = settings
  const least = book.memberMessages(sender.unit, now) - 0.5
  const isBadBy = ({ bad, good, judged }: Hits): boolean | undefined =>
    judged < least ? undefined : bad / (bad + good) > line
  const testimony = memberEvidence(mind, sender)
  const isBadByAll = isBadBy(hitsOf(testimony.counts(now), tuning, 0))
  const isBad = isBadByAll && isBorneOut(testimony, line, tuning, now)
  // Old logs make no bad member, but a good one.
  const isGood = isBad === undefined && isBadBy(hitsOf(sender.evidence.counts(now), tuning, 0)) === false
  if (isBad !== undefined || isGood)
    groups.rangeOf(sender.unit, now).noteMember(sender.key, isBad === true, now, testimony.only)
  return isBad === true
}

/** Whether the others say so too, where several sources report of the member. */
function isBorneOut(testimony: Testimony, line: number, tuning: Tuning, now: number): boolean {
  const windows = [{ testimony, prior: { mean: 0, strength: 0 } }] as const
  return soleSource({ windows, isOver: isMeanOver(line, tuning, 0) }, tuning, now) === undefined
}
