/** A line of a file with where the next one begins, in bytes of what was read. */
export interface LogLine {
  readonly text: string
  readonly end: number
}

const lineEnd = 0x0a

/**
 * Cuts bytes into lines of UTF-8, without their ends. Of a line longer than `longest` bytes only so much is kept, that whoever reads it sees
 * that it is too long.
 */
export class LineCutter {
  readonly #longest: number
  #parts: Buffer[] = []
  #kept = 0
  #at: number

  constructor(longest: number, start = 0) {
    this.#longest = longest
    this.#at = start
  }

  /** The lines that are whole with these bytes. */
  *push(chunk: Buffer): Generator<LogLine> {
    for (let start = 0; start < chunk.length;) {
      const found = chunk.indexOf(lineEnd, start)
      const stop = found < 0 ? chunk.length : found
      this.#keep(chunk.subarray(start, stop))
      const next = found < 0 ? stop : stop + 1
      this.#at += next - start
      start = next
      if (found >= 0) yield this.#take()
    }
  }

  /** The last line, when it had no end. */
  rest(): LogLine | undefined {
    return this.#kept === 0 ? undefined : this.#take()
  }

  #keep(part: Buffer): void {
    const kept = part.subarray(0, this.#longest + 1 - this.#kept)
    if (kept.length === 0) return
    this.#parts.push(kept)
    this.#kept += kept.length
  }

  #take(): LogLine {
    const text =
      (this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts))?.toString('utf8') ?? ''
    this.#parts = []
    this.#kept = 0
    return { text: text.endsWith('\r') ? text.slice(0, -1) : text, end: this.#at }
  }
}
