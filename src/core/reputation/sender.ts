import { hour } from '../../base/clock.ts'
import type { Cause, ListingClass } from '../../access/reasons.ts'
import type { Prefix } from '../../standards/prefix.ts'
import { Drift } from './drift.ts'
import { Late, type LateHits } from './late.ts'
import { Share } from './share.ts'
import type { Prior } from './grade.ts'
import type { SenderName } from '../../standards/reverse-name.ts'
import { Testimony, type TestimonyMemory } from './testimony.ts'

/** A listing that the judgement made, as it remembers it. */
export interface OwnListing {
  readonly prefix: Prefix
  readonly cause: Cause
  readonly class: ListingClass
  readonly since: number
  readonly ends: number
  readonly recurrence: number
  /** Only puts off: the rule that it was made by is held (`Brake`). */
  readonly isDegraded?: boolean
}

/** What a break in pattern has shown since it began. */
export interface Trial {
  readonly since: number
  readonly evidence: Testimony
  readonly reporters: Set<string>
  /** Whether the sender had a steady good history when it began. */
  readonly isSteady: boolean
  /** Whether it began with a break in what the sender sends, and not with what it sends all the time. */
  isBreak: boolean
}

/** A sender as it is written down: what is missing is as at the beginning. */
export interface SenderMemory {
  readonly e?: readonly number[]
  /** Who told it. */
  readonly S?: TestimonyMemory
  readonly d?: readonly number[]
  readonly t?: {
    readonly s: number
    readonly e: readonly number[]
    readonly S?: TestimonyMemory | undefined
    readonly r: readonly string[]
    readonly y: boolean
    readonly b: boolean
  }
  readonly r?: readonly string[]
  readonly p?: readonly [mean: number, strength: number]
  readonly o?: boolean
  readonly w?: number
  readonly u?: number | string
  readonly f?: number | string
  readonly x?: number
  readonly l?: readonly number[]
  readonly L?: Omit<OwnListing, 'prefix'>
  readonly D?: number | string
  readonly T?: readonly (readonly [domain: string, at: number])[]
  readonly P?: number | string
  readonly g?: readonly number[]
  readonly s?: readonly number[]
  readonly k?: readonly number[]
  readonly h?: readonly number[]
  readonly a?: readonly number[]
  readonly c?: number
  readonly m?: { readonly s: number; readonly e: readonly number[]; readonly S?: TestimonyMemory | undefined }
  readonly G?: number | string
  readonly b?: readonly LateHits[]
}

/** Sender domains whose first try is remembered. */
const mostTries = 8

