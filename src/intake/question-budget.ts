import type { Clock } from '../base/clock.ts'

/** A DNS question; rejects with an error whose `code` is that of `node:dns`. */
export type DnsLookup = (name: string, type: string) => Promise<readonly unknown[]>

export interface QuestionLimits {
  /** DNS questions a message may cost (security CHK-3). */
  readonly questions: number
  /** From the first question on; later ones are answered with a timeout. */
  readonly questionsMs: number
}

/** What the process that reads a message is told, besides the number of its question. */
export type QuestionAnswer =
  | { readonly say: 'records'; readonly records: readonly unknown[] }
  | { readonly say: 'no-records'; readonly code: string }

const late: QuestionAnswer = { say: 'no-records', code: 'ETIMEOUT' }

/** The DNS questions of one message. Whoever writes the message decides what is asked, so there is an end to it. */
export class QuestionBudget {
  readonly #limits: QuestionLimits
  readonly #lookup: DnsLookup
  readonly #clock: Clock
  #asked = 0
  #until: number | undefined

  constructor(limits: QuestionLimits, lookup: DnsLookup, clock: Clock) {
    this.#limits = limits
    this.#lookup = lookup
    this.#clock = clock
  }

  async ask(name: string, type: string): Promise<QuestionAnswer> {
    const now = this.#clock.elapsed()
    this.#until ??= now + this.#limits.questionsMs
    this.#asked += 1
    if (this.#asked > this.#limits.questions || now >= this.#until) return late
    let timer: NodeJS.Timeout | undefined
    const waited = new Promise<QuestionAnswer>((resolve) => {
      timer = setTimeout(resolve, (this.#until ?? now) - now, late)
    })
    try {
      return await Promise.race([this.#answer(name, type), waited])
    } finally {
      clearTimeout(timer)
    }
  }

  async #answer(name: string, type: string): Promise<QuestionAnswer> {
    try {
      return { say: 'records', records: await this.#lookup(name, type) }
    } catch (error) {
      return {
        say: 'no-records',
        code: error instanceof Error && 'code' in error ? String(error.code) : 'ESERVFAIL',
      }
    }
  }
}
