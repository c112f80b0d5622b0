import { Evidence, type EvidenceKind } from './evidence.ts'
import { hitsOf, type Hits } from './grade.ts'
import type { Mind } from './mind.ts'
import type { Sender } from './sender.ts'
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
  sender.evidence.add(kind, times, at)
  if (ofMember !== sender.evidence && !witness.isOld && at >= mind.book.rangeSince(sender.unit))
    ofMember.add(kind, times, at)
  sender.trial?.evidence.add(kind, times, at)
  mind.settings.onEvidence?.(sender, kind, times, at, witness)
}

/** What a sender's range may be listed for. */
export function memberEvidence({ book, settings }: Mind, sender: Sender): Evidence {
  const since = book.rangeSince(sender.unit)
  if (!sender.hasOld && Math.max(sender.watermark, sender.since) >= since) return sender.evidence
  if (sender.member?.since !== since)
    sender.member = { since, evidence: new Evidence(settings.tuning.halfLife) }
  return sender.member.evidence
}

/** What a member's own few messages say of its range; gives whether it is a bad member. */
export function noteMember(mind: Mind, sender: Sender, line: number, now: number): boolean {
  const { book, groups, settings } = mind
  const { tuning } = settings
  const least = book.memberMessages(sender.unit, now) - 0.5
  const isBadBy = ({ bad, good, judged }: Hits): boolean | undefined =>
    judged < least ? undefined : bad / (bad + good) > line
  const isBad = isBadBy(hitsOf(memberEvidence(mind, sender).counts(now), tuning, 0))
  // Old logs make no bad member, but a good one.
  const isGood = isBad === undefined && isBadBy(hitsOf(sender.evidence.counts(now), tuning, 0)) === false
  if (isBad !== undefined || isGood)
    groups.rangeOf(sender.unit, now).noteMember(sender.key, isBad === true, now)
  return isBad === true
}
