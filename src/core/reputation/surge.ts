import { hour } from '../../base/clock.ts'

/** How much an hour counts for what is usual: about two days' worth is remembered. */
const weightOfHour = 0.02
/** So many times what is usual is a jump. */
const jump = 4

/**
 * Counts who did something within the last hour, each once, beside how many did so in an hour before: a jump beyond its own history. Time
 * never goes back.
 */
export interface SurgeMemory {
  readonly recent: readonly (readonly [key: string, at: number])[]
  readonly ofHour: readonly string[]
  readonly hour: number
  readonly usual: number
}

export class Surge {
  readonly #least: number
  /** When each was heard of last, oldest first. */
  readonly #recent = new Map<string, number>()
  #ofHour = new Set<string>()
  #hour = 0
  #usual = 0

  /** `least`: fewer are no jump, however quiet it was before. */
  constructor(least: number) {
    this.#least = least
  }

  /** As it is written down. */
  toJSON(): SurgeMemory {
    return { recent: [...this.#recent], ofHour: [...this.#ofHour], hour: this.#hour, usual: this.#usual }
  }

  /** The same again. */
  read({ recent, ofHour, hour: when, usual }: SurgeMemory): void {
    for (const [key, at] of recent) this.#recent.set(key, at)
    this.#ofHour = new Set(ofHour)
    this.#hour = when
    this.#usual = usual
  }

  /** Gives whether there are that many now. */
  hear(key: string, at: number): boolean {
    this.#turn(at)
    this.#recent.delete(key)
    this.#recent.set(key, at)
    this.#ofHour.add(key)
    return this.isHigh(at)
  }

  isHigh(now: number): boolean {
    return this.count(now) >= Math.max(this.#least, jump * this.#usual)
  }

  /** Within the last hour. */
  count(now: number): number {
    for (const [key, at] of this.#recent) {
      if (now - at < hour) break
      this.#recent.delete(key)
    }
    return this.#recent.size
  }

  /** In an hour, as a rule. */
  get usual(): number {
    return this.#usual
  }

  /** What was heard lately belongs to an incident: it is not what is usual. */
  forget(): void {
    this.#ofHour = new Set()
    this.#recent.clear()
  }

  #turn(at: number): void {
    const current = Math.floor(at / hour)
    if (current <= this.#hour) return
    const quiet = this.#hour === 0 ? 0 : current - this.#hour - 1
    this.#usual =
      (this.#usual * (1 - weightOfHour) + this.#ofHour.size * weightOfHour) * (1 - weightOfHour) ** quiet
    this.#ofHour = new Set()
    this.#hour = current
  }
}
