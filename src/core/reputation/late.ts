import { hour, minute } from '../../base/clock.ts'
import type { EvidenceKind } from './evidence.ts'

/** How long what a filter said against a sender may be taken back. */
export const takenBackMs = 2 * hour
const slotMs = 10 * minute

/** What of a sender's evidence was counted for its groups: for all, and for its kind of name. */
export interface Given {
  readonly given: number
  readonly givenFirst: number
}

/** What one source said against a sender within ten minutes. */
export interface LateHits {
  readonly kind: EvidenceKind
  readonly source: string
  /** The beginning of the ten minutes. */
  readonly at: number
  count: number
  /** How much of it was added to what is known of the sender's groups, and to what of its kind of name. */
  given: number
  givenFirst: number
}

/** What a filter said against a sender lately: it may turn out that it was the filter that had gone mad. */
export class Late {
  #hits: LateHits[]

  constructor(hits: readonly LateHits[] = []) {
    this.#hits = [...hits]
  }

  /** As it is written down. */
  toJSON(): readonly LateHits[] {
    return this.#hits
  }

  add({ kind, source, at }: Pick<LateHits, 'kind' | 'source' | 'at'>, { given, givenFirst }: Given): void {
    const slot = Math.floor(at / slotMs) * slotMs
    let known = this.#hits.find((each) => each.at === slot && each.kind === kind && each.source === source)
    if (known === undefined) {
      this.#hits = this.#hits.filter((each) => at - each.at < takenBackMs + slotMs)
      known = { kind, source, at: slot, count: 0, given: 0, givenFirst: 0 }
      this.#hits.push(known)
    }
    known.count++
    known.given += given
    known.givenFirst += givenFirst
  }

  /** Takes out what was said of one kind since a time. */
  take(kind: EvidenceKind, since: number): readonly LateHits[] {
    const taken = this.#hits.filter((each) => each.kind === kind && each.at >= since)
    this.#hits = this.#hits.filter((each) => !taken.includes(each))
    return taken
  }
}