/** What is remembered of one address (IPv6: /64). */
export class Sender {
  readonly key: string
  readonly unit: Prefix
  /** First heard of; old logs may say that it was sooner. */
  since: number
  seenAt: number
  name: SenderName
  /** Domain that its accepted mail was authenticated for. */
  home: string | undefined
  /** Of this era: since the last listing ended. */
  evidence: Testimony
  drift = new Drift()
  trial: Trial | undefined
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
  /** Wanted messages since the last unwanted one. */
  clean = 0
  /** When it was last good, after days of its own. */
  goodAt = -Infinity
  /** Most senders a filter says nothing against. */
  late: Late | undefined
  /** What its range may be listed for, where that is not all its evidence: of live events, since the range's last listing ended. */
  member: { readonly since: number; readonly evidence: Testimony } | undefined
  /** First tries by sender domain, while a first message has to be tried again; a mail server tries the same again, a bot the next. */
  #firstTries: Map<string, number> | undefined
  /** Most senders nobody complains of. */
  #reporters: Set<string> | undefined
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
    this.evidence = new Testimony(halfLife)
  }

  /** Distinct reporters of this era. */
  get reporters(): Set<string> {
    return (this.#reporters ??= new Set())
  }

  set reporters(reporters: Set<string>) {
    this.#reporters = reporters.size === 0 ? undefined : reporters
  }

  /** As it is written down, without what is as at the beginning. Its name, home and times have places of their own. */
  toJSON(): SenderMemory {
    const { trial, listing, past, member } = this
    const told: Told = {}
    keep(told, 'e', this.evidence.toJSON())
    keep(told, 'S', this.evidence.told)
    keep(told, 'd', this.drift.toJSON())
    if (trial) told.t = trialMemory(trial)
    if (this.#reporters) keep(told, 'r', [...this.#reporters])
    if (past) keep(told, 'p', [past.mean, past.strength])
    if (this.hasOld) told.o = true
    keep(told, 'w', this.watermark)
    keep(told, 'u', finite(this.usual))
    keep(told, 'f', finite(this.floor))
    keep(told, 'x', this.freeUntil)
    keep(told, 'l', this.lapses)
    if (listing) told.L = withoutPrefix(listing)
    keep(told, 'D', finite(this.delistedAt))
    if (this.#firstTries) keep(told, 'T', [...this.#firstTries])
    keep(told, 'P', finite(this.passedAt))
    keep(told, 'g', [this.givenDay, this.given])
    keep(told, 's', this.share.toJSON())
    keep(told, 'k', this.kindShare.toJSON())
    keep(told, 'h', [this.#hour, this.#passed, this.#passedBefore, this.#recipients, this.#recipientsBefore])
    if (member) told.m = { s: member.since, e: member.evidence.toJSON(), S: member.evidence.told }
    keep(told, 'a', [this.#attemptSlot, this.#attempts])
    keep(told, 'G', finite(this.goodAt))
    keep(told, 'c', this.clean)
    keep(told, 'b', this.late?.toJSON())
    return told
  }

  /** The same again. */
  read(memory: SenderMemory, halfLife: number): void {
    const { t: trial, p: past, r: reporters, T: tries, L: listing } = memory
    this.evidence = Testimony.readTold(memory.e ?? [], memory.S, halfLife)
    this.drift.read(memory.d ?? [])
    this.trial = trial && {
      since: trial.s,
      evidence: Testimony.readTold(trial.e, trial.S, halfLife),
      reporters: new Set(trial.r),
      isSteady: trial.y,
      isBreak: trial.b,
    }
    this.#reporters = reporters && new Set(reporters)
    this.past = past && { mean: past[0], strength: past[1] }
    this.hasOld = memory.o ?? false
    this.watermark = memory.w ?? 0
    this.usual = infinite(memory.u) ?? 0
    this.floor = infinite(memory.f) ?? 0
    this.freeUntil = memory.x ?? 0
    this.lapses = memory.l ?? []
    this.listing = listing && { ...listing, prefix: this.unit }
    this.delistedAt = infinite(memory.D) ?? -Infinity
    this.goodAt = infinite(memory.G) ?? -Infinity
    this.clean = memory.c ?? 0
    this.late = memory.b && new Late(memory.b)
    this.#firstTries = tries && new Map(tries)
    this.passedAt = infinite(memory.P) ?? -Infinity
    ;[this.givenDay = 0, this.given = 0] = memory.g ?? []
    this.share.read(memory.s ?? [])
    this.kindShare.read(memory.k ?? [])
    ;[
      this.#hour = 0,
      this.#passed = 0,
      this.#passedBefore = 0,
      this.#recipients = 0,
      this.#recipientsBefore = 0,
    ] = memory.h ?? []
    const { m: member } = memory
    this.member = member && {
      since: member.s,
      evidence: Testimony.readTold(member.e, member.S, halfLife),
    }
    ;[this.#attemptSlot = 0, this.#attempts = 0] = memory.a ?? []
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
    const at = this.#firstTries?.get(domain)
    return at !== undefined && now - at <= withinMs ? at : undefined
  }

  noteTry(domain: string, now: number, withinMs: number): void {
    if (this.firstTry(domain, now, withinMs) !== undefined) return
    const tries = (this.#firstTries ??= new Map())
    tries.delete(domain)
    const [oldest] = tries.keys()
    if (tries.size >= mostTries && oldest !== undefined) tries.delete(oldest)
    tries.set(domain, now)
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

/** JSON has no word for what has no end. */
function finite(value: number): number | string | undefined {
  if (value === -Infinity) return undefined
  return value === Infinity ? 'all' : value
}

function infinite(value: number | string | undefined): number | undefined {
  return typeof value === 'string' ? Infinity : value
}

type Told = { -readonly [Name in keyof SenderMemory]: SenderMemory[Name] }

/** Writes it into `told`, unless it is as at the beginning. */
function keep<Name extends keyof Told>(told: Told, name: Name, value: Told[Name]): void {
  if (value === undefined || value === 0 || (Array.isArray(value) && value.every(isZero))) return
  told[name] = value
}

function isZero(value: unknown): boolean {
  return value === 0
}

function trialMemory({
  since,
  evidence,
  reporters,
  isSteady,
  isBreak,
}: Trial): NonNullable<SenderMemory['t']> {
  return {
    s: since,
    e: evidence.toJSON(),
    S: evidence.told,
    r: [...reporters],
    y: isSteady,
    b: isBreak,
  }
}

/** It is the sender's own. */
function withoutPrefix({ prefix: _, ...rest }: OwnListing): Omit<OwnListing, 'prefix'> {
  return rest
}
