import { z } from 'zod'
import {
  decisionRecordSchema,
  letThroughSchema,
  type DecisionRecord,
  type LetThrough,
} from './decision-record.ts'
import { FeedError } from './feed-error.ts'
import { boot, count, edgeName, epoch, readAs, time } from './feed-fields.ts'
import type { TableChange } from './listing-entry.ts'
import { spentEntries, type SpentEntry } from './spent-entry.ts'
import { standingsSchema, type StandingsFrame } from './standings-frame.ts'
import { changeSchema, changeToJson } from './table-change.ts'

export type { DecisionRecord, LetThrough } from './decision-record.ts'
export { FeedError } from './feed-error.ts'
export { recordText } from './feed-fields.ts'
export { changeFromJson, changeToJson } from './table-change.ts'

/**
 * Frames of the feed between core and an edge (contracts 5): 4 bytes of length, big-endian, of what follows;
 * one byte of type; a body, JSON in UTF-8 but for the snapshot, which is the bytes of `snapshot.ts`.
 * This reads and writes them; who may say what when, and that changes come without a gap, is the two ends' business.
 */
export type Frame =
  /** An edge comes: what it is and what it has. `epoch` is empty and `seq` 0 while it has nothing. */
  | {
      readonly type: 'hello'
      readonly name: string
      readonly version: string
      readonly epoch: string
      readonly seq: number
      readonly boot: string
      /** What it takes beyond the frames and entries of the first version. */
      readonly takes?: readonly string[] | undefined
    }
  /** Core answers: where the feed is, the key to sign case links with (hexadecimal) and its number. */
  | {
      readonly type: 'welcome'
      readonly epoch: string
      readonly seq: number
      readonly caseLinkKey: string
      readonly keyId: number
      readonly settings?: FeedSettings | undefined
    }
  | { readonly type: 'snapshot'; readonly bytes: Uint8Array }
  | { readonly type: 'change'; readonly seq: number; readonly change: TableChange }
  /** The edge has applied everything up to `seq`, at this time of its clock. */
  | { readonly type: 'ack'; readonly seq: number; readonly at: number }
  | {
      readonly type: 'records'
      readonly batch: number
      readonly records: readonly DecisionRecord[]
      readonly letThroughs: readonly LetThrough[]
    }
  /** Core has made the batch durable. */
  | { readonly type: 'stored'; readonly batch: number }
  /** Only for an edge that takes `standings`. */
  | StandingsFrame
  /** What the edge let through of senders that are held to a budget; only to a core that takes `spent`. */
  | { readonly type: 'spent'; readonly entries: readonly SpentEntry[] }
  /** Still there: the number the sender is at. */
  | { readonly type: 'ping'; readonly seq: number; readonly at: number }

/** What core tells its edges beyond the table; the two ends know what is in it. `takes`: frames beyond those of the first version. */
export type FeedSettings = Readonly<Record<string, unknown>>

type FrameType = Frame['type']
type End = 'core' | 'edge'

interface Rule {
  /** Number on the wire. */
  readonly wire: number
  /** Which end sends it. */
  readonly from: readonly End[]
  readonly longest: number
}

const kib = 1024
const mib = 1024 * kib
const rules = {
  hello: { wire: 1, from: ['edge'], longest: 4 * kib },
  welcome: { wire: 2, from: ['core'], longest: mib },
  snapshot: { wire: 3, from: ['core'], longest: 256 * mib },
  change: { wire: 4, from: ['core'], longest: 4 * kib },
  ack: { wire: 5, from: ['edge'], longest: 4 * kib },
  records: { wire: 6, from: ['edge'], longest: 8 * mib },
  stored: { wire: 7, from: ['core'], longest: 4 * kib },
  ping: { wire: 8, from: ['core', 'edge'], longest: 4 * kib },
  standings: { wire: 9, from: ['core'], longest: 4 * mib },
  spent: { wire: 10, from: ['edge'], longest: mib },
} as const satisfies Record<FrameType, Rule>

const typeByWire: ReadonlyMap<number, FrameType> = new Map(
  Object.entries(rules).map(([type, { wire }]) => [wire, type as FrameType]),
)

