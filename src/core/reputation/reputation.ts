import type { ComplaintEvent, MessageEvent } from '../../access/mail-event.ts'
import type { Cause } from '../../access/reasons.ts'
import type { Standing } from '../../access/standing.ts'
import type { Address } from '../../standards/ip.ts'
import { unitOf, type Prefix } from '../../standards/prefix.ts'
import type { Forecast } from '../forecasts/forecast.ts'
import { turnBrake } from './brake-turns.ts'
import type { Braked } from './brake.ts'
import { complain } from './complain.ts'
import type { Counts } from './evidence.ts'
import type { GroupMemory } from './group.ts'
import { learn, noteMessage, type Hearing, type MoreTold } from './learn.ts'
import { memoryOf, putEvidence, putListing, putSender, type ReputationMemory } from './memory.ts'
import {
  assessed,
  examined,
  newMind,
  priorIn,
  standingIn,
  type Examined,
  type Mind,
  type ReputationSettings,
} from './mind.ts'
import type { Note } from './notes.ts'
import { opinionOf, type Opinion } from './opinion.ts'
import { spareFromRange } from './range-rule.ts'
import { delist, noteLifted, type DelistAnswer } from './removal.ts'
import type { ReporterMemory, Reporters } from './reporters.ts'
import type { Attempt, Remembered } from './senders.ts'
import type { OwnListing, Sender } from './sender.ts'

/**
 * The judgement in memory: decides about attempts, learns from what passed, lists and forgives. It has no clock: time comes with what
 * it is told, and never goes back.
 */
export class Reputation {
  readonly #mind: Mind

  constructor(settings: ReputationSettings) {
    this.#mind = newMind(settings)
  }

  /** Senders that are remembered. */
  get size(): number {
    return this.#mind.senders.size
  }

  /** Groups of them that are remembered. */
  get groups(): number {
    return this.#mind.groups.size
  }

  get isBraked(): boolean {
    return this.braked.length > 0
  }

  /** Rules by which nobody is listed at present, since when and why. */
  get braked(): readonly Braked[] {
    return this.#mind.brake.state
  }

  /** What changed on the list since the last call, in order. */
  takeNotes(): readonly Note[] {
    return this.#mind.book.takeNotes()
  }

