import { mostRows } from './entry-index.ts'
import { entryWords } from './entry-layout.ts'
import { mostVouches } from './vouch.ts'
import { mostWatches } from './watches.ts'

/** What a table is a snapshot of. */
export interface SnapshotHead {
  /** Names the history that `seq` counts in; a restored backup begins another. */
  readonly epoch: string
  /** Number of the last change that the table holds. */
  readonly seq: number
  /** When it was taken, milliseconds since 1970. */
  readonly at: number
}

/** How many of what follow the head. */
export interface SnapshotCounts {
  readonly entries: number
  readonly watches: number
  readonly vouches: number
}

/** These bytes are no snapshot: cut short, changed, of another version, or never one. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'
}

export const headBytes = 100
export const entryBytes = entryWords * Uint32Array.BYTES_PER_ELEMENT
export const watchBytes = 20
export const vouchBytes = 36
/** The number of vouches stands behind them, where there are any. */
export const vouchCountBytes = 4
/** SHA-256. */
export const digestBytes = 32

/** `PSTN`, read as a little-endian number. */
const magic = 0x4e545350
/** The second knows of vouches. A snapshot without any is of the first, as it always was. */
const versions = { plain: 1, vouches: 2 }
const epochAt = 36
const longestEpoch = headBytes - epochAt
/** The last millisecond that a JavaScript date can name. */
const lastMs = 8.64e15

/** Whether a text can name an epoch. */
export function isEpoch(text: string): boolean {
  return text.length <= longestEpoch && /^[0-9a-z-]+$/.test(text)
}

/** Whether a number can be a time in milliseconds since 1970. */
export function isTime(ms: number): boolean {
  return Number.isSafeInteger(ms) && ms >= 0 && ms <= lastMs
}

/** Bytes of a whole snapshot. */
export function snapshotLength({ entries, watches, vouches }: SnapshotCounts): number {
  const vouched = vouches === 0 ? 0 : vouches * vouchBytes + vouchCountBytes
  return headBytes + entries * entryBytes + watches * watchBytes + vouched + digestBytes
}

/** Throws RangeError for a head that no reader would take. */
export function writeHead(view: DataView, head: SnapshotHead, counts: SnapshotCounts): void {
  const { epoch, seq, at } = head
  if (!isEpoch(epoch) || !Number.isSafeInteger(seq) || seq < 0 || !isTime(at)) {
    throw new RangeError(`no snapshot can be of epoch ${epoch}, seq ${seq}, at ${at}`)
  }
  view.setUint32(0, magic, true)
  view.setUint32(4, counts.vouches === 0 ? versions.plain : versions.vouches, true)
  view.setBigUint64(8, BigInt(at), true)
  view.setBigUint64(16, BigInt(seq), true)
  view.setUint32(24, counts.entries, true)
  view.setUint32(28, counts.watches, true)
  view.setUint32(32, epoch.length, true)
  for (let index = 0; index < epoch.length; index++) view.setUint8(epochAt + index, epoch.charCodeAt(index))
}

/** Reads the head, and compares what it promises with the length there is before anybody sets memory aside. */
export function readHead(view: DataView): (SnapshotHead & SnapshotCounts) | SnapshotError {
  if (view.byteLength < headBytes + digestBytes) return new SnapshotError('too short')
  if (view.getUint32(0, true) !== magic) return new SnapshotError('not a snapshot')
  const version = view.getUint32(4, true)
  if (version !== versions.plain && version !== versions.vouches)
    return new SnapshotError(`version ${version} is not known`)
  const vouches = version === versions.plain ? 0 : vouchCount(view)
  const counts = { entries: view.getUint32(24, true), watches: view.getUint32(28, true), vouches }
  if (counts.entries > mostRows || counts.watches > mostWatches || vouches > mostVouches)
    return new SnapshotError('too many entries')
  if (version === versions.vouches && vouches === 0)
    return new SnapshotError('says that there are vouches, and has none')
  if (view.byteLength !== snapshotLength(counts))
    return new SnapshotError('length does not fit the number of entries')
  const epoch = readEpoch(view)
  const seq = Number(view.getBigUint64(16, true))
  const at = Number(view.getBigUint64(8, true))
  if (epoch === undefined || !Number.isSafeInteger(seq) || !isTime(at))
    return new SnapshotError('head makes no sense')
  return { epoch, seq, at, ...counts }
}

function vouchCount(view: DataView): number {
  const at = view.byteLength - digestBytes - vouchCountBytes
  return at < headBytes ? 0 : view.getUint32(at, true)
}

function readEpoch(view: DataView): string | undefined {
  const length = view.getUint32(32, true)
  let text = ''
  for (let index = 0; index < longestEpoch; index++) {
    const code = view.getUint8(epochAt + index)
    if (index < length) text += String.fromCharCode(code)
    else if (code !== 0) return undefined
  }
  return text.length === length && isEpoch(text) ? text : undefined
}