const jsonFrame: z.ZodType<Frame> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    name: edgeName,
    version: z.string().regex(/^[\x21-\x7e]{1,40}$/),
    epoch: epoch.or(z.literal('')),
    seq: count,
    boot,
    takes: z.array(z.string().max(40)).max(40).optional(),
  }),
  z.object({
    type: z.literal('welcome'),
    epoch,
    seq: count,
    caseLinkKey: z.string().regex(/^[0-9a-f]{64}$/),
    keyId: z.int().min(0).max(255),
    settings: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({ type: z.literal('change'), seq: count, change: changeSchema }),
  z.object({ type: z.literal('ack'), seq: count, at: time }),
  z.object({
    type: z.literal('records'),
    batch: count,
    records: z.array(decisionRecordSchema),
    letThroughs: z.array(letThroughSchema),
  }),
  z.object({ type: z.literal('stored'), batch: count }),
  z.object({ type: z.literal('ping'), seq: count, at: time }),
  z.object({ type: z.literal('spent'), entries: spentEntries }),
  standingsSchema,
])

const headBytes = 5

/** The frame as it goes over the wire. Throws RangeError when it is longer than a reader takes. */
export function encodeFrame(frame: Frame): Buffer {
  const body = bodyOf(frame)
  const { wire, longest } = rules[frame.type]
  if (body.length > longest) throw new RangeError(`${frame.type} frame of ${body.length} bytes`)
  const bytes = Buffer.allocUnsafe(headBytes + body.length)
  bytes.writeUInt32BE(1 + body.length)
  bytes.writeUInt8(wire, 4)
  bytes.set(body, headBytes)
  return bytes
}

function bodyOf(frame: Frame): Uint8Array {
  if (frame.type === 'snapshot') return frame.bytes
  const fields = frame.type === 'change' ? { ...frame, change: changeToJson(frame.change) } : frame
  return Buffer.from(JSON.stringify({ ...fields, type: undefined }))
}

/**
 * Takes the bytes of one connection as they come and gives the frames they hold.
 * Memory grows with what has come, not with what a length promises.
 */
export class FrameReader {
  readonly #from: End | undefined
  #bytes: Buffer = Buffer.alloc(0)
  #start = 0
  #end = 0
  #broken = false

  /** `from`: who is at the other end; frames that only the nearer end sends are refused. */
  constructor(from?: End) {
    this.#from = from
  }

  /**
   * The frames that are whole now. The chunk is kept and must not change.
   * Throws FeedError for what no peer sends, and from then on; frames before it in the same chunk are lost with the connection.
   */
  push(chunk: Uint8Array): Frame[] {
    if (this.#broken) throw new FeedError('more after a frame that could not be read')
    this.#append(chunk)
    this.#broken = true
    const frames: Frame[] = []
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame)
    this.#broken = false
    return frames
  }

  #next(): Frame | undefined {
    const there = this.#end - this.#start
    if (there < headBytes) return undefined
    const length = this.#bytes.readUInt32BE(this.#start)
    const type = this.#typeOf(length, this.#bytes.readUInt8(this.#start + 4))
    if (there < 4 + length) return undefined
    const body = this.#bytes.subarray(this.#start + headBytes, this.#start + 4 + length)
    this.#start += 4 + length
    return readBody(type, body)
  }

  #typeOf(length: number, wire: number): FrameType {
    const type = typeByWire.get(wire)
    if (type === undefined) throw new FeedError(`frame of unknown type ${wire}`)
    const { longest, from }: Rule = rules[type]
    if (this.#from !== undefined && !from.includes(this.#from))
      throw new FeedError(`${type} frame from ${this.#from}`)
    if (length < 1 || length - 1 > longest) throw new FeedError(`${type} frame of ${length} bytes`)
    return type
  }

  /** Bytes that were given out are never written again. */
  #append(chunk: Uint8Array): void {
    if (this.#start === this.#end) {
      this.#bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      this.#start = 0
      this.#end = chunk.byteLength
      return
    }
    if (this.#bytes.length - this.#end < chunk.byteLength) this.#grow(chunk.byteLength)
    this.#bytes.set(chunk, this.#end)
    this.#end += chunk.byteLength
  }

  #grow(more: number): void {
    const there = this.#end - this.#start
    const larger = Buffer.allocUnsafe(Math.max(there * 2, there + more))
    this.#bytes.copy(larger, 0, this.#start, this.#end)
    this.#bytes = larger
    this.#start = 0
    this.#end = there
  }
}

function readBody(type: FrameType, body: Uint8Array): Frame {
  if (type === 'snapshot') return { type, bytes: body }
  return readAs(jsonFrame, { ...readObject(body, type), type }, `${type} frame`)
}

function readObject(body: Uint8Array, type: FrameType): object {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
    if (typeof json === 'object' && json !== null) return json
  } catch {
    throw new FeedError(`${type} frame: not JSON`)
  }
  throw new FeedError(`${type} frame: not an object`)
}
