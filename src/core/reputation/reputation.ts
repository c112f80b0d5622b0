import { day, hour, minute } from '../../base/clock.ts'
import { decide, type DecideSettings, type Verdict } from '../../access/decide.ts'
import type { ListingEntry } from '../../access/listing-entry.ts'
import type { ComplaintEvent, MessageEvent } from '../../access/mail-event.ts'
import type { Cause, ReasonName } from '../../access/reasons.ts'
import type { RateRules, Standing } from '../../access/standing.ts'
import type { Address } from '../../standards/ip.ts'
import { organisationOf } from '../../standards/organisation.ts'
import { formatPrefix, unitOf, type Prefix } from '../../standards/prefix.ts'
import { assess, type Assessment } from './assess.ts'
import {
  beginEra,
  Book,
  isRangeListing,
  pastOf,
  type BookMemory,
  type BookSettings,
  type RangeListing,
} from './book.ts'
import { Brake, type Braked, type BrakeMemory, type Turn } from './brake.ts'
import { floorOf, standingOf } from './budget.ts'
import { Evidence, evidenceKinds, isVerdict, type Counts, type EvidenceKind } from './evidence.ts'
import { hitsOf, weightOf, type Grade, type Hits } from './grade.ts'
import type { Group, GroupMemory } from './group.ts'
import { Groups, rangeOf } from './groups.ts'
import { Late, takenBackMs } from './late.ts'
import { findingOf } from './listing-rule.ts'
import { MessageMemory } from './message-memory.ts'
import type { Note } from './notes.ts'
import { oldEra } from './pending.ts'
import type { Witness } from './witness.ts'
import { Reporters, type ReporterMemory } from './reporters.ts'
import { Senders, type Attempt, type Remembered } from './senders.ts'
import type { OwnListing, Sender } from './sender.ts'

export interface Opinion {
  readonly action: Verdict['action']
  readonly reason: ReasonName | null
  readonly grade: Grade
}

export interface ReputationSettings extends BookSettings {
  /** Senders, and groups of them, that are kept in memory. */
  readonly mostSenders: number
  /** Where what changes is written down, told of everything that may have; what is forgotten here is recalled from there. */
  readonly writing?: {
    readonly onSender: (sender: Sender) => void
    readonly onGroup: (key: string, group: Group) => void
    /** A range was listed: its members are to be recalled, and the good ones among them let through (`spareMember`). */
    readonly onRange: (range: Prefix, now: number) => void
  }
  /** Between two removals by the sender itself. */
  readonly coolDownMs: number
  readonly decide: DecideSettings
  readonly rules: RateRules
  /** Called with everything that is counted of a sender. */
  readonly onEvidence?: (
    sender: Sender,
    kind: EvidenceKind,
    count: number,
    at: number,
    witness: Witness,
  ) => void
}

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

/** What belongs to no sender, group or reporter. */
export interface ReputationMemory {
  readonly brake: BrakeMemory
  readonly book: BookMemory
  /** Keys of steady senders that are on trial: the brake sets them free. */
  readonly onTrial: readonly string[]
}

/** What a sender is, for people. */
export interface Examined {
  readonly sender: Sender
  readonly assessment: Assessment
  readonly standing: Standing
}

export type DelistAnswer =
  | 'done'
  | 'not-listed'
  | 'cool-down'
  | 'investigate'
  | 'range'
  | 'third-party'
  | 'policy'

/** Wanted messages from which a member that was there before the listing is a bystander. */
const bystanderMessages = 3
/** How long an address that its owner proved is let through when its range is listed. */
const provedMs = 30 * day
/** How long a good name of days of its own makes a sender one of long-good history. */
const goodKeptMs = 7 * day
/** For so long what is heard of a sender on trial may be the filter's doing. */
const newsMs = hour
/** A trial does not end sooner, whatever is clean in it. */
const shortestTrialMs = 10 * minute
const mostReporters = 256

/**
 * The judgement in memory: decides about attempts, learns from what passed, lists and forgives. It has no clock: time comes with what
 * it is told, and never goes back.
 */
export class Reputation {
  readonly #settings: ReputationSettings
  readonly #senders: Senders
  readonly #groups: Groups
  readonly #book: Book
  readonly #brake: Brake
  readonly #messages = new MessageMemory()
  readonly #reporters = new Reporters()
  /** Steady senders on trial, and perhaps some that no longer are. */
  readonly #onTrial = new Set<Sender>()

