import { hour } from '../../base/clock.ts'
import type { Counts, EvidenceKind } from './evidence.ts'
import type { Group } from './group.ts'
import type { Witness } from './witness.ts'
import type { Sender } from './sender.ts'

/** What was counted of one sender in one hour from one source. */
export interface CountedHour {
  readonly unit: string
  readonly hour: number
  readonly source: string
  readonly era: number
  readonly counts: Readonly<Record<EvidenceKind, number>>
}

/** Era of what old logs say: it builds standing and never lists. */
export const oldEra = 1

/** Evidence and senders that were judged and are not written down yet. */
export class Pending {
  readonly #hours = new Map<
    string,
    { row: Omit<CountedHour, 'counts'>; counts: Record<EvidenceKind, number> }
  >()
  readonly #senders = new Map<string, Sender>()
  readonly #groups = new Map<string, Group>()

  count(sender: Sender, kind: EvidenceKind, count: number, at: number, { source, isOld }: Witness): void {
    const era = isOld ? oldEra : sender.watermark
    const row = { unit: sender.key, hour: Math.floor(at / hour), source, era }
    const key = `${row.unit} ${row.hour} ${era} ${source}`
    let known = this.#hours.get(key)
    if (known === undefined) {
      known = { row, counts: { ...empty } }
      this.#hours.set(key, known)
    }
    known.counts[kind] += count
    this.noteSender(sender)
  }

  /** It may have changed. */
  noteSender(sender: Sender): void {
    this.#senders.set(sender.key, sender)
  }

  /** It may have changed. */
  noteGroup(key: string, group: Group): void {
    this.#groups.set(key, group)
  }

  hours(): readonly CountedHour[] {
    return [...this.#hours.values()].map(({ row, counts }) => ({ ...row, counts }))
  }

  senders(): readonly Sender[] {
    return [...this.#senders.values()]
  }

  groups(): readonly (readonly [key: string, group: Group])[] {
    return [...this.#groups]
  }

  get isEmpty(): boolean {
    return this.#hours.size + this.#senders.size + this.#groups.size === 0
  }

  clear(): void {
    this.#hours.clear()
    this.#groups.clear()
    this.#senders.clear()
  }
}

const empty: Counts = {
  ham: 0,
  bulk: 0,
  spam: 0,
  phish: 0,
  malware: 0,
  unjudged: 0,
  recipients: 0,
  unknown: 0,
  traps: 0,
  complaints: 0,
  notJunk: 0,
}
