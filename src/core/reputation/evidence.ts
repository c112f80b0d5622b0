import { hour } from '../../base/clock.ts'

/**
 * What is counted of a subject, hour by hour, with decay. Adding is commutative: evidence that comes late or in another order gives the
 * same sums, so several writers can add at once and a restart changes nothing.
 */
export const evidenceKinds = [
  'ham',
  'bulk',
  'spam',
  'phish',
  'malware',
  /** Messages that no filter has judged. A verdict that comes later takes its message out again, under the name of whoever tells it. */
  'unjudged',
  'recipients',
  'unknown',
  /** Messages that reached a trap. */
  'traps',
  /** Complaints, each by the weight of its reporter. */
  'complaints',
  'notJunk',
] as const
export type EvidenceKind = (typeof evidenceKinds)[number]

const verdictKinds: ReadonlySet<EvidenceKind> = new Set(['ham', 'bulk', 'spam', 'phish', 'malware'])

/** Whether it is a message that somebody judged. */
export function isVerdict(kind: EvidenceKind): boolean {
  return verdictKinds.has(kind)
}

export type Counts = Readonly<Record<EvidenceKind, number>>

export const nothing = Object.fromEntries(evidenceKinds.map((kind) => [kind, 0])) as Counts

const indexOf = Object.fromEntries(evidenceKinds.map((kind, index) => [kind, index])) as Readonly<
  Record<EvidenceKind, number>
>

/** Decayed sums of one subject. */
export class Evidence {
  /** Of plain numbers: most senders have a few small ones. */
  readonly #sums = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  /** In hours. */
  readonly halfLife: number
  #hour = 0

  constructor(halfLife: number) {
    this.halfLife = halfLife
  }

  /** As it is written down: the hour and the sums, without the zeros at their end. */
  toJSON(): readonly number[] {
    const last = this.#sums.findLastIndex((sum) => sum !== 0)
    return [this.#hour, ...this.#sums.slice(0, last + 1)]
  }

  /** The same again. */
  static read(memory: readonly number[], halfLife: number): Evidence {
    const evidence = new Evidence(halfLife)
    evidence.readSums(memory)
    return evidence
  }

  readSums([hour = 0, ...sums]: readonly number[]): void {
    this.#hour = hour
    for (const [index, sum] of sums.entries()) this.#sums[index] = sum
  }

  /** The end of the hour that something was counted in last, milliseconds since 1970. */
  get lastAt(): number {
    return (this.#hour + 1) * hour
  }

  /** Counts something that happened at `at` (milliseconds since 1970). */
  add(kind: EvidenceKind, count: number, at: number): void {
    const when = Math.floor(at / hour)
    if (when > this.#hour) this.#moveTo(when)
    const index = indexOf[kind]
    this.#sums[index] = (this.#sums[index] ?? 0) + count * this.#decay(this.#hour - when)
  }

  /** The sums as they weigh at `now`. */
  counts(now: number): Counts {
    const weight = this.#decay(Math.max(0, Math.floor(now / hour) - this.#hour))
    const of = (index: number): number => (this.#sums[index] ?? 0) * weight
    return {
      ham: of(0),
      bulk: of(1),
      spam: of(2),
      phish: of(3),
      malware: of(4),
      unjudged: Math.max(0, of(5)),
      recipients: of(6),
      unknown: of(7),
      traps: of(8),
      complaints: of(9),
      notJunk: of(10),
    }
  }

  #moveTo(when: number): void {
    const weight = this.#decay(when - this.#hour)
    for (let index = 0; index < evidenceKinds.length; index++) {
      this.#sums[index] = (this.#sums[index] ?? 0) * weight
    }
    this.#hour = when
  }

  #decay(hours: number): number {
    return hours === 0 ? 1 : 2 ** (-hours / this.halfLife)
  }
}