  constructor(settings: ReputationSettings) {
    this.#settings = settings
    const { tuning, mostSenders, writing } = settings
    this.#senders = new Senders(tuning.halfLife, mostSenders, writing?.onSender)
    this.#groups = new Groups(tuning, mostSenders, writing?.onGroup)
    this.#brake = new Brake(tuning.mostListings, tuning.mostListingsHour)
    this.#book = new Book(settings, this.#groups, writing?.onSender)
  }

  /** Senders that are remembered. */
  get size(): number {
    return this.#senders.size
  }

  /** Groups of them that are remembered. */
  get groups(): number {
    return this.#groups.size
  }

  get isBraked(): boolean {
    return this.#brake.state.length > 0
  }

  /** Rules by which nobody is listed at present, since when and why. */
  get braked(): readonly Braked[] {
    return this.#brake.state
  }

  /** What changed on the list since the last call, in order. */
  takeNotes(): readonly Note[] {
    return this.#book.takeNotes()
  }

  /** Lets time pass: listings expire, the brake lets go, what is old is forgotten. */
  tick(now: number): void {
    this.#book.expire(now)
    this.#turn(this.#brake.tick(now), now)
    if (this.#senders.prune(now)) {
      this.#groups.forgetOld(now)
      this.#book.forgetOld(now)
    }
    if (this.#settings.writing === undefined) this.shrink()
  }

  /** Keeps no more in memory than it may; where everything is written down, whoever does that says when. */
  shrink(): void {
    this.#senders.shrink()
    this.#groups.shrink(() => this.#book.groupKeys())
  }

  /** Keys of groups that have to be in memory for what is listed. */
  rangeGroups(): ReadonlySet<string> {
    return this.#book.groupKeys()
  }

  has(key: string): boolean {
    return this.#senders.byKey(key) !== undefined
  }

  /** Organisation and home of a sender that is in memory. */
  named(
    key: string,
  ):
    | readonly { readonly organisation?: string | undefined; readonly home?: string | undefined }[]
    | undefined {
    const sender = this.#senders.byKey(key)
    return sender && [sender.name, { home: sender.home }]
  }

  hasGroup(key: string): boolean {
    return this.#groups.has(key)
  }

  /** Whether anything was heard of a group since a time. */
  isGroupHeard(key: string, since: number): boolean {
    return this.#groups.seenAt(key) >= since
  }

  hasReporter(name: string): boolean {
    return this.#reporters.has(name)
  }

  recallGroup(key: string, memory: GroupMemory): void {
    this.#groups.recall(key, memory)
  }

  recallReporter(name: string, memory: ReporterMemory): void {
    this.#reporters.recall(name, memory)
  }

  takeReporters(): ReturnType<Reporters['takeChanged']> {
    return this.#reporters.takeChanged()
  }

  /** What belongs to no sender, group or reporter, as it is written down. */
  toJSON(): ReputationMemory {
    for (const sender of this.#onTrial) if (sender.trial?.isSteady !== true) this.#onTrial.delete(sender)
    const onTrial = [...this.#onTrial].map(({ key }) => key)
    return { brake: this.#brake.toJSON(), book: this.#book.toJSON(), onTrial }
  }

  /** The same again. */
  read({ brake, book }: ReputationMemory): void {
    this.#brake.read(brake)
    this.#book.read(book)
  }

  /** Sender of the message that a complaint is about. */
  senderOf(event: ComplaintEvent, now: number): string | undefined {
    return this.#messages.about(event, now)?.sender
  }

  /** The one decision, as an edge makes it that knows everything at once. */
  decide(attempt: Attempt): Opinion {
    const { at, address, helo, ptr } = attempt
    if (this.#settings.isProtected(unitOf(address), ptr))
      return { action: 'pass', reason: null, grade: 'trusted' }
    const { sender, assessment, standing } = this.#examine(this.#senders.peek(attempt), at)
    const first = sender.firstTry(attempt.mailFrom ?? '', at, this.#settings.rules.greyKeptMs)
    const rate = {
      mode: 'enforce',
      rules: this.#settings.rules,
      isDoubted: this.#brake.isFilterMad,
      standing,
      passed: sender.passed(at),
      recipients: sender.recipientsPassed(at),
      attempts: sender.attempts(at),
      triedMs: first === undefined ? undefined : at - first,
      sincePassedMs: at - sender.passedAt,
    } as const
    const listing = this.#entryFor(sender, assessment, at)
    const { action, reason } = decide(
      { listing, spent: 0, rate },
      { address, helo, name: ptr },
      this.#settings.decide,
      at,
    )
    const isRefused = sender.listing !== undefined && sender.listing.isDegraded !== true
    return { action, reason, grade: isRefused ? 'bad' : assessment.grade }
  }

  /** The message was let in; what became of it comes with `learn`. */
  passed(attempt: Attempt & { readonly recipients?: number | undefined }): void {
    this.#senders.of(attempt).notePassed(attempt.at, attempt.recipients)
  }

  /** The message was put off or refused: nothing is known of it but that it was tried. */
  attempted(attempt: Attempt): void {
    const sender = this.#senders.of(attempt)
    sender.noteAttempt(attempt.at)
    sender.noteTry(attempt.mailFrom ?? '', attempt.at, this.#settings.rules.greyKeptMs)
  }

  /**
   * What became of a message that was let in. `now`: when it is known.
   */
  learn(event: MessageEvent, now = event.at, { isOld = false, source = '', more }: Hearing = {}): void {
    const witness = { isOld, source }
    const told = more?.before
    if (told && !wasLetIn(event)) this.#messages.forget(told)
    if (event.isOurs) return
    const sender = this.#senders.of(event)
    this.#remember(event, more?.id)
    this.#learnHome(event, sender)
    if (event.at < sender.watermark) return
    const before = this.#assess(sender, now)
    this.#noteGood(sender, before, now)
    const isJudged = hasVerdict(told)
    const hadToWait = this.#standingOf(sender, before, now).kind === 'grey'
    const kind = isJudged || (told && !hasVerdict(event)) ? undefined : this.#hear(event, sender, before, now)
    const fresh = (count: 'recipients' | 'unknownRecipients' | 'trapRecipients'): number =>
      Math.max(0, (event[count] ?? 0) - (told?.[count] ?? 0))
    const traps = fresh('trapRecipients') > 0 && !told?.trapRecipients ? 1 : 0
    if (fresh('recipients')) this.#count(sender, 'recipients', fresh('recipients'), event.at, witness)
    if (fresh('unknownRecipients'))
      this.#count(sender, 'unknown', fresh('unknownRecipients'), event.at, witness)
    if (traps) this.#count(sender, 'traps', traps, event.at, witness)
    // It was counted as not judged.
    if (kind !== undefined && told !== undefined) this.#count(sender, 'unjudged', -1, event.at, witness)
    if (kind !== undefined) this.#count(sender, kind, 1, event.at, witness)
    if (kind !== undefined) this.#groups.noteCovered(isVerdict(kind), event.at)
    if (kind !== undefined && isVerdict(kind)) {
      if (hadToWait) this.#groups.noteWaited(sender, weightOf(kind, this.#settings.tuning) > 0, now)
      const given = this.#groups.add(sender, kind, 1, event.at, before.hits.judged + 1)
      if (!isOld && ruleOf(kind)) (sender.late ??= new Late()).add({ kind, source, at: event.at }, given)
    }
    if (isOld) {
      sender.hasOld = true
      return
    }
    const bad = (kind === undefined ? 0 : weightOf(kind, this.#settings.tuning)) + traps * 2
    if (bad > 0) sender.clean = 0
    else if (kind === 'ham' || kind === 'bulk') sender.clean++
    if (bad > 0 || kind === 'ham' || kind === 'bulk')
      sender.drift.add(bad, bad > 0 ? 0 : 1, event.at, before.limits.mean)
    if (this.#noteMember(sender, before.line, now)) this.#weighRange(sender, now)
    else this.#book.reviewRange(sender.unit, now)
    this.#weigh(sender, now)
    this.#spareFromRange(sender, now)
  }

  /** A recipient's report. False when it matches no message that was let in. */
  complain(event: ComplaintEvent, now = event.at, source = ''): boolean {
    const witness = { source, isOld: false }
    const message = this.#messages.about(event, now)
    if (message === undefined) return false
    const sender = this.#senders.byKey(message.sender)
    if (sender === undefined || message.at < sender.watermark) return true
    this.#settings.writing?.onSender(sender)
    if (event.kind === 'not-junk') {
      this.#count(sender, 'notJunk', 1, event.at, witness)
      return true
    }
    const { reporter = `nobody ${sender.key}` } = event
    const assessment = this.#assess(sender, now)
    const isContradicted = message.isWanted && (assessment.isSteady || assessment.grade === 'good')
    const weight = this.#reporters.weigh(reporter, sender.key, isContradicted, now)
    if (weight === 0) return true
    for (const reporters of [sender.reporters, sender.trial?.reporters])
      if (reporters && reporters.size < mostReporters) reporters.add(reporter)
    this.#count(sender, 'complaints', weight, event.at, witness)
    if (!assessment.isSteady) sender.drift.add(weight, 0, event.at, assessment.limits.mean)
    this.#weigh(sender, now)
    return true
  }

  /** A proven and confirmed removal by the sender itself. */
  delist(address: Address, now: number): DelistAnswer {
    const known = this.#senders.at(unitOf(address))
    const isEarly = known !== undefined && now - known.delistedAt < this.#settings.coolDownMs
    if (known?.listing) {
      if (known.listing.class !== 'self-service') return known.listing.class
      if (isEarly) return 'cool-down'
      known.delistedAt = now
      this.#ask(known.listing, now)
      this.#book.end(known, 'delist', now)
      return 'done'
    }
    const range = this.#book.range(unitOf(address), now)
    if (range === undefined) return 'not-listed'
    const sender = this.#senders.of({ at: now, address })
    if (range.carved.has(sender.key)) return 'not-listed'
    if (isEarly) return 'cool-down'
    if (this.#assess(sender, now).hits.bad >= this.#settings.tuning.suspectHits) return 'range'
    sender.delistedAt = now
    sender.floor = Math.max(sender.usual, this.#settings.tuning.newBudget)
    sender.freeUntil = now + hour
    this.#book.carve(range, sender, now)
    return 'done'
  }

  /** The sender as it is remembered and judged now. */
  examine(address: Address, now: number): Examined | undefined {
    const sender = this.#senders.at(unitOf(address))
    return sender && this.#examine(sender, now)
  }

  /** A sender as it was written down, judged now and not remembered. */
  examineAs(unit: Prefix, known: Remembered, now: number): Examined {
    return this.#examine(this.#senders.read(unit, known), now)
  }

  /** Whether mail that proves to be of the domain is hardly ever unwanted. */
  isGoodDomain(domain: string, now: number): boolean {
    return this.#groups.isGoodDomain(domain, now)
  }

  /** The standing of somebody who has the name and address, and of whom nothing else is known. */
  standingOfStranger(attempt: Attempt): Standing {
    return this.#examine(this.#senders.stranger(attempt), attempt.at).standing
  }

  /** The standing of whoever has the name and address: of a sender as it is remembered, else of a new one. */
  standingOf(attempt: Attempt): Standing {
    return this.#examine(this.#senders.peek(attempt), attempt.at).standing
  }

  /** Somebody pulls the brake of a rule, or lets it go. */
  turnBrake(
    { rule, isOn, by }: { readonly rule: Cause; readonly isOn: boolean; readonly by: string },
    now: number,
  ): void {
    this.#turn(isOn ? this.#brake.pull(rule, by, now) : this.#brake.release(rule, by, now), now)
  }

  /** Rules that were held when it was written down. */
  recallBrake(state: readonly Braked[], now: number): void {
    this.#brake.recall(state, now)
  }

  /** A sender as it was written down. */
  recall(unit: Prefix, known: Remembered): void {
    const sender = this.#senders.recall(unit, known)
    this.#book.adopt(sender)
    if (sender.trial?.isSteady === true) this.#onTrial.add(sender)
    // It was not in memory when the filter was found out.
    for (const { rule, since } of this.#brake.incidents) this.#takeBackFrom(sender, rule, since, since)
  }

  /** Evidence of a remembered sender as it was written down, of the era that began at `era`. Lists nobody. */
  recallEvidence(unit: Prefix, counts: Partial<Counts>, at: number, era: number): void {
    const sender = this.#senders.at(unit)
    if (sender === undefined || era < sender.watermark) return
    this.#settings.writing?.onSender(sender)
    if (era === oldEra) sender.hasOld = true
    const ofMember = this.#memberEvidence(sender)
    // Of the hour in which the range was freed nothing is known to be of after that.
    const isOfMember =
      ofMember !== sender.evidence && era !== oldEra && at - hour >= this.#book.rangeSince(sender.unit)
    let { judged } = hitsOf(sender.evidence.counts(at), this.#settings.tuning)
    for (const kind of evidenceKinds) {
      const count = counts[kind] ?? 0
      if (count === 0) continue
      sender.evidence.add(kind, count, at)
      if (isOfMember) ofMember.add(kind, count, at)
      if (!isVerdict(kind)) continue
      judged += count
      this.#groups.add(sender, kind, count, at, judged)
    }
    this.#noteMember(sender, this.#settings.tuning.badLine, at)
  }

  /** A message of before that complaints may be about. */
  recallMessage(event: MessageEvent, more?: MoreTold): void {
    if (more && !wasLetIn(event)) this.#messages.forget(more.before)
    if (!event.isOurs) this.#remember(event, more?.id)
  }

  /** A listing that the judgement made before, in force or over. */
  recallListing(listing: OwnListing, endedAt: number | undefined): void {
    if (isRangeListing(listing)) {
      this.#book.recallRange(listing, endedAt)
      return
    }
    const { prefix, since } = listing
    const unknown = { since, seen: since, ptr: undefined, home: undefined }
    // It ended for the judgement when its time came, not when that was written down.
    const over = endedAt === undefined ? undefined : Math.min(endedAt, listing.ends)
    this.#book.recall(this.#senders.at(prefix) ?? this.#senders.recall(prefix, unknown), listing, over)
  }

  /** A listing of this prefix was ended by somebody else: what was before counts no more. `isAsked`: the sender itself asked for it. */
  lifted(prefix: Prefix, now: number, isAsked = false): void {
    const range = this.#book.range(prefix, now)
    if (range && formatPrefix(range.prefix) === formatPrefix(prefix))
      this.#book.endRange(range, 'delist', now)
    const sender = this.#senders.at(prefix)
    if (sender?.listing) {
      if (isAsked) this.#ask(sender.listing, now)
      this.#book.end(sender, 'delist', now)
    } else if (sender) this.#forgive(sender, now)
  }

  /** What the message counts as: what a filter says that has gone mad is no judgement. */
  #hear({ verdict }: MessageEvent, sender: Sender, before: Assessment, now: number): EvidenceKind {
    if (verdict === undefined || verdict === 'unknown') return 'unjudged'
    const rule = ruleOf(verdict)
    // Who has been on trial for long has turned by itself; when the filter turns, it does so for all at once.
    const isOldNews = sender.trial !== undefined && now - sender.trial.since > newsMs
    if (before.isSteady && (!isOldNews || this.#brake.isFilterMad))
      this.#turn(this.#brake.hear(sender.key, rule, now), now)
    return rule && this.#brake.doubts(rule) ? 'unjudged' : verdict
  }

  /** Good for days of its own. */
  #noteGood(sender: Sender, { isSteady, grade }: Assessment, now: number): void {
    const isOfDays = now - sender.since >= this.#settings.tuning.steadyDays * day
    if (isSteady || (isOfDays && grade === 'good')) sender.goodAt = now
  }

  #ask({ cause, prefix }: OwnListing, now: number): void {
    this.#turn(this.#brake.asked(formatPrefix(rangeOf(prefix)), cause, now), now)
  }

  /**
   * A rule is held: what was listed by it lately only puts off, and what a mad filter said lately is taken back. It is let go: each of those
   * listings refuses again if its evidence carries it now, else it ends.
   */
  #turn(turns: readonly Turn[], now: number): void {
    for (const turn of turns) {
      const { rule, why } = turn.braked
      this.#book.note({ kind: 'brake', at: now, turn })
      if (!turn.isOn) {
        this.#book.restore(rule, (sender) => this.#isCarried(sender, now), now)
        continue
      }
      if (why === 'filter') this.#takeBack(rule, now)
      this.#book.degrade(rule, now - takenBackMs, now)
    }
  }

  #isCarried(sender: Sender, now: number): boolean {
    return findingOf(sender, this.#assess(sender, now), this.#settings.tuning, now) !== undefined
  }

  /** What the filter said lately for a rule: the messages are not judged. */
  #takeBack(rule: Cause, now: number): void {
    for (const sender of this.#senders.all()) this.#takeBackFrom(sender, rule, now, now)
  }

  /** The same of one sender: `since` it is known that the filter had gone mad. */
  #takeBackFrom(sender: Sender, rule: Cause, since: number, now: number): void {
    const kind = evidenceKinds.find((each) => ruleOf(each) === rule)
    const taken = kind === undefined ? undefined : sender.late?.take(kind, since - takenBackMs)
    if (kind === undefined || taken === undefined || taken.length === 0) return
    for (const hits of taken) {
      const witness = { source: hits.source, isOld: false }
      this.#count(sender, kind, -hits.count, hits.at, witness)
      this.#count(sender, 'unjudged', hits.count, hits.at, witness)
      this.#groups.takeBack(sender, kind, hits, hits.at)
    }
    sender.drift.reset()
    if (sender.trial && !this.#assess(sender, now).isSuspicious) sender.trial = undefined
    this.#noteMember(sender, this.#settings.tuning.badLine, now)
    this.#settings.writing?.onSender(sender)
  }

  #count(sender: Sender, kind: EvidenceKind, count: number, at: number, witness: Witness): void {
    const ofMember = this.#memberEvidence(sender)
    sender.evidence.add(kind, count, at)
    if (ofMember !== sender.evidence && !witness.isOld && at >= this.#book.rangeSince(sender.unit))
      ofMember.add(kind, count, at)
    sender.trial?.evidence.add(kind, count, at)
    this.#settings.onEvidence?.(sender, kind, count, at, witness)
  }

  /** Lists the sender, begins or ends its trial: as its evidence stands now. */
  #weigh(sender: Sender, now: number): void {
    const { tuning, isProtected } = this.#settings
    const assessment = this.#assess(sender, now)
    const { isSuspicious } = assessment
    if (isSuspicious) this.#try(sender, assessment, now)
    else if (sender.trial && now - sender.trial.since > shortestTrialMs) sender.trial = undefined
    else if (!sender.trial) sender.usual = floorOf(this.#standingOf(sender, assessment, now))
    if (sender.listing !== undefined || isProtected(sender.unit, sender.name.text)) return
    const finding = findingOf(sender, assessment, tuning, now)
    if (finding === undefined || this.#brake.holds(finding.cause)) return
    this.#book.list(sender, finding, assessment, now)
    this.#turn(this.#brake.listed(finding.cause, now), now)
    if (now - sender.goodAt <= goodKeptMs)
      this.#turn(this.#brake.refused(sender.key, finding.cause, now), now)
    this.#weighRange(sender, now)
  }

  #try(sender: Sender, { isSteady, isBreak }: Assessment, now: number): void {
    const evidence = new Evidence(this.#settings.tuning.halfLife)
    sender.trial ??= { since: now, evidence, reporters: new Set(), isSteady, isBreak }
    sender.trial.isBreak ||= isBreak
    if (sender.trial.isSteady) this.#onTrial.add(sender)
  }

  /** What a member's own few messages say of its range; gives whether it is a bad member. */
  #noteMember(sender: Sender, line: number, now: number): boolean {
    const { tuning } = this.#settings
    const least = this.#book.memberMessages(sender.unit, now) - 0.5
    const isBadBy = ({ bad, good, judged }: Hits): boolean | undefined =>
      judged < least ? undefined : bad / (bad + good) > line
    const isBad = isBadBy(hitsOf(this.#memberEvidence(sender).counts(now), tuning, 0))
    // Old logs make no bad member, but a good one.
    const isGood = isBad === undefined && isBadBy(hitsOf(sender.evidence.counts(now), tuning, 0)) === false
    if (isBad !== undefined || isGood)
      this.#groups.rangeOf(sender.unit, now).noteMember(sender.key, isBad === true, now)
    return isBad === true
  }

  /** What a sender's range may be listed for. */
  #memberEvidence(sender: Sender): Evidence {
    const since = this.#book.rangeSince(sender.unit)
    if (!sender.hasOld && Math.max(sender.watermark, sender.since) >= since) return sender.evidence
    if (sender.member?.since !== since)
      sender.member = { since, evidence: new Evidence(this.#settings.tuning.halfLife) }
    return sender.member.evidence
  }

  /** Lists the range of a bad member if that is due; its good members are let through at once. */
  #weighRange(sender: Sender, now: number): void {
    if (this.#brake.holds('spam') || !this.#book.weighRange(sender, now)) return
    this.#turn(this.#brake.listed('spam', now), now)
    this.#settings.writing?.onRange(rangeOf(sender.unit), now)
    if (this.#settings.writing === undefined)
      for (const other of this.#senders.all()) this.#spareFromRange(other, now)
  }

  /** Lets a member of a listed range through, if it is a good one. */
  spareMember(unit: Prefix, now: number): void {
    const sender = this.#senders.at(unit)
    if (sender) this.#spareFromRange(sender, now)
  }

  #spareFromRange(sender: Sender, now: number): void {
    const range = this.#book.range(sender.unit, now)
    if (range && sender.listing === undefined) this.#isCarved(range, sender, this.#assess(sender, now), now)
  }

  /** What is listed of the sender: itself, or its range while it is not carved out. */
  #entryFor(sender: Sender, assessment: Assessment, now: number): ListingEntry | undefined {
    const range = this.#book.range(sender.unit, now)
    const isRange = range !== undefined && !this.#isCarved(range, sender, assessment, now)
    const listing = sender.listing ?? (isRange ? range : undefined)
    if (listing === undefined) return undefined
    const { prefix, cause, class: listingClass, ends, isDegraded } = listing
    const effect = isDegraded === true ? 'delay' : 'refuse'
    return { prefix, id: '', cause, class: listingClass, effect, ends }
  }

  /** A member with good evidence of its own, or of a good organisation, is not its range. */
  #isCarved(
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
    const isProved = now - sender.delistedAt < provedMs && hits.bad < this.#settings.tuning.suspectHits
    if (
      grade !== 'good' &&
      !isSteady &&
      !isBystander &&
      !isProved &&
      !this.#groups.isGoodOrganisation(sender, now)
    )
      return false
    this.#book.carve(range, sender, now)
    return true
  }

  /** A sender that was only put off, and whose owner says that it is mended: what was is past. */
  #forgive(sender: Sender, now: number): void {
    this.#settings.writing?.onSender(sender)
    sender.delistedAt = now
    sender.floor = Math.max(sender.usual, this.#settings.tuning.newBudget)
    sender.freeUntil = now + hour
    sender.past = pastOf(this.#assess(sender, now))
    beginEra(sender, now, this.#settings.tuning)
  }

  #assess(sender: Sender, now: number): Assessment {
    return assess(sender, sender.past ?? this.#groups.priorOf(sender, now), this.#settings.tuning, now)
  }

  #examine(sender: Sender, now: number): Examined {
    const assessment = this.#assess(sender, now)
    return { sender, assessment, standing: this.#standingOf(sender, assessment, now) }
  }

  #standingOf(sender: Sender, assessment: Assessment, now: number): Standing {
    const around = {
      isBraked: this.#brake.isFilterMad,
      waitSteps: this.#groups.waitSteps(sender, now),
      coverage: this.#groups.coverage(now),
    }
    return standingOf(sender, assessment, around, this.#settings.tuning, now)
  }

  #remember(event: MessageEvent, alias = event.id): void {
    if (!wasLetIn(event)) return
    const isWanted = event.verdict === 'ham' || event.verdict === 'bulk' || event.verdict === undefined
    this.#messages.add(event, isWanted)
    if (alias !== event.id) this.#messages.add({ ...event, id: alias }, isWanted)
  }

  /** The domain that accepted mail was authenticated for. */
  #learnHome({ outcome, mailFrom, spf, dkim }: MessageEvent, sender: Sender): void {
    if (outcome !== 'accepted' || !mailFrom) return
    const home = organisationOf(mailFrom)
    if (home === undefined || home === sender.home) return
    const isSigned = dkim?.some((domain) => organisationOf(domain) === home) === true
    if (isSigned || spf === 'pass') sender.home = home
  }
}

/** The rule that a verdict speaks for. */
function ruleOf(kind: EvidenceKind): 'spam' | 'phish' | 'malware' | undefined {
  return kind === 'spam' || kind === 'phish' || kind === 'malware' ? kind : undefined
}

function wasLetIn({ outcome = 'accepted', isOurs }: MessageEvent): boolean {
  return outcome === 'accepted' && !isOurs
}

function hasVerdict(event: MessageEvent | undefined): boolean {
  return event?.verdict !== undefined && event.verdict !== 'unknown'
}
