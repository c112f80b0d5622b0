import type { EntryRows } from './entry-rows.ts'
import { column } from './entry-layout.ts'
import { familyOfKind, lengthOfKind } from './entry-words.ts'

/** How many rows a step handles: few milliseconds, so that a server answers in between. */
export const stepRows = 32_768

/**
 * Keys of a family lie one behind the other, so that sorting does not jump about in the rows:
 * the row number with the length in its upper 8 bits, the second word (IPv6 only), the first word.
 */
interface Keys {
  readonly stride: number
  readonly count: number
  readonly words: Uint32Array
}

/** Some bits of one word of a key. */
interface Digit {
  readonly word: number
  readonly shift: number
  readonly mask: number
}

const rowBits = 24
const lengthDigit: Digit = { word: 0, shift: rowBits, mask: 0x7f }
const wordDigits = (word: number): Digit[] => [0, 11, 22].map((shift) => ({ word, shift, mask: 0x7ff }))

/** Least significant first. */
const digitsOf = {
  4: [lengthDigit, ...wordDigits(1)],
  6: [lengthDigit, ...wordDigits(1), ...wordDigits(2)],
} as const

/** The row numbers in address order: family, first 64 bits, then the wider prefix before the narrower. A radix sort in steps. */
export function* addressOrder(rows: EntryRows): Generator<void, Uint32Array> {
  const order = new Uint32Array(rows.count)
  let placed = 0
  for (const family of [4, 6] as const) {
    const keys = yield* sortKeys(yield* keysOf(rows, family), digitsOf[family])
    yield
    takeRows(keys, order.subarray(placed))
    placed += keys.count
  }
  return order
}

function takeRows({ stride, count, words }: Keys, order: Uint32Array): void {
  for (let nth = 0; nth < count; nth++) order[nth] = (words[nth * stride] ?? 0) & (2 ** rowBits - 1)
}

function* keysOf(rows: EntryRows, family: 4 | 6): Generator<void, Keys> {
  const stride = family === 4 ? 2 : 3
  const count = yield* countFamily(rows, family)
  yield
  const words = new Uint32Array(count * stride)
  let filled = 0
  for (let from = 0; from < rows.count; from += stepRows) {
    yield
    filled = fillKeys(rows, family, words, filled, from)
  }
  return { stride, count, words }
}

function* countFamily(rows: EntryRows, family: 4 | 6): Generator<void, number> {
  let count = 0
  for (let from = 0; from < rows.count; from += stepRows) {
    yield
    count += familyWithin(rows, family, from)
  }
  return count
}

function familyWithin(rows: EntryRows, family: 4 | 6, from: number): number {
  const to = Math.min(from + stepRows, rows.count)
  let count = 0
  for (let row = from; row < to; row++) {
    if (familyOfKind(rows.word(row, column.traits)) === family) count++
  }
  return count
}

function fillKeys(rows: EntryRows, family: 4 | 6, words: Uint32Array, filled: number, from: number): number {
  const to = Math.min(from + stepRows, rows.count)
  let at = filled
  for (let row = from; row < to; row++) {
    const traits = rows.word(row, column.traits)
    if (familyOfKind(traits) !== family) continue
    words[at++] = (lengthOfKind(traits) << rowBits) | row
    if (family === 6) words[at++] = rows.word(row, column.low)
    words[at++] = rows.word(row, column.high)
  }
  return at
}

function* sortKeys(keys: Keys, digits: readonly Digit[]): Generator<void, Keys> {
  const { stride, count } = keys
  let words: Uint32Array = keys.words
  let sorted: Uint32Array = new Uint32Array(words.length)
  for (const digit of digits) {
    const places = new Uint32Array(digit.mask + 1)
    for (let from = 0; from < count; from += stepRows) {
      yield
      countDigits(words.subarray(from * stride, (from + stepRows) * stride), stride, digit, places)
    }
    if (places.includes(count)) continue
    toPlaces(places)
    for (let from = 0; from < count; from += stepRows) {
      yield
      distribute(words.subarray(from * stride, (from + stepRows) * stride), stride, digit, places, sorted)
    }
    ;[words, sorted] = [sorted, words]
  }
  return { stride, count, words }
}

function countDigits(words: Uint32Array, stride: number, digit: Digit, counts: Uint32Array): void {
  const { shift, mask } = digit
  for (let at = digit.word; at < words.length; at += stride) {
    const value = ((words[at] ?? 0) >>> shift) & mask
    counts[value] = (counts[value] ?? 0) + 1
  }
}

/** Turns the count of each value into the place of its first key. */
function toPlaces(counts: Uint32Array): void {
  let place = 0
  for (let value = 0; value < counts.length; value++) {
    const count = counts[value] ?? 0
    counts[value] = place
    place += count
  }
}

function distribute(
  words: Uint32Array,
  stride: number,
  digit: Digit,
  places: Uint32Array,
  sorted: Uint32Array,
): void {
  const { word, shift, mask } = digit
  for (let at = 0; at < words.length; at += stride) {
    const value = ((words[at + word] ?? 0) >>> shift) & mask
    const place = places[value] ?? 0
    places[value] = place + 1
    for (let each = 0; each < stride; each++) sorted[place * stride + each] = words[at + each] ?? 0
  }
}
