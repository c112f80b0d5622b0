import { entryWords } from './entry-layout.ts'

/** 32 768 rows of 24 bytes: growing costs one such piece, and so does writing to one that a frozen copy shares. */
const chunkBits = 15
const chunkRows = 1 << chunkBits
const rowMask = chunkRows - 1

/** Rows of six words without gaps, in pieces, so that growth neither moves nor doubles what is there. */
export class EntryRows {
  #chunks: Uint32Array[] = []
  /** Whether nobody else reads the piece. */
  #own: boolean[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  /** One word of a row below `count`. */
  word(row: number, columnIndex: number): number {
    const chunk = this.#chunks[row >>> chunkBits]
    return chunk === undefined ? 0 : (chunk[(row & rowMask) * entryWords + columnIndex] ?? 0)
  }

  /** Writes the six words of a row to `at` and after, little-endian. */
  copyTo(view: DataView, at: number, row: number): void {
    const chunk = this.#chunks[row >>> chunkBits]
    if (chunk === undefined) throw new RangeError('no such row')
    const from = (row & rowMask) * entryWords
    for (let word = 0; word < entryWords; word++) view.setUint32(at + word * 4, chunk[from + word] ?? 0, true)
  }

  /** Adds a row at the end and gives its number. */
  append(high: number, low: number, traits: number, idHigh: number, idLow: number, ends: number): number {
    const row = this.#count++
    if (row >>> chunkBits === this.#chunks.length) {
      this.#chunks.push(new Uint32Array(chunkRows * entryWords))
      this.#own.push(true)
    }
    this.write(row, high, low, traits, idHigh, idLow, ends)
    return row
  }

  write(
    row: number,
    high: number,
    low: number,
    traits: number,
    idHigh: number,
    idLow: number,
    ends: number,
  ): void {
    const chunk = this.#ownChunk(row >>> chunkBits)
    const at = (row & rowMask) * entryWords
    chunk[at] = high
    chunk[at + 1] = low
    chunk[at + 2] = traits
    chunk[at + 3] = idHigh
    chunk[at + 4] = idLow
    chunk[at + 5] = ends
  }

  /** Takes a row out; the last row moves to its place. */
  remove(row: number): void {
    const last = --this.#count
    if (row !== last) {
      const from = (last & rowMask) * entryWords
      const source = this.#chunks[last >>> chunkBits]
      if (source)
        this.#ownChunk(row >>> chunkBits).set(
          source.subarray(from, from + entryWords),
          (row & rowMask) * entryWords,
        )
    }
    this.#letGo()
  }

  /** The rows as they are now, for a reader that takes its time: shared until one side writes. */
  freeze(): EntryRows {
    const copy = new EntryRows()
    this.#own = this.#chunks.map(() => false)
    copy.#chunks = [...this.#chunks]
    copy.#own = [...this.#own]
    copy.#count = this.#count
    return copy
  }

  /** Bytes of typed arrays. */
  get bytes(): number {
    return this.#chunks.length * chunkRows * entryWords * Uint32Array.BYTES_PER_ELEMENT
  }

  #ownChunk(index: number): Uint32Array {
    const chunk = this.#chunks[index]
    if (chunk === undefined) throw new RangeError('no such row')
    if (this.#own[index] === true) return chunk
    const copy = chunk.slice()
    this.#chunks[index] = copy
    this.#own[index] = true
    return copy
  }

  /** Keeps one empty piece, so that a row that comes and goes at the border costs nothing. */
  #letGo(): void {
    const needed = (this.#count + rowMask) >>> chunkBits
    if (this.#chunks.length > needed + 1) {
      this.#chunks.length = needed + 1
      this.#own.length = needed + 1
    }
  }
}
