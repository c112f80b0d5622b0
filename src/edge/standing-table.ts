import { randomFillSync } from 'node:crypto'
import { minute, second } from '../base/clock.ts'
import type { Standing } from '../access/standing.ts'

/** What a row is about: family and length of its prefix. */
export const scopes = { '4/32': 0, '4/24': 1, '6/64': 2, '6/56': 3 } as const
export type Scope = (typeof scopes)[keyof typeof scopes]

/**
 * Standings of units and ranges in typed arrays: three 32-bit words a row, the first 64 bits of the prefix and the standing; not more
 * than 24 bytes a sender once there are many. Open addressing with linear probing, in many small parts by the hash, so that growing
 * never takes longer than a millisecond or two in which nobody is answered.
 */
export class StandingTable {
  readonly #seeds = randomFillSync(new Uint32Array(2))
  readonly #parts: readonly Part[] = Array.from({ length: partCount }, () => new Part(this.#seeds))

  get size(): number {
    return this.#parts.reduce((sum, part) => sum + part.size, 0)
  }

  /** Bytes of typed arrays. */
  get bytes(): number {
    return this.#parts.reduce((sum, part) => sum + part.words.byteLength, 0)
  }

  find(scope: Scope, high: number, low: number): Standing | undefined {
    const hash = hashOf(this.#seeds, scope, high, low)
    const word = this.#partOf(hash)?.find(hash, scope, high, low) ?? 0
    return word === 0 ? undefined : standingOf(word)
  }

  /** False when there is no room for one more: then nothing is known of the sender. */
  put(scope: Scope, high: number, low: number, standing: Standing): boolean {
    const hash = hashOf(this.#seeds, scope, high, low)
    return this.#partOf(hash)?.put(hash, scope, high, low, wordOf(standing)) ?? false
  }

  drop(scope: Scope, high: number, low: number): void {
    const hash = hashOf(this.#seeds, scope, high, low)
    this.#partOf(hash)?.drop(hash, scope, high, low)
  }

  #partOf(hash: number): Part | undefined {
    return this.#parts[hash & (partCount - 1)]
  }
}

const partCount = 256
const rowWords = 3
const leastPlaces = 8
/** Rows of one part; all parts together hold four million. */
const mostRows = 16_384
const fullest = 0.7
const growth = 1.25

/** One part: rows at the place that the upper 24 bits of their hash say, or as near behind it as there is room. */
class Part {
  readonly #seeds: Uint32Array
  words = new Int32Array(leastPlaces * rowWords)
  size = 0
  #places = leastPlaces

  constructor(seeds: Uint32Array) {
    this.#seeds = seeds
  }

  /** The word of a standing, or 0. */
  find(hash: number, scope: number, high: number, low: number): number {
    return this.words[this.#locate(hash, scope, high, low) + 2] ?? 0
  }

  put(hash: number, scope: number, high: number, low: number, word: number): boolean {
    const at = this.#locate(hash, scope, high, low)
    if (this.words[at + 2] !== 0) {
      this.words[at + 2] = word | scope
      return true
    }
    if (this.size >= mostRows) return false
    this.#write(at, high, low, word | scope)
    this.size++
    if (this.size > this.#places * fullest) this.#resize(Math.ceil(this.#places * growth))
    return true
  }

  /** Moves those behind that are past their own place back, so that nothing is left that would slow a look-up down. */
  drop(hash: number, scope: number, high: number, low: number): void {
    let hole = this.#locate(hash, scope, high, low)
    const { words } = this
    if (words[hole + 2] === 0) return
    this.size--
    for (let next = this.#after(hole); words[next + 2] !== 0; next = this.#after(next)) {
      const home = this.#homeOf(next)
      const isInPlace = hole < next ? home > hole && home <= next : home > hole || home <= next
      if (isInPlace) continue
      words.copyWithin(hole, next, next + rowWords)
      hole = next
    }
    words[hole + 2] = 0
    const isRoomy = this.#places > leastPlaces && this.size < this.#places * 0.2
    if (isRoomy) this.#resize(Math.max(leastPlaces, Math.ceil(this.size / 0.5)))
  }

  /** Where the row is, or where it would be put. */
  #locate(hash: number, scope: number, high: number, low: number): number {
    const { words } = this
    const first = high | 0
    const second = low | 0
    for (let at = this.#home(hash); ; at = this.#after(at)) {
      const word = words[at + 2] ?? 0
      if (word === 0) return at
      if (words[at] === first && words[at + 1] === second && (word & 3) === scope) return at
    }
  }

  #after(at: number): number {
    return at + rowWords === this.words.length ? 0 : at + rowWords
  }

  #home(hash: number): number {
    return Math.floor(((hash >>> 8) / 2 ** 24) * this.#places) * rowWords
  }

  #homeOf(at: number): number {
    const { words } = this
    return this.#home(hashOf(this.#seeds, (words[at + 2] ?? 0) & 3, words[at] ?? 0, words[at + 1] ?? 0))
  }

  #resize(places: number): void {
    const old = this.words
    this.words = new Int32Array(places * rowWords)
    this.#places = places
    for (let from = 0; from < old.length; from += rowWords) {
      const word = old[from + 2] ?? 0
      if (word === 0) continue
      const high = old[from] ?? 0
      const low = old[from + 1] ?? 0
      const scope = word & 3
      this.#write(this.#locate(hashOf(this.#seeds, scope, high, low), scope, high, low), high, low, word)
    }
  }

