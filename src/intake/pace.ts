/**
 * How slow a client may be (security ABU-2), watched on the bytes themselves: the library's idle timeout starts anew with every byte.
 * The same watch sees a CR or LF that stands alone, with which one message can be made to look like two (security ABU-3).
 */
export interface PaceLimits {
  /** From the connection to the first whole line. */
  readonly greetMs: number
  /** From our reply to the next whole line. */
  readonly commandMs: number
  /** From the connection, or the end of a message, to the end of the next. */
  readonly messageMs: number
  /** A message may begin this slowly … */
  readonly dataGraceMs: number
  /** … and must then have come at this rate on the average. */
  readonly dataBytesPerSecond: number
}

export const paceLimits: PaceLimits = {
  greetMs: 30_000,
  commandMs: 60_000,
  messageMs: 5 * 60_000,
  dataGraceMs: 30_000,
  dataBytesPerSecond: 1024,
}

const CR = 0x0d
const LF = 0x0a

/** One connection's pace. Times are monotonic milliseconds. */
export class Pace {
  readonly #limits: PaceLimits
  #state: 'greeting' | 'commands' | 'data' | 'ours' = 'greeting'
  /** When the client was last seen to do what it should, by state. */
  #since: number
  #messageSince: number
  #dataBytes = 0
  #isAfterCr = false
  #hasBareNewline = false

  constructor(limits: PaceLimits, now: number) {
    this.#limits = limits
    this.#since = now
    this.#messageSince = now
  }

  /** Whether a CR or LF came alone since the last call. */
  takeBareNewline(): boolean {
    const had = this.#hasBareNewline
    this.#hasBareNewline = false
    return had
  }

  get isInData(): boolean {
    return this.#state === 'data'
  }

  /** Whether no message is under way: the connection may be closed without losing anything. */
  get isBetweenMessages(): boolean {
    return this.#state === 'greeting' || this.#state === 'commands'
  }

  /** Bytes from the client. */
  receive(chunk: Buffer, now: number): void {
    if (this.#findNewlines(chunk) && this.#state !== 'data' && this.#state !== 'ours') {
      this.#state = 'commands'
      this.#since = now
    }
    if (this.#state === 'data') this.#dataBytes += chunk.length
  }

  /** We answered: it is the client's turn. */
  reply(now: number): void {
    if (this.#state === 'greeting') return
    if (this.#state !== 'data') this.#state = 'commands'
    this.#since = now
  }

  beginData(now: number): void {
    this.#state = 'data'
    this.#since = now
    this.#dataBytes = 0
  }

  /** The message is here; how long it takes now is ours. */
  endData(): void {
    this.#state = 'ours'
  }

  /** The message has its answer. */
  endMessage(now: number): void {
    this.#state = 'commands'
    this.#since = now
    this.#messageSince = now
  }

  isTooSlow(now: number): boolean {
    const { greetMs, commandMs, messageMs, dataGraceMs, dataBytesPerSecond } = this.#limits
    const waited = now - this.#since
    switch (this.#state) {
      case 'greeting':
        return waited > greetMs
      case 'commands':
        return waited > commandMs || now - this.#messageSince > messageMs
      case 'data':
        if (now - this.#messageSince > messageMs) return true
        return waited > dataGraceMs && this.#dataBytes < (waited / 1000) * dataBytesPerSecond
      case 'ours':
        return false
    }
  }

  /** Whether the chunk ends a line; notes lone CRs and LFs. */
  #findNewlines(chunk: Buffer): boolean {
    if (this.#isAfterCr && chunk.length > 0 && chunk[0] !== LF) this.#hasBareNewline = true
    for (let at = chunk.indexOf(CR); at >= 0 && at + 1 < chunk.length; at = chunk.indexOf(CR, at + 1)) {
      if (chunk[at + 1] !== LF) this.#hasBareNewline = true
    }
    let isLine = false
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) {
      isLine = true
      if (at === 0 ? !this.#isAfterCr : chunk[at - 1] !== CR) this.#hasBareNewline = true
    }
    if (chunk.length > 0) this.#isAfterCr = chunk[chunk.length - 1] === CR
    return isLine
  }
}
