/**
 * Frames between the parse pool and its workers, over plain pipes: length (u32, big-endian), kind (u8), body.
 * Both sides read with a limit, because what comes from a parser of hostile messages may itself be hostile.
 */
export type Frame =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }

const headBytes = 5

export function encodeFrame(frame: Frame): Buffer {
  const body = frame.kind === 'json' ? Buffer.from(JSON.stringify(frame.value)) : frame.bytes
  const head = Buffer.alloc(headBytes)
  head.writeUInt32BE(body.length)
  head.writeUInt8(frame.kind === 'json' ? 0 : 1, 4)
  return Buffer.concat([head, body])
}

/** Puts chunks together to frames. Throws on a frame longer than `most` bytes, of an unknown kind, or that is no JSON. */
export class FrameReader {
  readonly #most: number
  readonly #head = Buffer.alloc(headBytes)
  #headFilled = 0
  #body: Buffer | undefined
  #bodyFilled = 0

  constructor(most: number) {
    this.#most = most
  }

  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = []
    for (let at = 0; at < chunk.length;) {
      if (this.#body === undefined) {
        const taken = chunk.copy(this.#head, this.#headFilled, at)
        this.#headFilled += taken
        at += taken
        if (this.#headFilled < headBytes) break
        this.#body = Buffer.allocUnsafe(this.#bodyLength())
        this.#bodyFilled = 0
      }
      // An empty message is a message: its frame ends with its head.
      const taken = chunk.copy(this.#body, this.#bodyFilled, at)
      this.#bodyFilled += taken
      at += taken
      if (this.#bodyFilled < this.#body.length) break
      frames.push(this.#finish(this.#body))
    }
    return frames
  }

  #bodyLength(): number {
    const length = this.#head.readUInt32BE()
    if (length > this.#most) throw new RangeError(`frame of ${length} bytes`)
    return length
  }

  #finish(body: Buffer): Frame {
    this.#headFilled = 0
    this.#body = undefined
    switch (this.#head.readUInt8(4)) {
      case 0:
        return { kind: 'json', value: JSON.parse(body.toString()) }
      case 1:
        return { kind: 'bytes', bytes: body }
      default:
        throw new RangeError('frame of an unknown kind')
    }
  }
}
