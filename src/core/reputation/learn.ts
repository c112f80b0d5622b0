import { day, hour } from '../../base/clock.ts'
import type { MessageEvent } from '../../access/mail-event.ts'
import { organisationOf } from '../../standards/organisation.ts'
import type { Assessment } from './assess.ts'
import { ruleOf, turnBrake } from './brake-turns.ts'
import { count, noteMember } from './count.ts'
import { isVerdict, type EvidenceKind } from './evidence.ts'
import { weightOf } from './grade.ts'
import { Late } from './late.ts'
import { assessed, standingIn, type Mind } from './mind.ts'
import { spareFromRange, weighRange } from './range-rule.ts'
import type { Sender } from './sender.ts'
import { weigh } from './weigh.ts'
import type { Witness } from './witness.ts'

/** How a message was heard of. */
export interface Hearing extends Partial<Witness> {
  /** Somebody has told of it before. */
  readonly more?: MoreTold | undefined
}

/** What was known of a message before, and the id of the telling that adds to it. */
export interface MoreTold {
  readonly before: MessageEvent
  readonly id: string
}

/** For so long what is heard of a sender on trial may be the filter's doing. */
const newsMs = hour

/** What became of a message that was let in. `now`: when it is known. */
export function learn(
  mind: Mind,
  event: MessageEvent,
  now: number,
  { isOld = false, source = '', more }: Hearing,
): void {
  const told = more?.before
  noteMessage(mind, event, more)
  if (event.isOurs) return
  const sender = mind.senders.of(event)
  learnHome(event, sender)
  if (event.at < sender.watermark) return
  // Old logs may come after the first live event, and the newest of them first.
  if (isOld) sender.since = Math.min(sender.since, event.at)
  const before = assessed(mind, sender, now)
  const lesson: Lesson = { event, told, sender, before, witness: { isOld, source }, now }
  noteGood(mind, lesson)
  const hadToWait = standingIn(mind, sender, before, now).kind === 'grey'
  const isKnown = hasVerdict(told) || (told !== undefined && !hasVerdict(event))
  const kind = isKnown ? undefined : hear(mind, lesson)
  const traps = countRecipients(mind, lesson)
  if (kind !== undefined) countMessage(mind, lesson, kind, hadToWait)
  if (isOld) {
    sender.hasOld = true
    return
  }
  noteDrift(mind, lesson, kind, traps)
  if (noteMember(mind, sender, before.line, now)) weighRange(mind, sender, now)
  else mind.book.reviewRange(sender.unit, now)
  weigh(mind, sender, now)
  spareFromRange(mind, sender, now)
}

/** A message that complaints may be about. */
export function noteMessage({ messages }: Mind, event: MessageEvent, more?: MoreTold): void {
  const isLetIn = (event.outcome ?? 'accepted') === 'accepted' && !event.isOurs
  if (!isLetIn) {
    if (more) messages.forget(more.before)
    return
  }
  const isWanted = event.verdict === 'ham' || event.verdict === 'bulk' || event.verdict === undefined
  messages.add(event, isWanted)
  if (more && more.id !== event.id) messages.add({ ...event, id: more.id }, isWanted)
}

interface Lesson {
  readonly event: MessageEvent
  /** What was known of the message before. */
  readonly told: MessageEvent | undefined
  readonly sender: Sender
  /** As the sender was judged before it. */
  readonly before: Assessment
  readonly witness: Witness
  readonly now: number
}

/** The domain that accepted mail was authenticated for. */
function learnHome({ outcome, mailFrom, spf, dkim }: MessageEvent, sender: Sender): void {
  if (outcome !== 'accepted' || !mailFrom) return
  const home = organisationOf(mailFrom)
  if (home === undefined || home === sender.home) return
  const isSigned = dkim?.some((domain) => organisationOf(domain) === home) === true
  if (isSigned || spf === 'pass') sender.home = home
}

