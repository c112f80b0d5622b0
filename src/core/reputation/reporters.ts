import { day } from '../../base/clock.ts'

/** What is remembered of those who complain: no single one carries a listing. */
const mostReporters = 200_000

interface Reporter {
  /** Between nothing and one. */
  trust: number
  day: number
  /** Senders complained of today. */
  senders: Set<string>
}

export class Reporters {
  readonly #reporters = new Map<string, Reporter>()

  /**
   * Weight of a complaint: the reporter's trust, once a day and sender, nothing after that.
   * `isContradicted`: everything else speaks well of the message; each such complaint costs trust, a confirmed one earns some back.
   */
  weigh(reporter: string, sender: string, isContradicted: boolean, at: number): number {
    const known = this.#of(reporter, Math.floor(at / day))
    if (known.senders.has(sender)) return 0
    known.senders.add(sender)
    const weight = known.trust
    known.trust = isContradicted ? known.trust * 0.7 : Math.min(1, known.trust + 0.1)
    return weight
  }

  #of(name: string, today: number): Reporter {
    let known = this.#reporters.get(name)
    if (known === undefined) {
      const [oldest] = this.#reporters.keys()
      if (this.#reporters.size >= mostReporters && oldest !== undefined) this.#reporters.delete(oldest)
      known = { trust: 1, day: today, senders: new Set() }
      this.#reporters.set(name, known)
    }
    if (known.day !== today) {
      known.day = today
      known.senders = new Set()
    }
    return known
  }
}
