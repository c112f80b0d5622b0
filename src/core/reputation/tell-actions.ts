import { minute } from '../../base/clock.ts'
import { breathe } from '../../base/steps.ts'
import type { Standing } from '../../access/standing.ts'
import { formatPrefix, parsePrefix, unitOf, type Prefix } from '../../standards/prefix.ts'
import { nameKinds, type NameKind } from '../../standards/reverse-name.ts'
import type { Context } from '../context.ts'
import { confirmStandings, putStandings, standingsAfter } from '../standings/actions.ts'
import { rangeOf } from './groups.ts'
import type { Reputation } from './reputation.ts'
import type { Attempt } from './senders.ts'

/** How often standings are said to hold; the edges go by them for a quarter of an hour. */
const confirmEveryMs = 30_000
/** How often those that change with time alone are worked out anew. */
const reviseEveryMs = 5 * minute
/** Keys worked out between two breaths. */
const sliceSize = 200
/** Rows read at once while remembering. */
const pageSize = 2000

/** Tells the edges what senders may do: of those who were heard of at once, of the others now and then. Says nothing twice. */
export class Teller {
  readonly #judge: Reputation
  /** Standings as the edges were told them. */
  readonly #told = new Map<string, string>()
  readonly #touched = new Map<string, Attempt>()
  #puts: { key: string; standing: Standing | null }[] = []
  #confirmedAt = 0
  #revisedAt = 0

  constructor(judge: Reputation) {
    this.#judge = judge
  }

  /** Somebody was heard of. */
  touch(attempt: Attempt): void {
    this.#touched.set(formatPrefix(unitOf(attempt.address)), attempt)
  }

  /** What the edges were told before holds until something else is true. */
  async recall(ctx: Context): Promise<void> {
    for (let seq = 0; ;) {
      const told = await standingsAfter(ctx, seq, pageSize)
      for (const [key, standing] of told.entries)
        if (standing !== null) this.#told.set(key, JSON.stringify(standing))
      if (told.entries.length < pageSize) return
      seq = told.seq
      await breathe()
    }
  }

  async tell(ctx: Context, now: number): Promise<void> {
    await this.#tellTouched(now)
    if (now - this.#revisedAt >= reviseEveryMs) {
      this.#revisedAt = now
      await this.#revise(now)
    }
    const puts = this.#puts
    this.#puts = []
    if (puts.length > 0) await putStandings(ctx, puts)
    if (puts.length === 0 && now - this.#confirmedAt < confirmEveryMs) return
    this.#confirmedAt = now
    await confirmStandings(ctx, now)
  }

  /** Those who were heard of, their organisations and their ranges. */
  async #tellTouched(now: number): Promise<void> {
    const ranges = new Map<string, Prefix>()
    let done = 0
    for (const attempt of this.#touched.values()) {
      const range = rangeOf(unitOf(attempt.address))
      ranges.set(formatPrefix(range), range)
      const known = this.#judge.examine(attempt.address, now)
      if (known) this.#put(known.sender.key, known.standing)
      const organisation = known?.sender.name.organisation
      if (organisation !== undefined) {
        const stranger = { ...attempt, at: now, address: strangerIn(range) }
        this.#put(`org ${organisation}`, this.#judge.standingOf(stranger))
      }
      if (++done % sliceSize === 0) await breathe()
    }
    this.#touched.clear()
    for (const [key, range] of ranges)
      this.#put(key, this.#judge.standingOf({ at: now, address: strangerIn(range) }))
  }

  async #revise(now: number): Promise<void> {
    for (const kind of nameKinds) this.#put(`kind ${kind}`, this.#judge.standingOf(nobody(kind, now)))
    let done = 0
    for (const key of this.#told.keys()) {
      const prefix = key.includes(' ') ? undefined : parsePrefix(key)
      if (prefix === undefined || prefix instanceof Error) continue
      const known = this.#judge.examine(prefix, now)
      if (known && known.sender.key === key) this.#put(key, known.standing)
      else if (key === formatPrefix(rangeOf(prefix)))
        this.#put(key, this.#judge.standingOf({ at: now, address: strangerIn(prefix) }))
      if (++done % sliceSize === 0) await breathe()
    }
  }

  #put(key: string, standing: Standing): void {
    const text = JSON.stringify(standing)
    if (this.#told.get(key) === text) return
    this.#told.set(key, text)
    this.#puts.push({ key, standing })
  }
}

/** An address of the range that hardly anybody sends from: its last. */
function strangerIn({ family, words: [first, second, third, fourth] }: Prefix): Attempt['address'] {
  if (family === 4) return { family, words: [(first | 255) >>> 0, second, third, fourth] }
  return { family, words: [first, (second | 255) >>> 0, third, fourth] }
}

/** Somebody new with a name of this kind, from nowhere. */
function nobody(kind: NameKind, at: number): Attempt {
  return { at, address: { family: 4, words: [0, 0, 0, 0] }, ptr: namesOf[kind] }
}

const namesOf: Readonly<Record<NameKind, string | null | undefined>> = {
  own: 'mail.nobody.invalid',
  generic: '0-0-0-0.pool.nobody.invalid',
  none: null,
  unknown: undefined,
}
