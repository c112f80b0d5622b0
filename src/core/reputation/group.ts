import { day, hour } from '../../base/clock.ts'
import { boundsOf, type Bounds } from './bounds.ts'
import { Evidence, type EvidenceKind } from './evidence.ts'
import { hitsOf, meanOf, type Hits, type Prior } from './grade.ts'
import type { Tuning } from './tuning.ts'
import { afterWait, noWaits, waitSteps, type Waits } from './waits.ts'

export interface Members {
  readonly judged: number
  readonly bad: number
  readonly share: Bounds
  /** Members that one source alone has told of, for each such source; none while there is only one source. */
  readonly byOne: readonly { readonly judged: number; readonly bad: number }[]
}

/**
 * What is known of many senders together: a range, an organisation, a kind of name. Each member adds only a little,
 * so that a group is what most of its members are and not what its loudest is.
 */
export class Group {
  readonly evidence: Evidence
  seenAt = 0
  /** The round in which it was put last among the others in memory (`Groups`). */
  round = 0
  /** Members that have been judged, and those that were found bad, with the day they were. */
  readonly #judged = new Map<string, number>()
  readonly #bad = new Map<string, number>()
  /** The source that tells of members, and who tells of those that it does not tell of alone. */
  #teller: string | undefined
  #otherTellers: Map<string, string | null> | undefined
  /** What those were that had to wait and came again. */
  #waits: Waits = noWaits
  #hits: { readonly when: number; readonly hits: Hits } | undefined

  constructor(halfLife: number, evidence = new Evidence(halfLife)) {
    this.evidence = evidence
  }

  /** As it is written down. */
  toJSON(): GroupMemory {
    return {
      e: this.evidence.toJSON(),
      s: this.seenAt,
      j: [...this.#judged],
      b: [...this.#bad],
      w: this.#waits,
      ...(this.#teller === undefined ? {} : { t: [this.#teller, [...(this.#otherTellers ?? [])]] as const }),
    }
  }

  /** The same again. */
  static read({ e, s, j, b, w, t }: GroupMemory, halfLife: number): Group {
    const group = new Group(halfLife, Evidence.read(e, halfLife))
    group.seenAt = s
    for (const [member, at] of j) group.#judged.set(member, at)
    for (const [member, at] of b) group.#bad.set(member, at)
    group.#waits = w
    if (t !== undefined) {
      group.#teller = t[0]
      if (t[1].length > 0) group.#otherTellers = new Map(t[1])
    }
    return group
  }

  add(kind: EvidenceKind, count: number, at: number): void {
    this.evidence.add(kind, count, at)
    this.#hits = undefined
    this.seenAt = Math.max(this.seenAt, at)
  }

  /** `teller`: the source that alone has told of it; undefined: several have. */
  noteMember(member: string, isBad: boolean, now: number, teller?: string): void {
    this.#teller ??= teller
    if (teller === this.#teller) this.#otherTellers?.delete(member)
    else if (this.#judged.has(member) || this.#judged.size < mostMembers)
      (this.#otherTellers ??= new Map()).set(member, teller ?? null)
    note(this.#judged, member, now)
    if (isBad) note(this.#bad, member, now)
    else this.#bad.delete(member)
  }

  forgive(member: string): void {
    this.#bad.delete(member)
  }

  /** Members that were judged of late, how many of them are bad, and within which bounds the share of bad ones lies. */
  members(now: number): Members {
    for (const map of [this.#judged, this.#bad]) forgetOld(map, now)
    const [judged, bad] = [this.#judged.size, this.#bad.size]
    return { judged, bad, share: boundsOf(1 + bad, 1 + judged - bad), byOne: this.#byOne() }
  }

  #byOne(): Members['byOne'] {
    const others = this.#otherTellers
    if (others === undefined) return []
    for (const member of others.keys()) if (!this.#judged.has(member)) others.delete(member)
    const tellerOf = (member: string): string | null | undefined =>
      others.has(member) ? others.get(member) : this.#teller
    const members = Map.groupBy(this.#judged.keys(), tellerOf)
    return [...members].flatMap(([teller, told]) =>
      typeof teller === 'string'
        ? [{ judged: told.length, bad: told.filter((member) => this.#bad.has(member)).length }]
        : [],
    )
  }

  /** What its members did until now counts for nothing any more. */
  forgetMembers(): void {
    this.#judged.clear()
    this.#bad.clear()
    this.#otherTellers = undefined
  }

  /** A member's first message came again after its wait, and was judged. */
  noteWaited(isBad: boolean, now: number): void {
    this.#waits = afterWait(this.#waits, isBad, now)
  }

  /** How many steps longer than the shortest its members wait. */
  waitSteps(now: number): number {
    return waitSteps(this.#waits, now)
  }

  hits(now: number, tuning: Tuning): Hits {
    const when = Math.floor(now / hour)
    // What is known of many is asked for several times with each message of each of them; it weighs the same for an hour.
    if (this.#hits?.when !== when) this.#hits = { when, hits: hitsOf(this.evidence.counts(now), tuning) }
    return this.#hits.hits
  }

  /** The expected share, without what one member has added itself. */
  mean(now: number, prior: Prior, tuning: Tuning, own: Hits): number {
    const { bad, good, judged } = this.hits(now, tuning)
    const others = { bad: Math.max(0, bad - own.bad), good: Math.max(0, good - own.good), judged }
    return meanOf(others, prior)
  }
}

export interface GroupMemory {
  readonly e: readonly number[]
  readonly s: number
  readonly j: readonly (readonly [member: string, at: number])[]
  readonly b: readonly (readonly [member: string, at: number])[]
  readonly w: Waits
  readonly t?: readonly [
    teller: string,
    others: readonly (readonly [member: string, teller: string | null])[],
  ]
}

const mostMembers = 512
const memberMs = 7 * day

function note(map: Map<string, number>, member: string, now: number): void {
  if (map.has(member) || map.size < mostMembers) map.set(member, now)
}

function forgetOld(map: Map<string, number>, now: number): void {
  for (const [member, at] of map) if (now - at > memberMs) map.delete(member)
}
