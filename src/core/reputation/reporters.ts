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

/** A reporter as it is written down. */
export interface ReporterMemory {
  readonly trust: number
  readonly day: number
  readonly senders: readonly string[]
}

export class Reporters {
  readonly #reporters = new Map<string, Reporter>()
  readonly #changed = new Set<string>()

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
    this.#changed.add(reporter)
    return weight
  }

  has(name: string): boolean {
    return this.#reporters.has(name)
  }

  /** A reporter as it was written down. */
  recall(name: string, { trust, day: last, senders }: ReporterMemory): void {
    this.#put(name, { trust, day: last, senders: new Set(senders) })
  }

  /** Those that have changed since the last call. */
  takeChanged(): readonly (readonly [name: string, memory: ReporterMemory])[] {
    const changed = [...this.#changed].flatMap((name) => {
      const known = this.#reporters.get(name)
      return known === undefined ? [] : [[name, { ...known, senders: [...known.senders] }] as const]
    })
    this.#changed.clear()
    return changed
  }

  #of(name: string, today: number): Reporter {
    const known = this.#reporters.get(name) ?? { trust: 1, day: today, senders: new Set() }
    if (!this.#reporters.has(name)) this.#put(name, known)
    if (known.day !== today) {
      known.day = today
      known.senders = new Set()
    }
    return known
  }

  #put(name: string, reporter: Reporter): void {
    const [oldest] = this.#reporters.keys()
    if (this.#reporters.size >= mostReporters && oldest !== undefined) {
      this.#reporters.delete(oldest)
      this.#changed.delete(oldest)
    }
    this.#reporters.set(name, reporter)
  }
}
