import { hour, minute } from '../../base/clock.ts'
import type { Cause } from '../../access/reasons.ts'

/**
 * A sample of what the filter says of senders with a steady good history. No sender fills more than a little of it. When most of it turns
 * unwanted at once, it is the filter that has changed and not all of them.
 */
const places = 48
const leastFilled = 16
const mostPerSender = 4
const leastSenders = 5
/** So much of it is unwanted, and so much for one rule, when it has gone mad; so little of a rule when it has come to its senses. */
const onShare = 0.5
const ofSendersShare = 0.6
const ofRuleShare = 0.25
const offShare = 0.2
const leastToLetGo = 8
/** What is older says nothing about now. */
const oldestMs = 2 * hour
/** After so long without a word nobody knows, and that is no reason to go on. */
const longestQuietMs = 90 * minute

interface Place {
  readonly sender: string
  /** The rule that the verdict speaks for; undefined when the message was wanted. */
  readonly rule?: Cause | undefined
  readonly at: number
}

export interface SampleMemory {
  readonly places: readonly Place[]
  readonly heardAt: number
}

export class FilterSample {
  #places: Place[] = []
  #heardAt = 0

  /** As it is written down. */
  toJSON(): SampleMemory {
    return { places: this.#places, heardAt: this.#heardAt }
  }

  /** The same again. */
  read({ places: kept, heardAt }: SampleMemory): void {
    this.#places = [...kept]
    this.#heardAt = heardAt
  }

  /** What the filter said of a message of a steady good sender. */
  hear(sender: string, rule: Cause | undefined, at: number): void {
    this.#heardAt = at
    this.#places = this.#places.filter((place) => at - place.at <= oldestMs)
    const own = this.#places.filter((place) => place.sender === sender)
    const [oldest] = own
    if (own.length >= mostPerSender && oldest) this.#places.splice(this.#places.indexOf(oldest), 1)
    if (this.#places.length >= places) this.#places.shift()
    this.#places.push({ sender, rule, at })
  }

  /** Rules for which the filter speaks of nearly everybody. */
  mad(): readonly Cause[] {
    const bad = this.#places.filter(({ rule }) => rule !== undefined)
    if (this.#places.length < leastFilled || bad.length / this.#places.length < onShare) return []
    const senders = new Set(bad.map(({ sender }) => sender)).size
    // Several accounts that are stolen at once are a bad hour; a filter gone mad speaks of nearly everybody.
    const everybody = new Set(this.#places.map(({ sender }) => sender)).size
    if (senders < leastSenders || senders < everybody * ofSendersShare) return []
    const rules = [...new Set(bad.flatMap(({ rule }) => rule ?? []))]
    return rules.filter((rule) => this.share(rule) >= ofRuleShare)
  }

  /** What it said up to now is no sign of anything any more. */
  forget(now: number): void {
    this.#places = []
    this.#heardAt = now
  }

  /** Nothing is known yet, and that is no sign of sanity. */
  begin(now: number): void {
    this.#heardAt = now
  }

  isSane(rule: Cause, now: number): boolean {
    if (now - this.#heardAt > longestQuietMs) return true
    return this.#places.length >= leastToLetGo && this.share(rule) <= offShare
  }

  share(rule: Cause): number {
    return this.#places.filter((place) => place.rule === rule).length / Math.max(1, this.#places.length)
  }

  get size(): number {
    return this.#places.length
  }
}
