import type { EntryRows } from './entry-rows.ts'
import { column } from './entry-words.ts'

/** How many rows a step handles: some milliseconds, so that a server answers in between. */
export const stepRows = 32_768

/** Sixteen bits at a time, least significant first: length, second word, first word, family. */
const digits: readonly ((rows: EntryRows, row: number) => number)[] = [
  (rows, row) => rows.word(row, column.traits) & 0x7f,
  (rows, row) => rows.word(row, column.low) & 0xffff,
  (rows, row) => rows.word(row, column.low) >>> 16,
  (rows, row) => rows.word(row, column.high) & 0xffff,
  (rows, row) => rows.word(row, column.high) >>> 16,
  (rows, row) => (rows.word(row, column.traits) & 0x80) >>> 7,
]

/**
 * The row numbers in address order: family, first 64 bits, then the wider prefix before the narrower.
 * A radix sort in steps; a digit that all rows share costs one look.
 */
export function* addressOrder(rows: EntryRows): Generator<void, Uint32Array> {
  let order = Uint32Array.from({ length: rows.count }, (_, row) => row)
  let spare = new Uint32Array(rows.count)
  for (const digit of digits) {
    const starts = yield* countDigits(rows, digit)
    if (starts === undefined) continue
    for (let nth = 0; nth < order.length; nth++) {
      const row = order[nth] ?? 0
      const value = digit(rows, row)
      const place = starts[value] ?? 0
      starts[value] = place + 1
      spare[place] = row
      if (nth % stepRows === 0) yield
    }
    ;[order, spare] = [spare, order]
  }
  return order
}

/** Where the rows of each digit begin; undefined when there is but one digit. */
function* countDigits(
  rows: EntryRows,
  digit: (rows: EntryRows, row: number) => number,
): Generator<void, Uint32Array | undefined> {
  const starts = new Uint32Array(0x10000)
  for (let row = 0; row < rows.count; row++) {
    const value = digit(rows, row)
    starts[value] = (starts[value] ?? 0) + 1
    if (row % stepRows === 0) yield
  }
  let sum = 0
  for (let value = 0; value < starts.length; value++) {
    const count = starts[value] ?? 0
    if (count === rows.count) return undefined
    starts[value] = sum
    sum += count
  }
  return starts
}
