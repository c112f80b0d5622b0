import { judgedAs, type Address } from '../standards/ip.ts'
import type { Prefix } from '../standards/prefix.ts'
import { EntryIndex } from './entry-index.ts'
import type { EntryRows } from './entry-rows.ts'
import { column } from './entry-layout.ts'
import { entryAt, familyOfKind, highMask, kindOf, lengthOfKind, lowMask, wordsOf } from './entry-words.ts'
import { decidingEntry, type ListingEntry, type TableChange } from './listing-entry.ts'
import { Vouches, type VouchEntry } from './vouch.ts'
import { Watches, type Watch } from './watches.ts'

/**
 * The blocked senders list in memory: longest prefix match over both families in typed arrays, about 32 bytes an entry.
 * One look-up in a hash for each prefix length that is present, narrowest first; an entry that has ended does not act,
 * and the wider one behind it does. Entries come and go at any time at the same small cost.
 */
export class ListingTable {
  readonly #index = new EntryIndex()
  readonly #lengths = { 4: new Lengths(), 6: new Lengths() }
  readonly #watches = new Watches()
  /** What recipients vouch for. */
  readonly vouches = new Vouches()

  /** Entries, ended ones that are still here included. */
  get size(): number {
    return this.#index.rows.count
  }

  /** Adds the entry, or replaces the one of the same prefix. Throws RangeError for one that no table may hold. */
  put(entry: ListingEntry): void {
    this.putWords(...wordsOf(entry))
  }

  /** `put` for words that `faultOf` finds no fault with. */
  putWords(high: number, low: number, traits: number, idHigh: number, idLow: number, ends: number): void {
    if (!this.#index.put(high, low, traits, idHigh, idLow, ends)) return
    this.#lengths[familyOfKind(traits)].add(lengthOfKind(traits))
  }

  /** Takes the entry of exactly this prefix out, and gives whether there was one. */
  drop(prefix: Prefix): boolean {
    const { family, words, length } = prefix
    if (!this.#index.remove(words[0], words[1], kindOf(family, length))) return false
    this.#lengths[family].remove(length)
    return true
  }

  /**
   * The row of the most specific entry that covers an address and has not ended at `nowSeconds`, or -1; allocates nothing.
   * `high` and `low` are the address's first two words. The row is good for `entryAt` until the table changes.
   */
  findRow(family: 4 | 6, high: number, low: number, nowSeconds: number): number {
    const { present } = this.#lengths[family]
    for (let nth = 0; nth < present.length; nth++) {
      const row = this.#rowAt(family, high, low, present[nth] ?? 0, nowSeconds)
      if (row >= 0) return row
    }
    return -1
  }

  /** The entry in a row that `findRow` gave. */
  entryAt(row: number): ListingEntry {
    return entryAt(this.#index.rows, row)
  }

  /** The entry that decides about the address now: the most specific that covers it, but see `decidingEntry`. */
  find(address: Address, nowMs: number): ListingEntry | undefined {
    const { family, words } = judgedAs(address)
    const row = this.findRow(family, words[0], words[1], Math.floor(nowMs / 1000))
    if (row < 0) return undefined
    const entry = this.entryAt(row)
    if (entry.effect === 'refuse' || entry.effect === 'pass') return entry
    return decidingEntry(this.findAll(address, nowMs))
  }

  /** Every entry that covers the address and has not ended, narrowest first. */
  findAll(address: Address, nowMs: number): ListingEntry[] {
    const { family, words } = judgedAs(address)
    const nowSeconds = Math.floor(nowMs / 1000)
    return [...this.#lengths[family].present]
      .map((length) => this.#rowAt(family, words[0], words[1], length, nowSeconds))
      .filter((row) => row >= 0)
      .map((row) => this.entryAt(row))
  }

  /** The entry of exactly this prefix, ended or not. */
  get(prefix: Prefix): ListingEntry | undefined {
    const { family, words, length } = prefix
    const row = this.#index.find(words[0], words[1], kindOf(family, length))
    return row < 0 ? undefined : this.entryAt(row)
  }

  /** All entries, in no order. The table must not change meanwhile. */
  *entries(): Generator<ListingEntry> {
    for (let row = 0; row < this.size; row++) yield this.entryAt(row)
  }

  /** One step of the feed; the same step again changes nothing. */
  apply(change: TableChange): void {
    switch (change.kind) {
      case 'put':
        return this.put(change.entry)
      case 'drop':
        return void this.drop(change.prefix)
      case 'watch':
        return this.#watches.add({ unit: change.unit, until: change.until })
      case 'unwatch':
        return this.#watches.remove(change.unit)
      case 'vouch':
        return this.vouches.put(change.vouch)
      case 'unvouch':
        return this.vouches.remove(change.hash)
    }
  }

  /** Whether the next message from this unit (/32 or /64) is to be reported. */
  watched(unit: Prefix, nowMs: number): boolean {
    return this.#watches.has(unit, nowMs)
  }

  /** In address order. */
  watches(): readonly Watch[] {
    return this.#watches.list()
  }

  /** Takes out watches and vouches, and up to `limit` entries that have ended, and gives how many entries. One pass over all rows. */
  dropExpired(nowMs: number, limit = Infinity): number {
    this.#watches.dropExpired(nowMs)
    this.vouches.dropExpired(nowMs)
    const { rows } = this.#index
    const nowSeconds = Math.floor(nowMs / 1000)
    let dropped = 0
    // Backwards: the row that moves into a gap is one that was looked at already.
    for (let row = rows.count - 1; row >= 0 && dropped < limit; row--) {
      if (rows.word(row, column.ends) > nowSeconds) continue
      this.drop(this.entryAt(row).prefix)
      dropped++
    }
    return dropped
  }

  /** Makes room for this many entries at once. */
  reserve(count: number): void {
    this.#index.reserve(count)
  }

  /** The content as it is now, for a reader that takes its time while the table changes. */
  freeze(): {
    readonly rows: EntryRows
    readonly watches: readonly Watch[]
    readonly vouches: readonly VouchEntry[]
  } {
    return { rows: this.#index.rows.freeze(), watches: this.watches(), vouches: this.vouches.list() }
  }

  /** Bytes of typed arrays. */
  bytes(): number {
    return this.#index.bytes
  }

  #rowAt(family: 4 | 6, high: number, low: number, length: number, nowSeconds: number): number {
    const row = this.#index.find(high & highMask(length), low & lowMask(length), kindOf(family, length))
    return row >= 0 && this.#index.rows.word(row, column.ends) > nowSeconds ? row : -1
  }
}

/** Which prefix lengths of a family there are entries of. */
class Lengths {
  readonly #counts = new Uint32Array(65)
  /** Narrowest first. */
  present: readonly number[] = []

  add(length: number): void {
    const count = (this.#counts[length] ?? 0) + 1
    this.#counts[length] = count
    if (count === 1) this.present = [...this.present, length].toSorted((a, b) => b - a)
  }

  remove(length: number): void {
    const count = (this.#counts[length] ?? 0) - 1
    this.#counts[length] = count
    if (count === 0) this.present = this.present.filter((other) => other !== length)
  }
}
