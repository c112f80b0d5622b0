import { decide, type Verdict } from '../../access/decide.ts'
import type { ListingEntry } from '../../access/listing-entry.ts'
import type { ReasonName } from '../../access/reasons.ts'
import { unitOf } from '../../standards/prefix.ts'
import type { Assessment } from './assess.ts'
import type { Grade } from './grade.ts'
import { examined, type Mind } from './mind.ts'
import { isCarved } from './range-rule.ts'
import type { Attempt } from './senders.ts'
import type { Sender } from './sender.ts'

/** What a message hears at RCPT, and what is thought of its sender. */
export interface Opinion {
  readonly action: Verdict['action']
  readonly reason: ReasonName | null
  readonly grade: Grade
}

/** The one decision, as an edge makes it that knows everything at once. */
export function opinionOf(mind: Mind, attempt: Attempt): Opinion {
  const { brake, senders, settings } = mind
  const { rules } = settings
  const { at, address, helo, ptr } = attempt
  if (settings.isProtected(unitOf(address), ptr)) return { action: 'pass', reason: null, grade: 'trusted' }
  const { sender, assessment, standing } = examined(mind, senders.peek(attempt), at)
  const first = sender.firstTry(attempt.mailFrom ?? '', at, rules.greyKeptMs)
  const rate = {
    mode: 'enforce',
    rules,
    isDoubted: brake.isFilterMad,
    standing,
    passed: sender.passed(at),
    recipients: sender.recipientsPassed(at),
    attempts: sender.attempts(at),
    triedMs: first === undefined ? undefined : at - first,
    sincePassedMs: at - sender.passedAt,
  } as const
  const listing = entryFor(mind, sender, assessment, at)
  const { action, reason } = decide(
    { listing, spent: 0, rate },
    { address, helo, name: ptr },
    settings.decide,
    at,
  )
  const isRefused = sender.listing !== undefined && sender.listing.isDegraded !== true
  return { action, reason, grade: isRefused ? 'bad' : assessment.grade }
}

/** What is listed of the sender: itself, or its range while it is not carved out. */
function entryFor(mind: Mind, sender: Sender, assessment: Assessment, now: number): ListingEntry | undefined {
  const range = mind.book.range(sender.unit, now)
  const isRange = range !== undefined && !isCarved(mind, range, sender, assessment, now)
  const listing = sender.listing ?? (isRange ? range : undefined)
  if (listing === undefined) return undefined
  const { prefix, cause, class: listingClass, ends, isDegraded } = listing
  const effect = isDegraded === true ? 'delay' : 'refuse'
  return { prefix, id: '', cause, class: listingClass, effect, ends }
}
