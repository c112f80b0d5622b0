import { randomFillSync } from 'node:crypto'
import { EntryRows } from './entry-rows.ts'
import { column } from './entry-layout.ts'

/** A slot has 24 bits for the row, and 0 means empty. */
export const mostRows = 0xfffffe
const leastSlots = 1024

/**
 * Rows that are found by their prefix: open addressing with linear probing, a slot being 8 bits of the hash and 24 of row number.
 * Removal shifts later slots back, so nothing is left behind that would slow a look-up down.
 * The hash is tabulation hashing with random tables, for which linear probing is constant on average whatever the keys
 * (Pătraşcu and Thorup 2011): who chooses the addresses that get listed cannot make look-ups slow.
 */
export class EntryIndex {
  readonly rows = new EntryRows()
  readonly #random = randomWords(9 * 256)
  #slots = new Uint32Array(leastSlots)

  /** The row of a prefix, or -1. Bits of the words beyond its length must be zero. */
  find(high: number, low: number, kind: number): number {
    const at = this.#locate(high, low, kind)
    return at < 0 ? -1 : this.#rowIn(at)
  }

  /** Writes the prefix's row, a new one if need be, and gives whether it is new. Row numbers hold until the next `remove`. */
  put(high: number, low: number, traits: number, idHigh: number, idLow: number, ends: number): boolean {
    const found = this.find(high, low, traits & 255)
    if (found >= 0) {
      this.rows.write(found, high, low, traits, idHigh, idLow, ends)
      return false
    }
    const { count } = this.rows
    if (count >= mostRows) throw new RangeError(`a table holds at most ${mostRows} listings`)
    this.reserve(count + 1)
    this.#place(this.rows.append(high, low, traits, idHigh, idLow, ends))
    return true
  }

  /** Takes a prefix out and gives whether it was there. The last row moves to its place. */
  remove(high: number, low: number, kind: number): boolean {
    const at = this.#locate(high, low, kind)
    if (at < 0) return false
    const row = this.#rowIn(at)
    const last = this.rows.count - 1
    this.#close(at)
    if (row !== last) this.#renumber(last, row)
    this.rows.remove(row)
    if (this.#slots.length > leastSlots && last * 8 < this.#slots.length) this.#resize(this.#slots.length / 2)
    return true
  }

  /** Makes room for `count` rows: at most three quarters of the slots are taken. */
  reserve(count: number): void {
    let { length } = this.#slots
    while (count * 4 > length * 3) length *= 2
    if (length !== this.#slots.length) this.#resize(length)
  }

  /** Bytes of typed arrays. */
  get bytes(): number {
    return this.#slots.byteLength + this.#random.byteLength + this.rows.bytes
  }

  /** The slot of a prefix, or -1. */
  #locate(high: number, low: number, kind: number): number {
    const slots = this.#slots
    const rows = this.rows
    const mask = slots.length - 1
    const hash = this.#hash(high, low, kind)
    const tag = hash >>> 24
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at] ?? 0
      if (slot === 0) return -1
      if (slot >>> 24 !== tag) continue
      const row = (slot & 0xffffff) - 1
      if (((rows.word(row, column.high) ^ high) | (rows.word(row, column.low) ^ low)) !== 0) continue
      if ((rows.word(row, column.traits) & 255) === kind) return at
    }
  }

  #rowIn(at: number): number {
    return ((this.#slots[at] ?? 0) & 0xffffff) - 1
  }

  #place(row: number): void {
    const slots = this.#slots
    const mask = slots.length - 1
    const hash = this.#hashOfRow(row)
    let at = hash & mask
    while (slots[at] !== 0) at = (at + 1) & mask
    slots[at] = (hash & 0xff000000) | (row + 1)
  }

  /** Empties a slot and moves back those behind it that are past their own place. */
  #close(at: number): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let hole = at
    for (let next = (at + 1) & mask; slots[next] !== 0; next = (next + 1) & mask) {
      const home = this.#hashOfRow(this.#rowIn(next)) & mask
      if (((next - home) & mask) < ((next - hole) & mask)) continue
      slots[hole] = slots[next] ?? 0
      hole = next
    }
    slots[hole] = 0
  }

  /** Row `from` will be row `to`. */
  #renumber(from: number, to: number): void {
    const mask = this.#slots.length - 1
    const hash = this.#hashOfRow(from)
    let at = hash & mask
    while (this.#rowIn(at) !== from) at = (at + 1) & mask
    this.#slots[at] = (hash & 0xff000000) | (to + 1)
  }

  #resize(length: number): void {
    this.#slots = new Uint32Array(length)
    for (let row = 0; row < this.rows.count; row++) this.#place(row)
  }

  #hashOfRow(row: number): number {
    const { rows } = this
    return this.#hash(
      rows.word(row, column.high),
      rows.word(row, column.low),
      rows.word(row, column.traits) & 255,
    )
  }

  #hash(high: number, low: number, kind: number): number {
    const random = this.#random
    const first =
      (random[high >>> 24] ?? 0) ^
      (random[0x100 | ((high >>> 16) & 255)] ?? 0) ^
      (random[0x200 | ((high >>> 8) & 255)] ?? 0) ^
      (random[0x300 | (high & 255)] ?? 0) ^
      (random[0x400 | kind] ?? 0)
    if (low === 0) return first
    return (
      first ^
      (random[0x500 | (low >>> 24)] ?? 0) ^
      (random[0x600 | ((low >>> 16) & 255)] ?? 0) ^
      (random[0x700 | ((low >>> 8) & 255)] ?? 0) ^
      (random[0x800 | (low & 255)] ?? 0)
    )
  }
}

function randomWords(count: number): Uint32Array {
  return randomFillSync(new Uint32Array(count))
}
