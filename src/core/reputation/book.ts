import { day, hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { formatPrefix, parsePrefix, unitLength, type Prefix } from '../../standards/prefix.ts'
import type { Cause } from '../../access/reasons.ts'
import type { Assessment } from './assess.ts'
import type { Prior } from './grade.ts'
import { rangeKey, rangeOf, type Groups } from './groups.ts'
import type { Finding } from './listing-rule.ts'
import { evidenceOf, type EndWhy, type Note } from './notes.ts'
import type { OwnListing, Sender } from './sender.ts'
import { Testimony } from './testimony.ts'
import type { Tuning } from './tuning.ts'

export interface BookSettings {
  readonly tuning: Tuning
  /** Terms of listings by recurrence; the last stays. */
  readonly termsMs: readonly number[]
  /** How far back earlier listings count. */
  readonly recurrenceMs: number
  /** Whether the operator trusts what lies in it, or protects it from listings. */
  /** By the networks, or by the sender's forward-confirmed name. */
  readonly isProtected: (prefix: Prefix, name?: string | null) => boolean
}

export interface BookMemory {
  readonly ranges: readonly (Omit<OwnListing, 'prefix'> & {
    readonly prefix: string
    readonly carved: readonly string[]
  })[]
  readonly lapses: readonly (readonly [range: string, endedAt: readonly number[]])[]
  readonly since: readonly (readonly [range: string, endedAt: number])[]
}

export interface RangeListing extends OwnListing {
  /** Members that are let through. */
  readonly carved: Set<string>
}

/** Who is listed by the judgement, and since when; what begins and ends is noted. */
export class Book {
  readonly #settings: BookSettings
  readonly #groups: Groups
  readonly #onChange: (sender: Sender) => void
  readonly #listed = new Set<Sender>()
  readonly #ranges = new Map<string, RangeListing>()
  readonly #rangeLapses = new Map<string, readonly number[]>()
  /** When a range's last listing ended. */
  readonly #rangeSince = new Map<string, number>()
  #notes: Note[] = []
  #nextEnd = Infinity

  /** `onChange`: told of a sender that was listed, or is no more. */
  constructor(settings: BookSettings, groups: Groups, onChange: (sender: Sender) => void = () => {}) {
    this.#settings = settings
    this.#groups = groups
    this.#onChange = onChange
  }

  /** Ranges that are or were listed, as they are written down. */
  toJSON(): BookMemory {
    const ranges = [...this.#ranges.values()].map(({ carved, prefix, ...listing }) => ({
      ...listing,
      prefix: formatPrefix(prefix),
      carved: [...carved],
    }))
    return { ranges, lapses: [...this.#rangeLapses], since: [...this.#rangeSince] }
  }

  /** The same again. */
  read({ ranges, lapses, since }: BookMemory): void {
    for (const { carved, prefix: key, ...listing } of ranges) {
      const prefix = orThrow(parsePrefix(key))
      this.#putRange({ ...listing, prefix })
      const range = this.#ranges.get(key)
      for (const member of carved) range?.carved.add(member)
    }
    for (const [key, at] of lapses) this.#rangeLapses.set(key, at)
    for (const [key, at] of since) this.#rangeSince.set(key, at)
  }

  /** Groups of ranges that are listed, or have members that are. */
  groupKeys(): ReadonlySet<string> {
    return new Set(
      [...this.#ranges.values(), ...this.#listed].map((each) =>
        rangeKey('unit' in each ? each.unit : each.prefix),
      ),
    )
  }

  /** Forgets of ranges what counts no more. */
  forgetOld(now: number): void {
    for (const [key, lapses] of this.#rangeLapses)
      if (lapses.every((at) => now - at >= this.#settings.recurrenceMs)) this.#rangeLapses.delete(key)
    for (const [key, at] of this.#rangeSince) if (now - at > rangeMs) this.#rangeSince.delete(key)
  }

  /** A sender that is listed, as it was written down. */
  adopt(sender: Sender): void {
    if (sender.listing === undefined) return
    this.#listed.add(sender)
    this.#nextEnd = Math.min(this.#nextEnd, sender.listing.ends)
  }

  takeNotes(): readonly Note[] {
    const notes = this.#notes
    this.#notes = []
    return notes
  }

  note(note: Note): void {
    this.#notes.push(note)
  }

  list(sender: Sender, finding: Finding, assessment: Assessment, now: number): void {
    const { cause, class: listingClass, recurrence } = finding
    const ends = now + this.#term(recurrence)
    const { unit: prefix } = sender
    const listing: OwnListing = { prefix, cause, class: listingClass, since: now, ends, recurrence }
    sender.past = pastOf(assessment)
    this.#put(sender, listing)
    this.#notes.push({ kind: 'added', at: now, listing, evidence: evidenceOf(assessment.counts) })
    this.#groups.rangeOf(sender.unit, now).noteMember(sender.key, true, now, sender.evidence.only)
  }

  end(sender: Sender, why: EndWhy, at: number): void {
    const { listing } = sender
    if (listing === undefined) return
    this.#listed.delete(sender)
    sender.listing = undefined
    this.#onChange(sender)
    beginEra(sender, at, this.#settings.tuning)
    const recent = sender.lapses.filter((lapse) => at - lapse < this.#settings.recurrenceMs)
    sender.lapses = why === 'evidence' ? recent : [...recent, at]
    sender.floor = Math.max(sender.usual, why === 'expired' ? 0 : this.#settings.tuning.newBudget)
    if (why !== 'expired') {
      sender.freeUntil = at + hour
      this.#groups.rangeOf(sender.unit, at).forgive(sender.key)
    }
    this.#notes.push({ kind: 'ended', at, prefix: listing.prefix, why })
    if (why !== 'expired') this.reviewRange(sender.unit, at)
  }

  /** What was listed for a cause since a time only puts off from now on. */
  degrade(cause: Cause, since: number, now: number): void {
    const isMeant = (listing: OwnListing | undefined): listing is OwnListing =>
      listing?.cause === cause && listing.since > since && listing.isDegraded !== true
    for (const sender of this.#listed) if (isMeant(sender.listing)) this.#setDegraded(sender, true, now)
    for (const range of this.#ranges.values()) if (isMeant(range)) this.#setRangeDegraded(range, true, now)
  }

  /** Listings for a cause that only put off are looked at again: each refuses again, or ends, for its evidence does not carry it. */
  restore(cause: Cause, isCarried: (sender: Sender) => boolean, now: number): void {
    for (const sender of this.#listed) {
      if (sender.listing?.cause !== cause || sender.listing.isDegraded !== true) continue
      if (isCarried(sender)) this.#setDegraded(sender, false, now)
      else this.end(sender, 'evidence', now)
    }
    for (const range of this.#ranges.values()) {
      if (range.cause !== cause || range.isDegraded !== true) continue
      if (this.#isOverLine(range.prefix, range.recurrence, now)) this.#setRangeDegraded(range, false, now)
      else this.endRange(range, 'evidence', now)
    }
  }

  #setDegraded(sender: Sender, isDegraded: boolean, at: number): void {
    if (sender.listing === undefined) return
    sender.listing = { ...sender.listing, isDegraded }
    this.#onChange(sender)
    this.#notes.push({ kind: isDegraded ? 'degraded' : 'restored', at, prefix: sender.listing.prefix })
  }

  #setRangeDegraded(range: RangeListing, isDegraded: boolean, at: number): void {
    this.#ranges.set(formatPrefix(range.prefix), { ...range, isDegraded })
    this.#notes.push({ kind: isDegraded ? 'degraded' : 'restored', at, prefix: range.prefix })
  }

  /** Ends what is over by `now`, in the order in which it ended. */
  expire(now: number): void {
    if (now < this.#nextEnd) return
    const senders = [...this.#listed].flatMap((sender) =>
      sender.listing
        ? [{ ends: sender.listing.ends, end: () => this.end(sender, 'expired', sender.listing?.ends ?? now) }]
        : [],
    )
    const ranges = [...this.#ranges.values()].map((range) => ({
      ends: range.ends,
      end: () => this.endRange(range, 'expired', range.ends),
    }))
    const due = [...senders, ...ranges].filter(({ ends }) => ends <= now).toSorted((a, b) => a.ends - b.ends)
    for (const { end } of due) end()
    this.#nextEnd = Infinity
    for (const { listing } of this.#listed) this.#nextEnd = Math.min(this.#nextEnd, listing?.ends ?? Infinity)
    for (const { ends } of this.#ranges.values()) this.#nextEnd = Math.min(this.#nextEnd, ends)
  }

  /**
   * Several distinct bad members, and a share of bad ones that is surely over the line: the range itself is listed. Gives whether it was,
   * now. Never wider than `rangeOf` says.
   */
  weighRange(sender: Sender, now: number): boolean {
    const { isProtected } = this.#settings
    const prefix = rangeOf(sender.unit)
    const key = formatPrefix(prefix)
    if (this.#ranges.has(key) || isProtected(prefix)) return false
    const recurrence = this.#rangeRecurrence(key, now)
    if (!this.#isOverLine(prefix, recurrence, now)) return false
    const ends = now + this.#term(recurrence)
    const listing: OwnListing = { prefix, cause: 'spam', class: 'self-service', since: now, ends, recurrence }
    this.#putRange(listing)
    this.#notes.push({
      kind: 'added',
      at: now,
      listing,
      evidence: evidenceOf(this.#groups.rangeOf(prefix, now).evidence.counts(now)),
    })
    return true
  }

  #isOverLine(prefix: Prefix, recurrence: number, now: number): boolean {
    const { tuning } = this.#settings
    const { judged, bad, share, byOne } = this.#groups.rangeOf(prefix, now).members(now)
    const line = rangeLineOf(recurrence, tuning)
    if (bad < rangeMembersOf(recurrence, tuning) || share.lower <= line) return false
    // No source alone carries it, where others know members enough that say otherwise.
    return byOne.every((one) => {
      const left = { judged: judged - one.judged, bad: bad - one.bad }
      return left.judged < tuning.rangeMembers || (1 + left.bad) / (2 + left.judged) > line
    })
  }

  /** Ends the listing of a range that is no longer as bad as it was: its share has fallen to the line, or few bad members are left. */
  reviewRange(unit: Prefix, now: number): void {
    const range = this.range(unit, now)
    if (range === undefined) return
    const { tuning } = this.#settings
    const { bad, share } = this.#groups.rangeOf(range.prefix, now).members(now)
    const isFallen = share.mean <= rangeLineOf(range.recurrence, tuning)
    if (isFallen || bad < rangeMembersOf(range.recurrence, tuning) / 2) this.endRange(range, 'evidence', now)
  }

  /** What the members did before counts for no other listing of the range. */
  endRange({ prefix }: OwnListing, why: EndWhy, at: number): void {
    const key = formatPrefix(prefix)
    this.#ranges.delete(key)
    this.#beginRange(prefix, at)
    if (why !== 'evidence') this.#rangeLapses.set(key, [...(this.#rangeLapses.get(key) ?? []), at])
    this.#notes.push({ kind: 'ended', at, prefix, why })
  }

  /** Judged messages from which a member counts for its range: one is enough where the range was listed before. */
  memberMessages(unit: Prefix, now: number): number {
    return this.#rangeRecurrence(formatPrefix(rangeOf(unit)), now) > 0 ? 1 : firstMemberMessages
  }

  #rangeRecurrence(key: string, now: number): number {
    const { recurrenceMs } = this.#settings
    return (this.#rangeLapses.get(key) ?? []).filter((at) => now - at < recurrenceMs).length
  }

  /** Since when members' evidence may list their range. */
  rangeSince(unit: Prefix): number {
    return this.#rangeSince.size === 0 ? 0 : (this.#rangeSince.get(formatPrefix(rangeOf(unit))) ?? 0)
  }

  #beginRange(prefix: Prefix, at: number): void {
    const key = formatPrefix(prefix)
    this.#rangeSince.set(key, Math.max(at, this.#rangeSince.get(key) ?? 0))
    this.#groups.rangeOf(prefix, at).forgetMembers()
  }

  /** The listed range that a unit is in. */
  range(unit: Prefix, now: number): RangeListing | undefined {
    if (this.#ranges.size === 0) return undefined
    const range = this.#ranges.get(formatPrefix(rangeOf(unit)))
    return range && range.ends > now ? range : undefined
  }

  carve(range: RangeListing, sender: Sender, now: number): void {
    range.carved.add(sender.key)
    this.#notes.push({ kind: 'carved', at: now, unit: sender.unit, range: range.prefix })
  }

  /** A listing of before, in force or over: it counts for recurrence, and what came before it for nothing. */
  recall(sender: Sender, listing: OwnListing, endedAt: number | undefined): void {
    sender.past = { mean: 0.25, strength: this.#settings.tuning.priorStrength }
    if (endedAt === undefined) {
      this.#put(sender, listing)
      return
    }
    sender.watermark = Math.max(sender.watermark, endedAt)
    sender.lapses = [...sender.lapses, endedAt]
  }

  recallRange(listing: OwnListing, endedAt: number | undefined): void {
    const key = formatPrefix(listing.prefix)
    if (endedAt === undefined) this.#putRange(listing)
    else {
      this.#rangeLapses.set(key, [...(this.#rangeLapses.get(key) ?? []), endedAt])
      this.#beginRange(listing.prefix, endedAt)
    }
  }

  #put(sender: Sender, listing: OwnListing): void {
    sender.listing = listing
    this.#listed.add(sender)
    this.#onChange(sender)
    this.#nextEnd = Math.min(this.#nextEnd, listing.ends)
  }

  #putRange(listing: OwnListing): void {
    this.#ranges.set(formatPrefix(listing.prefix), { ...listing, carved: new Set() })
    this.#nextEnd = Math.min(this.#nextEnd, listing.ends)
  }

  #term(recurrence: number): number {
    const { termsMs } = this.#settings
    return termsMs[Math.min(recurrence, termsMs.length - 1)] ?? day
  }
}

const firstMemberMessages = 3
/** Evidence of before is next to nothing then. */
const rangeMs = 60 * day

/** Bad members that list a range: fewer each time, never less than half. */
function rangeMembersOf(recurrence: number, { rangeMembers }: Tuning): number {
  return Math.max(rangeMembers / 2, rangeMembers - recurrence)
}

/** The line of a range, lower with each listing as a sender's is. */
function rangeLineOf(recurrence: number, { rangeShare, lineFall }: Tuning): number {
  return Math.max(rangeShare / 2, rangeShare - lineFall * recurrence)
}

/** Whether a listing is about a range and not about one sender. */
export function isRangeListing({ prefix }: OwnListing): boolean {
  return prefix.length < unitLength[prefix.family]
}

/** From now on only what is received afterwards counts. */
export function beginEra(sender: Sender, at: number, { halfLife }: Tuning): void {
  sender.watermark = at
  sender.hasOld = false
  sender.evidence = new Testimony(halfLife)
  sender.drift.reset()
  sender.clean = 0
  sender.trial = undefined
  sender.reporters = new Set()
  sender.member = undefined
}

/** What an era leaves behind: neither a good name nor a bad one. */
export function pastOf({ prior }: Assessment): Prior {
  return { mean: Math.max(0.1, Math.min(0.5, prior.mean)), strength: prior.strength }
}
