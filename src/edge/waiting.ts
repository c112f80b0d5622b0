import type { Clock } from '../base/clock.ts'

/** How often the loop marks that it came round. */
const beatMs = 5

/** After this long without a request the marks stop, so that an idle edge does not wake the processor. */
const idleMs = 2000

/**
 * How long a request may have waited before it was read: the time since the event loop last came round.
 * A request read in this turn cannot have arrived before the last but one mark, so the time since then bounds its waiting from above
 * (by the beat, 5 ms, too much when the loop is idle), however long the turn in between was.
 */
export class Waiting {
  readonly #clock: Clock
  #timer: NodeJS.Timeout | undefined
  #last = 0
  #lastButOne = 0
  #askedAt = 0
  #crowd = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds that a request read now has waited at most; `elapsed` is the clock's `elapsed()`. */
  atMost(elapsed: number): number {
    this.#crowd = elapsed - this.#askedAt > beatMs ? 1 : this.#crowd + 1
    this.#askedAt = elapsed
    if (this.#timer === undefined) this.#start(elapsed)
    return elapsed - this.#lastButOne
  }

  /**
   * How many requests were read without a pause, this one counted: after a pause of the whole machine, those that stood there when it
   * was over. What was asked and answered before it waits no more, however much it was.
   */
  get crowd(): number {
    return this.#crowd
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #start(elapsed: number): void {
    this.#last = elapsed
    this.#lastButOne = elapsed
    this.#timer = setInterval(() => this.#beat(), beatMs)
    this.#timer.unref()
  }

  #beat(): void {
    const elapsed = this.#clock.elapsed()
    this.#lastButOne = this.#last
    this.#last = elapsed
    if (elapsed - this.#askedAt > idleMs) this.stop()
  }
}