  /** Lets time pass: listings expire, the brake lets go, what is old is forgotten. */
  tick(now: number): void {
    const { book, brake, groups, senders, settings } = this.#mind
    book.expire(now)
    turnBrake(this.#mind, brake.tick(now), now)
    if (senders.prune(now)) {
      groups.forgetOld(now)
      book.forgetOld(now)
    }
    if (settings.writing === undefined) this.shrink()
  }

  /** Keeps no more in memory than it may; where everything is written down, whoever does that says when. */
  shrink(): void {
    const { groups, senders } = this.#mind
    senders.shrink()
    groups.shrink(() => this.rangeGroups())
  }

  /** The one decision, as an edge makes it that knows everything at once. */
  decide(attempt: Attempt): Opinion {
    return opinionOf(this.#mind, attempt)
  }

  /** The message was let in; what became of it comes with `learn`. */
  passed(attempt: Attempt & { readonly recipients?: number | undefined }): void {
    this.#mind.senders.of(attempt).notePassed(attempt.at, attempt.recipients)
  }

  /** The message was put off or refused: nothing is known of it but that it was tried. */
  attempted(attempt: Attempt): void {
    const { senders, settings } = this.#mind
    const sender = senders.of(attempt)
    sender.noteAttempt(attempt.at)
    sender.noteTry(attempt.mailFrom ?? '', attempt.at, settings.rules.greyKeptMs)
  }

  /** What became of a message that was let in. `now`: when it is known. */
  learn(event: MessageEvent, now = event.at, hearing: Hearing = {}): void {
    learn(this.#mind, event, now, hearing)
  }

  /** A recipient's report. False when it matches no message that was let in. */
  complain(event: ComplaintEvent, now = event.at, source = ''): boolean {
    return complain(this.#mind, event, now, source)
  }

  /** A proven and confirmed removal by the sender itself. */
  delist(address: Address, now: number): DelistAnswer {
    return delist(this.#mind, address, now)
  }

  /** A listing of this prefix was ended by somebody else: what was before counts no more. `isAsked`: the sender itself asked for it. */
  lifted(prefix: Prefix, now: number, isAsked = false): void {
    noteLifted(this.#mind, prefix, now, isAsked)
  }

  /** Lets a member of a listed range through, if it is a good one. */
  spareMember(unit: Prefix, now: number): void {
    const sender = this.#mind.senders.at(unit)
    if (sender) spareFromRange(this.#mind, sender, now)
  }

  /** Somebody pulls the brake of a rule, or lets it go. */
  turnBrake(
    { rule, isOn, by }: { readonly rule: Cause; readonly isOn: boolean; readonly by: string },
    now: number,
  ): void {
    const { brake } = this.#mind
    turnBrake(this.#mind, isOn ? brake.pull(rule, by, now) : brake.release(rule, by, now), now)
  }

  /** The sender as it is remembered and judged now. */
  examine(address: Address, now: number): Examined | undefined {
    const sender = this.#mind.senders.at(unitOf(address))
    return sender && examined(this.#mind, sender, now)
  }

  /** The same of the sender with this key. */
  examineKey(key: string, now: number): Examined | undefined {
    const sender = this.#mind.senders.byKey(key)
    return sender && examined(this.#mind, sender, now)
  }

  /** Agreed forecasts by sender, instead of those before. */
  setForecasts(forecasts: ReadonlyMap<string, readonly Forecast[]>): void {
    this.#mind.forecasts.clear()
    for (const [key, each] of forecasts) this.#mind.forecasts.set(key, each)
  }

  /** Senders that have an agreed forecast, or had one within a day. */
  get forecast(): ReadonlyMap<string, readonly Forecast[]> {
    return this.#mind.forecasts
  }

  /** The share of unwanted mail that is expected of the sender before what it has shown itself. */
  expectedOf(sender: Sender, now: number): number {
    return priorIn(this.#mind, sender, now).mean
  }

  /** A sender as it was written down, judged now and not remembered. */
  examineAs(unit: Prefix, known: Remembered, now: number): Examined {
    return examined(this.#mind, this.#mind.senders.read(unit, known), now)
  }

  /** The standing of whoever has the name and address: of a sender as it is remembered, else of a new one. */
  standingOf(attempt: Attempt): Standing {
    return examined(this.#mind, this.#mind.senders.peek(attempt), attempt.at).standing
  }

  /** The standing of somebody who has the name and address, and of whom nothing else is known. */
  standingOfStranger(attempt: Attempt): Standing {
    // Whose address it is by chance has nothing to do with it: a forecast is of one sender.
    const sender = this.#mind.senders.stranger(attempt)
    return standingIn(this.#mind, sender, assessed(this.#mind, sender, attempt.at), attempt.at)
  }

  /** Whether mail that proves to be of the domain is hardly ever unwanted. */
  isGoodDomain(domain: string, now: number): boolean {
    return this.#mind.groups.isGoodDomain(domain, now)
  }

  /** Sender of the message that a complaint is about. */
  senderOf(event: ComplaintEvent, now: number): string | undefined {
    return this.#mind.messages.about(event, now)?.sender
  }

  has(key: string): boolean {
    return this.#mind.senders.byKey(key) !== undefined
  }

  /** Organisation and home of a sender that is in memory. */
  named(
    key: string,
  ):
    | readonly { readonly organisation?: string | undefined; readonly home?: string | undefined }[]
    | undefined {
    const sender = this.#mind.senders.byKey(key)
    return sender && [sender.name, { home: sender.home }]
  }

  hasGroup(key: string): boolean {
    return this.#mind.groups.has(key)
  }

  /** Whether anything was heard of a group since a time. */
  isGroupHeard(key: string, since: number): boolean {
    return this.#mind.groups.seenAt(key) >= since
  }

  /** Keys of groups that have to be in memory for what is listed. */
  rangeGroups(): ReadonlySet<string> {
    return this.#mind.book.groupKeys()
  }

  hasReporter(name: string): boolean {
    return this.#mind.reporters.has(name)
  }

  takeReporters(): ReturnType<Reporters['takeChanged']> {
    return this.#mind.reporters.takeChanged()
  }

  /** What belongs to no sender, group or reporter, as it is written down. */
  toJSON(): ReputationMemory {
    return memoryOf(this.#mind)
  }

  /** The same again. */
  read({ brake, book }: ReputationMemory): void {
    this.#mind.brake.read(brake)
    this.#mind.book.read(book)
  }

  /** Rules that were held when it was written down. */
  recallBrake(state: readonly Braked[], now: number): void {
    this.#mind.brake.recall(state, now)
  }

  /** A sender as it was written down. */
  recall(unit: Prefix, known: Remembered): void {
    putSender(this.#mind, unit, known)
  }

  /** Evidence of a remembered sender as it was written down, of the era that began at `era`, told by `source`. Lists nobody. */
  recallEvidence(
    unit: Prefix,
    counts: Partial<Counts>,
    at: number,
    of: { readonly era: number; readonly source: string },
  ): void {
    putEvidence(this.#mind, unit, counts, at, of)
  }

  /** A message of before that complaints may be about. */
  recallMessage(event: MessageEvent, more?: MoreTold): void {
    noteMessage(this.#mind, event, more)
  }

  /** A listing that the judgement made before, in force or over. */
  recallListing(listing: OwnListing, endedAt: number | undefined): void {
    putListing(this.#mind, listing, endedAt)
  }

  recallGroup(key: string, memory: GroupMemory): void {
    this.#mind.groups.recall(key, memory)
  }

  recallReporter(name: string, memory: ReporterMemory): void {
    this.#mind.reporters.recall(name, memory)
  }
}