  #write(at: number, high: number, low: number, word: number): void {
    this.words[at] = high
    this.words[at + 1] = low
    this.words[at + 2] = word
  }
}

/** Keyed, so that nobody can choose addresses that meet; the steps are those of MurmurHash3. */
function hashOf(seeds: Uint32Array, scope: number, high: number, low: number): number {
  const first = mixed((seeds[0] ?? 0) ^ high)
  return mixed(mixed(first ^ low ^ (seeds[1] ?? 0)) + scope)
}

function mixed(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * A word, from the lowest bit: 2 bits of scope, 2 of kind (never 0), 1 of reason; 19 of messages an hour and 8 of seconds between
 * those beyond (0: none), or 10 of minutes to wait and 17 of spacing in units of ten seconds. What is larger is as large as there is room.
 */
const kinds = { free: 1, hourly: 2, grey: 3 } as const
const largest = { perHour: 2 ** 19 - 1, trickle: 255, wait: 2 ** 10 - 1, spacing: 2 ** 17 - 1 } as const
const units = { waitMs: minute, spacingMs: 10 * second } as const

function wordOf(standing: Standing): number {
  if (standing.kind === 'free') return kinds.free << 2
  const reason = standing.reason === 'suspicious' ? 16 : 0
  return (amountOf(standing) << 5) | reason | (kinds[standing.kind] << 2)
}

function amountOf(standing: Exclude<Standing, { kind: 'free' }>): number {
  if (standing.kind === 'hourly') {
    const trickle = Math.min(largest.trickle, Math.ceil((standing.trickleMs ?? 0) / second))
    return (trickle << 19) | Math.min(largest.perHour, Math.floor(standing.perHour))
  }
  const wait = Math.min(largest.wait, Math.round(standing.waitMs / units.waitMs))
  return (wait << 17) | Math.min(largest.spacing, Math.round(standing.spacingMs / units.spacingMs))
}

const free: Standing = { kind: 'free' }

function standingOf(word: number): Standing {
  const kind = (word >>> 2) & 3
  const amount = word >>> 5
  const reason = (word & 16) === 0 ? 'new-sender' : 'suspicious'
  if (kind === kinds.hourly) {
    const trickleMs = (amount >>> 19) * second
    return {
      kind: 'hourly',
      perHour: amount & largest.perHour,
      reason,
      ...(trickleMs > 0 ? { trickleMs } : {}),
    }
  }
  if (kind === kinds.free) return free
  return {
    kind: 'grey',
    waitMs: (amount >>> 17) * units.waitMs,
    spacingMs: (amount & largest.spacing) * units.spacingMs,
    reason,
  }
}
