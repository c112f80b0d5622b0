/**
 * Compound files ([MS-CFB]): a file system in a file, in which Outlook keeps a message. Sectors of one size are linked to chains by a
 * table (FAT); small streams lie in a stream of their own, cut into smaller sectors (mini FAT). Everything in it may be a lie: each
 * chain is followed for no more steps than the file has sectors, and what points outside ends it.
 */

const signature = Buffer.from('d0cf11e0a1b11ae1', 'hex')
const endOfChain = 0xfffffffe
const entryBytes = 128
const noEntry = 0xffffffff
/** Entries of the root that are looked at: a message has some dozens of properties. */
const mostEntries = 2000

export function isCompoundFile(bytes: Buffer): boolean {
  return bytes.subarray(0, 8).equals(signature)
}

/** The streams that lie directly in the root, by name, none longer than `most` bytes. Undefined: it cannot be read. */
export function rootStreams(
  bytes: Buffer,
  wanted: (name: string) => boolean,
  most: number,
): ReadonlyMap<string, Buffer> | undefined {
  if (!isCompoundFile(bytes) || bytes.length < 1536) return undefined
  const shift = bytes.readUInt16LE(30)
  if ((shift !== 9 && shift !== 12) || bytes.readUInt16LE(32) !== 6) return undefined
  const file: Layer = { bytes, shift, from: 1, next: readFat(bytes, shift) }
  const directory = readChain(file, bytes.readUInt32LE(48), bytes.length)
  const entries = Math.floor(directory.length / entryBytes)
  if (entries === 0) return undefined
  const root = readEntry(directory, 0)
  const small: Layer = {
    bytes: readChain(file, root.start, Math.min(root.size, bytes.length)),
    shift: 6,
    from: 0,
    next: numbersIn(readChain(file, bytes.readUInt32LE(60), bytes.length)),
  }
  const cutoff = bytes.readUInt32LE(56)
  const streams = new Map<string, Buffer>()
  for (const entry of childrenOf(directory, root.child)) {
    if (entry.type !== 2 || entry.size > most || !wanted(entry.name)) continue
    streams.set(entry.name, readChain(entry.size < cutoff ? small : file, entry.start, entry.size))
  }
  return streams
}

/** Sectors of one size in some bytes. */
interface Layer {
  readonly bytes: Buffer
  readonly shift: number
  /** Sector that the numbering leaves out: the header is one. */
  readonly from: number
  readonly next: readonly number[]
}

function readChain({ bytes, shift, from, next }: Layer, start: number, most: number): Buffer {
  const parts: Buffer[] = []
  let length = 0
  for (let sector = start, steps = 0; sector < endOfChain && steps <= next.length && length < most; steps++) {
    const at = (sector + from) * 2 ** shift
    if (at >= bytes.length) break
    const part = bytes.subarray(at, at + 2 ** shift)
    parts.push(part)
    length += part.length
    sector = next[sector] ?? endOfChain
  }
  return Buffer.concat(parts).subarray(0, most)
}

/** The FAT: its first 109 sectors stand in the header, the others in a chain (DIFAT) whose sectors end with the next one's number. */
function readFat(bytes: Buffer, shift: number): number[] {
  const sectorBytes = 2 ** shift
  const places = numbersIn(bytes.subarray(76, 512))
  let difat = bytes.readUInt32LE(68)
  for (let steps = 0; difat < endOfChain && steps < bytes.length / sectorBytes; steps++) {
    const at = (difat + 1) * sectorBytes
    if (at + sectorBytes > bytes.length) break
    const numbers = numbersIn(bytes.subarray(at, at + sectorBytes))
    difat = numbers.pop() ?? endOfChain
    places.push(...numbers)
  }
  const most = Math.ceil(bytes.length / sectorBytes)
  const fat: number[] = []
  for (const place of places) {
    const at = (place + 1) * sectorBytes
    if (place >= endOfChain || at >= bytes.length) continue
    for (const number of numbersIn(bytes.subarray(at, at + sectorBytes)))
      if (fat.length < most) fat.push(number)
  }
  return fat
}

function numbersIn(bytes: Buffer): number[] {
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readUInt32LE(index * 4))
}

interface Entry {
  readonly name: string
  /** 1: storage, 2: stream, 5: root. */
  readonly type: number
  readonly left: number
  readonly right: number
  readonly child: number
  readonly start: number
  readonly size: number
}

function readEntry(directory: Buffer, index: number): Entry {
  const at = index * entryBytes
  const nameBytes = Math.min(64, directory.readUInt16LE(at + 64))
  return {
    name: directory.toString('utf16le', at, at + Math.max(0, nameBytes - 2)),
    type: directory.readUInt8(at + 66),
    left: directory.readUInt32LE(at + 68),
    right: directory.readUInt32LE(at + 72),
    child: directory.readUInt32LE(at + 76),
    start: directory.readUInt32LE(at + 116),
    // The upper half is only said by files with large sectors, and none of ours is that long.
    size: directory.readUInt32LE(at + 120),
  }
}

/** The siblings form a tree; one that has circles is followed once around. */
function* childrenOf(directory: Buffer, first: number): Generator<Entry> {
  const seen = new Set<number>()
  const waiting = [first]
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    const isKnown = index === noEntry || seen.has(index) || (index + 1) * entryBytes > directory.length
    if (isKnown || seen.size >= mostEntries) continue
    seen.add(index)
    const entry = readEntry(directory, index)
    yield entry
    waiting.push(entry.left, entry.right)
  }
}
