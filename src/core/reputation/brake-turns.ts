import { day } from '../../base/clock.ts'
import type { Cause } from '../../access/reasons.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import type { Turn } from './brake.ts'
import { count, noteMember } from './count.ts'
import { evidenceKinds, type EvidenceKind } from './evidence.ts'
import { rangeOf } from './groups.ts'
import { takenBackMs } from './late.ts'
import { findingOf } from './listing-rule.ts'
import { assessed, type Mind } from './mind.ts'
import type { OwnListing, Sender } from './sender.ts'

/**
 * A rule is held: what was listed by it lately only puts off, and what a mad filter said lately is taken back. It is let go: each of those
 * listings refuses again if its evidence carries it now, else it ends.
 */
export function turnBrake(mind: Mind, turns: readonly Turn[], now: number): void {
  for (const turn of turns) {
    const { rule, why } = turn.braked
    mind.book.note({ kind: 'brake', at: now, turn })
    if (!turn.isOn) {
      mind.book.restore(rule, (sender) => isCarried(mind, sender, now), now)
      continue
    }
    if (why === 'filter')
      for (const sender of mind.senders.all()) takeBack(mind, sender, { rule, since: now }, now)
    mind.book.degrade(rule, now - takenBackMs, now)
  }
}

/**
 * The owner of a listed sender wants it removed. It says something of the rule where the sender had been there for days and was never listed:
 * whoever wants the brake pulled gets new addresses listed, and the same ones again.
 */
export function noteAsked(mind: Mind, sender: Sender, { cause, since }: OwnListing, now: number): void {
  const isOfDays = since - sender.since >= mind.settings.tuning.steadyDays * day
  if (!isOfDays || sender.lapses.length > 0) return
  turnBrake(mind, mind.brake.asked(formatPrefix(rangeOf(sender.unit)), cause, now), now)
}

/** What the filter said lately of a sender for a rule is not judged: `since` it is known that it had gone mad. */
export function takeBack(
  mind: Mind,
  sender: Sender,
  { rule, since }: { readonly rule: Cause; readonly since: number },
  now: number,
): void {
  const kind = evidenceKinds.find((each) => ruleOf(each) === rule)
  const taken = kind === undefined ? undefined : sender.late?.take(kind, since - takenBackMs)
  if (kind === undefined || taken === undefined || taken.length === 0) return
  for (const hits of taken) {
    const witness = { source: hits.source, isOld: false }
    count(mind, sender, kind, -hits.count, hits.at, witness)
    count(mind, sender, 'unjudged', hits.count, hits.at, witness)
    mind.groups.takeBack(sender, kind, hits, hits.at)
  }
  sender.drift.reset()
  if (sender.trial && !assessed(mind, sender, now).isSuspicious) sender.trial = undefined
  noteMember(mind, sender, mind.settings.tuning.badLine, now)
  mind.settings.writing?.onSender(sender)
}

/** The rule that a verdict speaks for. */
export function ruleOf(kind: EvidenceKind): 'spam' | 'phish' | 'malware' | undefined {
  return kind === 'spam' || kind === 'phish' || kind === 'malware' ? kind : undefined
}

function isCarried(mind: Mind, sender: Sender, now: number): boolean {
  return findingOf(sender, assessed(mind, sender, now), mind.settings.tuning, now) !== undefined
}
