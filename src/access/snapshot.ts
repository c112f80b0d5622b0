import { createHash, timingSafeEqual, type Hash } from 'node:crypto'
import { prefixOf, unitLength } from '../standards/prefix.ts'
import { addressOrder, stepRows } from './entry-order.ts'
import type { EntryRows } from './entry-rows.ts'
import { faultOf } from './entry-words.ts'
import {
  digestBytes,
  entryBytes,
  headBytes,
  isTime,
  readHead,
  snapshotLength,
  SnapshotError,
  vouchBytes,
  watchBytes,
  writeHead,
  type SnapshotCounts,
  type SnapshotHead,
} from './snapshot-head.ts'
import { ListingTable } from './table.ts'
import { vouchNetwork, type VouchEntry } from './vouch.ts'
import { compareUnits, type Watch } from './watches.ts'

export { SnapshotError, type SnapshotHead } from './snapshot-head.ts'

/**
 * The table as bytes: what core sends to an edge that is new or far behind, and what an edge starts from.
 * The same content gives the same bytes, whatever road it came by. All numbers are little-endian.
 *
 *   0  `PSTN`, version: 4 bytes each
 *   8  when it was taken, in ms since 1970, and the number of the last change in it: 8 bytes each
 *  24  number of entries, of watches, of characters of the epoch: 4 bytes each
 *  36  epoch in ASCII, filled up with zeros: 64 bytes
 * 100  entries in address order (`entry-words.ts`): 24 bytes each;
 *      watches in address order (family 4 bytes, first 64 bits 8, until in ms since 1970 8): 20 bytes each;
 *      in version 2, where there are any: vouches by their hash (hash 16 bytes, family 4, first 64 bits 8, until in ms since 1970 8;
 *      family 0 for one by signature): 36 bytes each, and their number: 4 bytes;
 *      SHA-256 of all before it: 32 bytes
 */
export interface Snapshot extends SnapshotHead {
  readonly table: ListingTable
}

/** Of a vouch. */
const hashBytes = 16

/** The whole table at once. Throws RangeError for a head that no reader would take. */
export function encodeSnapshot(table: ListingTable, head: SnapshotHead): Uint8Array {
  return finish(encodeSnapshotSteps(table, head))
}

/** The same in steps of a few milliseconds; what becomes of the table between them is not in it. */
export function* encodeSnapshotSteps(table: ListingTable, head: SnapshotHead): Generator<void, Uint8Array> {
  const { rows, watches, vouches } = table.freeze()
  const counts = { entries: rows.count, watches: watches.length, vouches: vouches.length }
  const order = yield* addressOrder(rows)
  const bytes = new Uint8Array(snapshotLength(counts))
  const view = new DataView(bytes.buffer)
  writeHead(view, head, counts)
  for (let from = 0; from < order.length; from += stepRows) {
    yield
    writeEntries(view, rows, order, from)
  }
  const watchesAt = headBytes + counts.entries * entryBytes
  for (const [nth, watch] of watches.entries()) writeWatch(view, watchesAt + nth * watchBytes, watch)
  if (vouches.length > 0) writeVouches(view, vouchesAt(counts), vouches)
  const hash = yield* hashSteps(bytes.subarray(0, -digestBytes))
  bytes.set(hash.digest(), bytes.length - digestBytes)
  return bytes
}

/** Reads a snapshot. Gives the error and never throws one; believes nothing before the checksum is right, and then checks it all the same. */
export function decodeSnapshot(bytes: Uint8Array): Snapshot | SnapshotError {
  return finish(decodeSnapshotSteps(bytes))
}

/** The same in steps of a few milliseconds. The bytes must not change meanwhile. */
export function* decodeSnapshotSteps(bytes: Uint8Array): Generator<void, Snapshot | SnapshotError> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const head = readHead(view)
  if (head instanceof SnapshotError) return head
  const hash = yield* hashSteps(bytes.subarray(0, -digestBytes))
  if (!timingSafeEqual(hash.digest(), bytes.subarray(-digestBytes)))
    return new SnapshotError('checksum is wrong')
  const table = new ListingTable()
  const fault =
    (yield* readEntries(view, head.entries, table)) ??
    readWatches(view, head, table) ??
    readVouches(view, head, table)
  if (fault !== undefined) return new SnapshotError(fault)
  return { table, epoch: head.epoch, seq: head.seq, at: head.at }
}

function writeEntries(view: DataView, rows: EntryRows, order: Uint32Array, from: number): void {
  const to = Math.min(from + stepRows, order.length)
  for (let nth = from; nth < to; nth++) rows.copyTo(view, headBytes + nth * entryBytes, order[nth] ?? 0)
}

