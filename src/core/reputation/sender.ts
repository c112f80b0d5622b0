import { hour } from '../../base/clock.ts'
import type { Cause, ListingClass } from '../../access/reasons.ts'
import type { Prefix } from '../../standards/prefix.ts'
import { Drift } from './drift.ts'
import { Evidence } from './evidence.ts'
import { Share } from './share.ts'
import type { Prior } from './grade.ts'
import type { SenderName } from '../../standards/reverse-name.ts'

/** A listing that the judgement made, as it remembers it. */
export interface OwnListing {
  readonly prefix: Prefix
  readonly cause: Cause
  readonly class: ListingClass
  readonly since: number
  readonly ends: number
  readonly recurrence: number
}

/** What a break in pattern has shown since it began. */
export interface Trial {
  readonly since: number
  readonly evidence: Evidence
  readonly reporters: Set<string>
  /** Whether the sender had a steady good history when it began. */
  readonly isSteady: boolean
}

/** Sender domains whose first try is remembered. */
const mostTries = 8

/** What is remembered of one address (IPv6: /64). */
export class Sender {
  readonly key: string
  readonly unit: Prefix
  readonly since: number
  seenAt: number
  name: SenderName
  /** Domain that its accepted mail was authenticated for. */
  home: string | undefined
  /** Of this era: since the last listing ended. */
  evidence: Evidence
  drift = new Drift()
  trial: Trial | undefined
  /** Distinct reporters of this era. */
  reporters = new Set<string>()
  /** What the time before the last listing leaves behind; undefined before the first. */
  past: Prior | undefined
  /** Some of its evidence is from old logs, which list nobody: only a trial does then. */
  hasOld = false
  /** What is received before this counts for nothing any more. */
  watermark = 0
  /** Budget that it had while nothing was wrong, and the one that a probation is not below. */
  usual = 0
  floor = 0
  /** For so long after a removal there is none. */
  freeUntil = 0
  /** When its listings ended, those that count for recurrence. */
  lapses: readonly number[] = []
  listing: OwnListing | undefined
  delistedAt = -Infinity
  /** What its range may be listed for, where that is not all its evidence: of live events, since the range's last listing ended. */
  member: { readonly since: number; readonly evidence: Evidence } | undefined
  /** First tries by sender domain, while a first message has to be tried again; a mail server tries the same again, a bot the next. */
  readonly #firstTries = new Map<string, number>()
  /** When a message passed last. */
  passedAt = -Infinity
  /** Judged messages that it has added to its groups today. */
  given = 0
  givenDay = 0
  /** What that was altogether: for its range and organisation, and for its kind of name. */
  readonly share = new Share()
  readonly kindShare = new Share()
  #hour = 0
  #passed = 0
  #passedBefore = 0
  #recipients = 0
  #recipientsBefore = 0
  #attemptSlot = 0
  #attempts = 0

  constructor(key: string, unit: Prefix, name: SenderName, now: number, halfLife: number) {
    this.key = key
    this.unit = unit
    this.name = name
    this.since = now
    this.seenAt = now
    this.evidence = new Evidence(halfLife)
  }

  /** Messages that passed in the hour before `now`, about. */
  passed(now: number): number {
    const current = Math.floor(now / hour)
    if (current > this.#hour + 1) return 0
    const [before, here] = current === this.#hour ? [this.#passedBefore, this.#passed] : [this.#passed, 0]
    return here + before * (1 - (now / hour - current))
  }

  /** Their recipients. */
  recipientsPassed(now: number): number {
    const current = Math.floor(now / hour)
    if (current > this.#hour + 1) return 0
    const isHere = current === this.#hour
    const [before, here] = isHere ? [this.#recipientsBefore, this.#recipients] : [this.#recipients, 0]
    return here + before * (1 - (now / hour - current))
  }

  notePassed(now: number, recipients = 1): void {
    const current = Math.floor(now / hour)
    if (current !== this.#hour) {
      this.#passedBefore = current === this.#hour + 1 ? this.#passed : 0
      this.#recipientsBefore = current === this.#hour + 1 ? this.#recipients : 0
      this.#passed = 0
      this.#recipients = 0
      this.#hour = current
    }
    this.#passed++
    this.#recipients += recipients
    this.passedAt = now
  }

  /** When a message of this sender domain was first tried, at most `withinMs` ago. */
  firstTry(domain: string, now: number, withinMs: number): number | undefined {
    const at = this.#firstTries.get(domain)
    return at !== undefined && now - at <= withinMs ? at : undefined
  }

  noteTry(domain: string, now: number, withinMs: number): void {
    if (this.firstTry(domain, now, withinMs) !== undefined) return
    this.#firstTries.delete(domain)
    const [oldest] = this.#firstTries.keys()
    if (this.#firstTries.size >= mostTries && oldest !== undefined) this.#firstTries.delete(oldest)
    this.#firstTries.set(domain, now)
  }

  /** Attempts that were put off in this span of ten minutes. */
  attempts(now: number): number {
    return Math.floor(now / (hour / 6)) === this.#attemptSlot ? this.#attempts : 0
  }

  noteAttempt(now: number): void {
    const slot = Math.floor(now / (hour / 6))
    if (slot !== this.#attemptSlot) {
      this.#attemptSlot = slot
      this.#attempts = 0
    }
    this.#attempts++
  }
}
