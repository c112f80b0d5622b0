import { open, type FileHandle } from 'node:fs/promises'

/**
 * A file that only grows, written by the thread pool and never by the event loop.
 * What is given while a write is under way goes out together with the next.
 */
export class AppendFile {
  readonly path: string
  readonly #file: FileHandle
  #waiting: Buffer[] = []
  #writing: Promise<void> | undefined
  #size: number

  private constructor(path: string, file: FileHandle, size: number) {
    this.path = path
    this.#file = file
    this.#size = size
  }

  /** Opens the file, made with `mode` when it is not there. */
  static async open(path: string, mode = 0o600): Promise<AppendFile> {
    const file = await open(path, 'a', mode)
    return new AppendFile(path, file, (await file.stat()).size)
  }

  /** Bytes written; never more than are in the file. */
  get size(): number {
    return this.#size
  }

  /**
   * Resolves when the system has the bytes, so that the death of this process does not lose them.
   * Rejects with the system's error; then nothing given since has been counted, and the file may end in the middle of something.
   */
  async append(bytes: Buffer): Promise<void> {
    this.#waiting.push(bytes)
    this.#writing ??= this.#write()
    return await this.#writing
  }

  async sync(): Promise<void> {
    await this.#file.datasync()
  }

  async close(): Promise<void> {
    await this.#writing?.catch(() => {})
    await this.#file.close()
  }

  async #write(): Promise<void> {
    // What comes within this turn of the event loop goes out in one write.
    await Promise.resolve()
    try {
      while (this.#waiting.length > 0) {
        const bytes = this.#waiting.length === 1 ? this.#waiting[0] : Buffer.concat(this.#waiting)
        this.#waiting = []
        if (bytes === undefined) return
        await this.#file.appendFile(bytes)
        this.#size += bytes.length
      }
    } finally {
      this.#waiting = []
      this.#writing = undefined
    }
  }
}
