import { day } from '../base/clock.ts'

/** Domains that are counted at once. What is forgotten is at most one in so many messages of the day, and never counts against anybody. */
const mostDomains = 16_384

/** What is kept over a restart. */
export interface KeptVolumes {
  /** UTC day, whole days since 1970. */
  readonly day: number
  readonly counts: readonly (readonly [domain: string, messages: number])[]
  /** High-volume domains, each with the time until which it is one. */
  readonly high: readonly (readonly [domain: string, until: number])[]
}

/**
 * Messages per domain and UTC day in bounded memory (Misra and Gries 1982): when there is no room for another domain, all counts go down
 * by one. A count is never too high, and too low by one in 16 384 of the day's messages at most, so the heavy ones are always there.
 */
export class Volumes {
  readonly #messages: number
  readonly #staysMs: number
  #day = 0
  #counts = new Map<string, number>()
  readonly #high = new Map<string, number>()

  /** `messages` a day make a domain high-volume, for that day and `staysMs` more. */
  constructor(messages: number, staysMs: number, kept?: KeptVolumes) {
    this.#messages = messages
    this.#staysMs = staysMs
    if (kept === undefined) return
    this.#day = kept.day
    this.#counts = new Map(kept.counts.slice(0, mostDomains))
    this.#high = new Map(kept.high.slice(0, mostDomains))
  }

  /** Counts a message of a domain at `now` (milliseconds since 1970). */
  add(domain: string, now: number): void {
    const today = Math.floor(now / day)
    if (today !== this.#day) this.#turn(today, now)
    const count = (this.#counts.get(domain) ?? 0) + 1
    if (count === 1 && this.#counts.size >= mostDomains && !this.#makeRoom()) return
    this.#counts.set(domain, count)
    if (count <= this.#messages) return
    if (this.#high.size < mostDomains || this.#high.has(domain))
      this.#high.set(domain, (today + 1) * day + this.#staysMs)
  }

  isHigh(domain: string, now: number): boolean {
    return (this.#high.get(domain) ?? 0) > now
  }

  /** High-volume domains. */
  get size(): number {
    return this.#high.size
  }

  /** Today's counts that may come to something, and the high-volume domains. */
  keep(): KeptVolumes {
    const least = this.#messages / 100
    return {
      day: this.#day,
      counts: [...this.#counts].filter(([, count]) => count >= least),
      high: [...this.#high],
    }
  }

  #turn(today: number, now: number): void {
    this.#day = today
    this.#counts = new Map()
    for (const [domain, until] of this.#high) if (until <= now) this.#high.delete(domain)
  }

  #makeRoom(): boolean {
    for (const [domain, count] of this.#counts) {
      if (count === 1) this.#counts.delete(domain)
      else this.#counts.set(domain, count - 1)
    }
    return this.#counts.size < mostDomains
  }
}
