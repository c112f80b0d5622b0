import { hour } from '../../base/clock.ts'
import type { Hits } from './grade.ts'

/** What one sender has added to its groups, with their decay: its own evidence must not come back to it as what is known of others. */
export class Share {
  #bad = 0
  #good = 0
  #hour = 0

  add(bad: number, good: number, at: number, halfLife: number): void {
    const when = Math.max(this.#hour, Math.floor(at / hour))
    const weight = 2 ** (-(when - this.#hour) / halfLife)
    this.#bad = this.#bad * weight + bad
    this.#good = this.#good * weight + good
    this.#hour = when
  }

  /** As it is written down. */
  toJSON(): readonly number[] {
    return [this.#hour, this.#bad, this.#good]
  }

  /** The same again. */
  read([hour = 0, bad = 0, good = 0]: readonly number[]): void {
    this.#hour = hour
    this.#bad = bad
    this.#good = good
  }

  hits(now: number, halfLife: number): Hits {
    const weight = 2 ** (-Math.max(0, Math.floor(now / hour) - this.#hour) / halfLife)
    return { bad: this.#bad * weight, good: this.#good * weight, judged: 0 }
  }
}