function* readEntries(
  view: DataView,
  count: number,
  table: ListingTable,
): Generator<void, string | undefined> {
  table.reserve(count)
  for (let nth = 0; nth < count; nth++) {
    if (nth % stepRows === 0) yield
    const at = headBytes + nth * entryBytes
    const high = view.getUint32(at, true)
    const low = view.getUint32(at + 4, true)
    const traits = view.getUint32(at + 8, true)
    const idHigh = view.getUint32(at + 12, true)
    const idLow = view.getUint32(at + 16, true)
    const ends = view.getUint32(at + 20, true)
    const fault = faultOf(high, low, traits, idHigh, idLow, ends)
    if (fault !== undefined) return `entry ${nth}: ${fault}`
    if (nth > 0 && !isAfterEntryBefore(view, at, high, low, traits)) return `entry ${nth}: not in order`
    table.putWords(high, low, traits, idHigh, idLow, ends)
  }
  return undefined
}

/** In strict order nothing can be there twice. */
function isAfterEntryBefore(view: DataView, at: number, high: number, low: number, traits: number): boolean {
  const before = at - entryBytes
  const traitsBefore = view.getUint32(before + 8, true)
  const difference =
    (traits & 0x80) - (traitsBefore & 0x80) ||
    high - view.getUint32(before, true) ||
    low - view.getUint32(before + 4, true) ||
    (traits & 0x7f) - (traitsBefore & 0x7f)
  return difference > 0
}

function writeWatch(view: DataView, at: number, { unit, until }: Watch): void {
  view.setUint32(at, unit.family, true)
  view.setUint32(at + 4, unit.words[0], true)
  view.setUint32(at + 8, unit.words[1], true)
  view.setBigUint64(at + 12, BigInt(until), true)
}

function readWatches(view: DataView, counts: SnapshotCounts, table: ListingTable): string | undefined {
  let before: Watch | undefined
  for (let nth = 0; nth < counts.watches; nth++) {
    const watch = readWatch(view, headBytes + counts.entries * entryBytes + nth * watchBytes)
    if (watch === undefined) return `watch ${nth}: makes no sense`
    if (before && compareUnits(before.unit, watch.unit) >= 0) return `watch ${nth}: not in order`
    table.apply({ kind: 'watch', ...watch })
    before = watch
  }
  return undefined
}

function readWatch(view: DataView, at: number): Watch | undefined {
  const family = view.getUint32(at, true)
  const high = view.getUint32(at + 4, true)
  const low = view.getUint32(at + 8, true)
  const until = Number(view.getBigUint64(at + 12, true))
  if ((family !== 4 && family !== 6) || (family === 4 && low !== 0) || !isTime(until)) return undefined
  return { unit: prefixOf({ family, words: [high, low, 0, 0] }, unitLength[family]), until }
}

function vouchesAt({ entries, watches }: SnapshotCounts): number {
  return headBytes + entries * entryBytes + watches * watchBytes
}

function writeVouches(view: DataView, start: number, vouches: readonly VouchEntry[]): void {
  let at = start
  for (const { hash, network, until } of vouches) {
    new Uint8Array(view.buffer, view.byteOffset + at, hashBytes).set(Buffer.from(hash, 'base64url'))
    view.setUint32(at + 16, network?.family ?? 0, true)
    view.setUint32(at + 20, network?.words[0] ?? 0, true)
    view.setUint32(at + 24, network?.words[1] ?? 0, true)
    view.setBigUint64(at + 28, BigInt(until), true)
    at += vouchBytes
  }
  view.setUint32(at, vouches.length, true)
}

function readVouches(view: DataView, counts: SnapshotCounts, table: ListingTable): string | undefined {
  let before = ''
  for (let nth = 0; nth < counts.vouches; nth++) {
    const vouch = readVouch(view, vouchesAt(counts) + nth * vouchBytes)
    if (vouch === undefined) return `vouch ${nth}: makes no sense`
    if (vouch.hash <= before) return `vouch ${nth}: not in order`
    table.vouches.put(vouch)
    before = vouch.hash
  }
  return undefined
}

function readVouch(view: DataView, at: number): VouchEntry | undefined {
  const hash = Buffer.from(view.buffer, view.byteOffset + at, hashBytes).toString('base64url')
  const family = view.getUint32(at + 16, true)
  const high = view.getUint32(at + 20, true)
  const low = view.getUint32(at + 24, true)
  const until = Number(view.getBigUint64(at + 28, true))
  if (!isTime(until)) return undefined
  if (family === 0) return high === 0 && low === 0 ? { hash, network: null, until } : undefined
  if (family !== 4 && family !== 6) return undefined
  const network = vouchNetwork({ family, words: [high, low, 0, 0] })
  const isWhole = network.family === family && network.words[0] === high && network.words[1] === low
  return isWhole ? { hash, network, until } : undefined
}

function* hashSteps(bytes: Uint8Array): Generator<void, Hash> {
  const hash = createHash('sha256')
  const stepBytes = stepRows * entryBytes
  for (let at = 0; at < bytes.length; at += stepBytes) {
    yield
    hash.update(bytes.subarray(at, at + stepBytes))
  }
  return hash
}

function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
