import { mkdir, open, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../base/log.ts'
import { AppendFile } from './append-file.ts'

/**
 * What waits for core, on disk: records and let-through notices in the frames that will carry them.
 * Numbered segment files in a directory; the newest is written, the oldest is read. A segment is deleted when all in it is stored,
 * so what a restart finds may have been stored already: whoever takes it must not mind hearing it twice.
 * Past the cap the oldest segment goes, and is counted: news of today is worth more than news of last week.
 */
export interface SpoolOptions {
  readonly dir: string
  readonly log: Log
  /** Bytes on disk. */
  readonly mostBytes?: number
  readonly segmentBytes?: number
}

/** What is next to be sent. */
export interface Parcel {
  /** One whole frame. */
  readonly bytes: Buffer
  readonly segment: number
}

interface Segment {
  readonly number: number
  /** Bytes that are in the file. */
  size: number
}

const mostBytes = 256 * 1024 * 1024
const segmentBytes = 4 * 1024 * 1024
/** A frame is its length in four bytes, its type in one, and its body; the length counts type and body. */
const lengthBytes = 4

export class Spool {
  readonly #options: Required<SpoolOptions>
  #segments: Segment[]
  #writing: AppendFile | undefined
  /** Where the reader is in the oldest segment. */
  #readAt = 0
  #lost = 0
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(options: Required<SpoolOptions>, segments: Segment[]) {
    this.#options = options
    this.#segments = segments
  }

  static async open(options: SpoolOptions): Promise<Spool> {
    await mkdir(options.dir, { recursive: true, mode: 0o700 })
    const numbers = (await readdir(options.dir)).flatMap((name) => numberOf(name)).toSorted((a, b) => a - b)
    const segments: Segment[] = []
    for (const number of numbers) {
      segments.push({ number, size: (await stat(join(options.dir, nameOf(number)))).size })
    }
    return new Spool({ mostBytes, segmentBytes, ...options }, segments)
  }

  /** Bytes on disk, some of them perhaps stored already. */
  get bytes(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0)
  }

  /** Bytes that were thrown away unsent: the cap was reached, or the disk did not take them, or gave them back spoilt. */
  get lostBytes(): number {
    return this.#lost
  }

  /** Adds one frame; resolves when it can be read (never rejects: what the disk does not take is counted as lost). */
  async append(frame: Buffer): Promise<void> {
    return await this.#inTurn(async () => await this.#append(frame))
  }

  /** The oldest frame that has not been done with; undefined when there is none. Rejects when the disk does not give it now. */
  async next(): Promise<Parcel | undefined> {
    return await this.#inTurn(async () => await this.#next())
  }

  /** The frame that `next` gave has been stored. */
  async done(parcel: Parcel): Promise<void> {
    await this.#inTurn(async () => await this.#done(parcel))
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#endSegment()
      const oldest = this.#segments[0]
      if (this.#segments.length === 1 && oldest !== undefined && this.#readAt >= oldest.size)
        await this.#drop(oldest)
    })
  }

  get #newest(): number | undefined {
    return this.#segments.at(-1)?.number
  }

  /** One thing at a time: reader and writer may meet in the newest segment. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return await done
  }

  async #next(): Promise<Parcel | undefined> {
    for (let oldest = this.#segments[0]; oldest !== undefined; oldest = this.#segments[0]) {
      const frame = await this.#readFrame(oldest)
      if (frame !== undefined) return { bytes: frame, segment: oldest.number }
      if (oldest.number === this.#newest) return undefined
      this.#lost += Math.max(0, oldest.size - this.#readAt)
      await this.#drop(oldest)
    }
    return undefined
  }

  async #done(parcel: Parcel): Promise<void> {
    const oldest = this.#segments[0]
    if (oldest?.number !== parcel.segment) return
    this.#readAt += parcel.bytes.length
    const isWritten = oldest.number === this.#newest
    if (this.#readAt < oldest.size || (isWritten && oldest.size < this.#options.segmentBytes / 8)) return
    await this.#drop(oldest)
  }

  async #append(frame: Buffer): Promise<void> {
    try {
      const segment = await this.#segmentFor(frame.length)
      await this.#writing?.append(frame)
      segment.size += frame.length
    } catch (error) {
      this.#lost += frame.length
      this.#options.log.error('spool-not-writable', { error })
      // The segment may end in half a frame: what follows begins another.
      await this.#endSegment()
    }
    while (this.bytes > this.#options.mostBytes && this.#segments.length > 1) await this.#dropOldestUnsent()
  }

  async #segmentFor(length: number): Promise<Segment> {
    const newest = this.#segments.at(-1)
    if (
      this.#writing !== undefined &&
      newest !== undefined &&
      newest.size + length <= this.#options.segmentBytes
    )
      return newest
    await this.#endSegment()
    const segment = { number: (newest?.number ?? 0) + 1, size: 0 }
    this.#writing = await AppendFile.open(join(this.#options.dir, nameOf(segment.number)))
    this.#segments.push(segment)
    return segment
  }

  async #endSegment(): Promise<void> {
    const ended = this.#writing
    this.#writing = undefined
    await ended?.close().catch(() => {})
  }

  async #dropOldestUnsent(): Promise<void> {
    const oldest = this.#segments[0]
    if (oldest === undefined) return
    this.#lost += oldest.size - this.#readAt
    this.#options.log.warn('spool-full', { lostBytes: this.#lost })
    await this.#drop(oldest)
  }

  async #drop(segment: Segment): Promise<void> {
    if (segment.number === this.#newest) await this.#endSegment()
    this.#segments = this.#segments.filter((other) => other !== segment)
    this.#readAt = 0
    await unlink(join(this.#options.dir, nameOf(segment.number))).catch((error: unknown) => {
      this.#options.log.warn('spool-segment-stays', { error })
    })
  }

  /** The frame at the reader's place; undefined at the end, or where a killed writer left half a frame. */
  async #readFrame(segment: Segment): Promise<Buffer | undefined> {
    if (this.#readAt + lengthBytes > segment.size) return undefined
    const file = await open(join(this.#options.dir, nameOf(segment.number)), 'r').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      },
    )
    if (!file) return undefined
    try {
      const head = Buffer.alloc(lengthBytes)
      await file.read(head, 0, lengthBytes, this.#readAt)
      const whole = lengthBytes + head.readUInt32BE()
      if (this.#readAt + whole > segment.size) return undefined
      const frame = Buffer.alloc(whole)
      const { bytesRead } = await file.read(frame, 0, whole, this.#readAt)
      return bytesRead === whole ? frame : undefined
    } finally {
      await file.close()
    }
  }
}

function nameOf(segment: number): string {
  return `${String(segment).padStart(12, '0')}.frames`
}

function numberOf(name: string): number[] {
  const match = /^([0-9]{12})\.frames$/.exec(name)
  return match === null ? [] : [Number(match[1])]
}