/** Good for days of its own. */
function noteGood({ settings }: Mind, { sender, before: { isSteady, grade }, now }: Lesson): void {
  const isOfDays = now - sender.since >= settings.tuning.steadyDays * day
  if (isSteady || (isOfDays && grade === 'good')) sender.goodAt = now
}

/** What the message counts as: what a filter says that has gone mad is no judgement. */
function hear(mind: Mind, { event: { verdict }, sender, before, now }: Lesson): EvidenceKind {
  if (verdict === undefined || verdict === 'unknown') return 'unjudged'
  const { brake } = mind
  const rule = ruleOf(verdict)
  // Who has been on trial for long has turned by itself; when the filter turns, it does so for all at once.
  const isOldNews = sender.trial !== undefined && now - sender.trial.since > newsMs
  if (before.isSteady && (!isOldNews || brake.isFilterMad))
    turnBrake(mind, brake.hear(sender.key, rule, now), now)
  return rule && brake.doubts(rule) ? 'unjudged' : verdict
}

/** Recipients of one message that count at most: mail servers take no more in one (Postfix: `smtpd_recipient_limit`). */
const mostRecipients = 1000

/** As told, and no more than can be: unknown recipients are some of the recipients. */
function recipientsOf(event: MessageEvent | undefined): Record<CountedRecipients, number> {
  const recipients = Math.min(event?.recipients ?? 0, mostRecipients)
  const unknown = Math.min(event?.unknownRecipients ?? 0, event?.recipients ?? mostRecipients, mostRecipients)
  return { recipients, unknownRecipients: unknown, trapRecipients: event?.trapRecipients ?? 0 }
}

type CountedRecipients = 'recipients' | 'unknownRecipients' | 'trapRecipients'

/** Recipients that nobody has told of before; gives whether a trap is among them for the first time, as a number. */
function countRecipients(mind: Mind, { event, told, sender, witness }: Lesson): 0 | 1 {
  const [now, before] = [recipientsOf(event), recipientsOf(told)]
  const fresh = (kind: CountedRecipients): number => Math.max(0, now[kind] - before[kind])
  const traps = fresh('trapRecipients') > 0 && !told?.trapRecipients ? 1 : 0
  const counted = [
    ['recipients', fresh('recipients')],
    ['unknown', fresh('unknownRecipients')],
    ['traps', traps],
  ] as const
  for (const [kind, times] of counted) if (times) count(mind, sender, kind, times, event.at, witness)
  return traps
}

/** `hadToWait`: whether it comes again after its first try. */
function countMessage(mind: Mind, lesson: Lesson, kind: EvidenceKind, hadToWait: boolean): void {
  const { event, told, sender, before, witness, now } = lesson
  const { groups, settings } = mind
  // It was counted as not judged.
  if (told !== undefined) count(mind, sender, 'unjudged', -1, event.at, witness)
  count(mind, sender, kind, 1, event.at, witness)
  groups.noteCovered(isVerdict(kind), event.at)
  if (!isVerdict(kind)) return
  if (hadToWait) groups.noteWaited(sender, weightOf(kind, settings.tuning) > 0, now)
  const given = groups.add(sender, kind, 1, event.at, before.hits.judged + 1)
  const { isOld, source } = witness
  if (!isOld && ruleOf(kind)) (sender.late ??= new Late()).add({ kind, source, at: event.at }, given)
}

/** The message beside the sender's own past. */
function noteDrift(
  { settings }: Mind,
  { event, sender, before }: Lesson,
  kind: EvidenceKind | undefined,
  traps: number,
): void {
  const isWanted = kind === 'ham' || kind === 'bulk'
  const bad = (kind === undefined ? 0 : weightOf(kind, settings.tuning)) + traps * 2
  if (bad > 0) sender.clean = 0
  else if (isWanted) sender.clean++
  if (bad > 0 || isWanted) sender.drift.add(bad, bad > 0 ? 0 : 1, event.at, before.limits.mean)
}

function hasVerdict(event: MessageEvent | undefined): boolean {
  return event?.verdict !== undefined && event.verdict !== 'unknown'
}
