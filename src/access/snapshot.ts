import { createHash, timingSafeEqual, type Hash } from 'node:crypto'
import { unitLength, type Prefix } from '../standards/prefix.ts'
import { addressOrder, stepRows } from './entry-order.ts'
import { mostRows } from './entry-index.ts'
import type { EntryRows } from './entry-rows.ts'
import { column, entryWords, faultOf, highMask, lowMask } from './entry-words.ts'
import { ListingTable } from './table.ts'
import { compareUnits, mostWatches, type Watch } from './watches.ts'

/**
 * The table as bytes: what core sends to an edge that is new or far behind, and what an edge starts from.
 * The same content gives the same bytes, whatever road it came by.
 *
 *   0  `PSTN`, version (4 bytes each; all numbers little-endian)
 *   8  when it was taken, in ms since 1970; number of the last change in it (8 bytes each)
 *  24  number of entries, of watches, of characters of the epoch (4 bytes each)
 *  36  epoch in ASCII, filled up with zeros to 64 bytes
 * 100  entries in address order, 24 bytes each (`entry-words.ts`)
 *      watches in address order, 20 bytes each: family 4, first 64 bits 8, until in ms since 1970 8
 *      SHA-256 of all before it
 */
export interface Snapshot extends SnapshotHead {
  readonly table: ListingTable
}

export interface SnapshotHead {
  /** Names the history that `seq` counts in; a restored backup begins another. */
  readonly epoch: string
  /** Number of the last change that the table holds. */
  readonly seq: number
  /** When it was taken, milliseconds since 1970. */
  readonly at: number
}

/** These bytes are no snapshot: cut short, changed, of another version, or never one. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'
}

const magic = 0x4e545350
const version = 1
const headBytes = 100
const epochBytes = 64
const entryBytes = entryWords * 4
const watchBytes = 20
const digestBytes = 32
/** The last millisecond that a JavaScript date can name. */
const lastMs = 8.64e15

/** The whole table at once; about a quarter of a second for a million entries. Throws RangeError for a head that no reader would take. */
export function encodeSnapshot(table: ListingTable, head: SnapshotHead): Uint8Array {
  return finish(encodeSnapshotSteps(table, head))
}

/** The same in steps of a few milliseconds; what the table becomes between them is not in it. */
export function* encodeSnapshotSteps(table: ListingTable, head: SnapshotHead): Generator<void, Uint8Array> {
  const { rows, watches } = table.freeze()
  const watchesAt = headBytes + rows.count * entryBytes
  const digestAt = watchesAt + watches.length * watchBytes
  const bytes = new Uint8Array(digestAt + digestBytes)
  const view = new DataView(bytes.buffer)
  writeHead(view, head, rows.count, watches.length)
  const order = yield* addressOrder(rows)
  for (let nth = 0; nth < order.length; nth++) {
    writeEntry(view, headBytes + nth * entryBytes, rows, order[nth] ?? 0)
    if (nth % stepRows === 0) yield
  }
  for (const [nth, watch] of watches.entries()) writeWatch(view, watchesAt + nth * watchBytes, watch)
  bytes.set((yield* hashSteps(bytes.subarray(0, digestAt))).digest(), digestAt)
  return bytes
}

/** Reads a snapshot; nothing of what it says is believed before its digest is right. Gives, never throws, the error. */
export function decodeSnapshot(bytes: Uint8Array): Snapshot | SnapshotError {
  return finish(decodeSnapshotSteps(bytes))
}

/** The same in steps of a few milliseconds. The bytes must not change meanwhile. */
export function* decodeSnapshotSteps(bytes: Uint8Array): Generator<void, Snapshot | SnapshotError> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const head = readHead(view)
  if (head instanceof SnapshotError) return head
  const digestAt = bytes.length - digestBytes
  const digest = (yield* hashSteps(bytes.subarray(0, digestAt))).digest()
  if (!timingSafeEqual(digest, bytes.subarray(digestAt))) return new SnapshotError('checksum is wrong')
  const table = new ListingTable()
  const fault = (yield* readEntries(view, head.entries, table)) ?? readWatches(view, head, table)
  return fault === undefined ? { table, epoch: head.epoch, seq: head.seq, at: head.at } : new SnapshotError(fault)
}

/** Whether a text can name an epoch. */
export function isEpoch(text: string): boolean {
  return text.length <= epochBytes && /^[0-9a-z-]+$/.test(text)
}
