import { listingIdHalves, listingIdOf } from '../base/id.ts'
import type { Words } from '../standards/ip.ts'
import { unitLength, widestLength, type Prefix } from '../standards/prefix.ts'
import { column } from './entry-layout.ts'
import type { EntryRows } from './entry-rows.ts'
import { effects, type Effect, type ListingEntry } from './listing-entry.ts'
import { causeNames, causes, listingClasses, type Cause, type ListingClass } from './reasons.ts'

/** Last second an entry can end at, in 2106. */
const lastSecond = 0xffffffff
const largestHalf = 0x3fffffff

/** These numbers are in snapshot files: they are never reused. */
const classWires = {
  'self-service': 0,
  investigate: 1,
  'third-party': 2,
  policy: 3,
} as const satisfies Record<ListingClass, number>
const effectWires = {
  refuse: 0,
  pass: 1,
  observe: 2,
  defer: 3,
  delay: 4,
} as const satisfies Record<Effect, number>

const causeByWire = new Map<number, Cause>(causeNames.map((name) => [causes[name].wire, name]))
const effectByWire = new Map<number, Effect>(effects.map((name) => [effectWires[name], name]))
const classByWire = new Map<number, ListingClass>(listingClasses.map((name) => [classWires[name], name]))

/** What a table looks for besides the address bits: family and length in one byte. */
export function kindOf(family: 4 | 6, length: number): number {
  return family === 6 ? 0x80 | length : length
}

export function familyOfKind(kind: number): 4 | 6 {
  return (kind & 0x80) === 0 ? 4 : 6
}

export function lengthOfKind(kind: number): number {
  return kind & 0x7f
}

/** Bits of the first and of the second word that belong to a prefix of `length` bits, 0 to 64. */
export function highMask(length: number): number {
  return length >= 32 ? -1 : length === 0 ? 0 : -1 << (32 - length)
}

export function lowMask(length: number): number {
  return length <= 32 ? 0 : highMask(length - 32)
}

/** The six words of an entry. Throws RangeError for one that no table may hold. */
export function wordsOf(entry: ListingEntry): EntryWords {
  const { prefix } = entry
  const traits =
    kindOf(prefix.family, prefix.length) |
    (causes[entry.cause].wire << 8) |
    (classWires[entry.class] << 16) |
    (effectWires[entry.effect] << 24)
  const [idHigh, idLow] = /^[0-9a-hjkmnp-tv-z]{12}$/.test(entry.id) ? listingIdHalves(entry.id) : [NaN, NaN]
  const words = [prefix.words[0], prefix.words[1], traits, idHigh, idLow, entry.ends / 1000] as const
  const fault = isBeyondWords(prefix) ? 'prefix does not fit 64 bits' : faultOf(...words)
  if (fault !== undefined) throw new RangeError(`no table entry: ${fault}`)
  return words
}

export type EntryWords = readonly [
  high: number,
  low: number,
  traits: number,
  idHigh: number,
  idLow: number,
  ends: number,
]

/** What is wrong with six words as a table entry; undefined when nothing is. */
export function faultOf(
  high: number,
  low: number,
  traits: number,
  idHigh: number,
  idLow: number,
  ends: number,
): string | undefined {
  const family = familyOfKind(traits)
  const length = lengthOfKind(traits)
  if (length < widestLength[family] || length > unitLength[family]) return 'prefix too wide or too narrow'
  if ((high & ~highMask(length)) !== 0 || (low & ~lowMask(length)) !== 0) return 'host bits set'
  if (!causeByWire.has((traits >>> 8) & 255)) return 'unknown cause'
  if (!classByWire.has((traits >>> 16) & 255)) return 'unknown class'
  if (!effectByWire.has(traits >>> 24)) return 'unknown effect'
  if (!(idHigh <= largestHalf && idLow <= largestHalf)) return 'not a listing id'
  if (!(ends > 0 && ends <= lastSecond && Number.isInteger(ends))) return 'end not a whole second before 2106'
  return undefined
}

/** The entry in a row. */
export function entryAt(rows: EntryRows, row: number): ListingEntry {
  const traits = rows.word(row, column.traits)
  return {
    prefix: prefixOfWords(rows.word(row, column.high), rows.word(row, column.low), traits & 255),
    id: listingIdOf(rows.word(row, column.idHigh), rows.word(row, column.idLow)),
    cause: causeByWire.get((traits >>> 8) & 255) ?? 'manual',
    class: classByWire.get((traits >>> 16) & 255) ?? 'investigate',
    effect: effectByWire.get(traits >>> 24) ?? 'refuse',
    ends: rows.word(row, column.ends) * 1000,
  }
}

function prefixOfWords(high: number, low: number, kind: number): Prefix {
  const words: Words = [high, low, 0, 0]
  return { family: familyOfKind(kind), words, length: lengthOfKind(kind) }
}

function isBeyondWords(prefix: Prefix): boolean {
  return prefix.length > 64 || prefix.words[2] !== 0 || prefix.words[3] !== 0
}
