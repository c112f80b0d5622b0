import { minute } from '../../base/clock.ts'

/**
 * Watches for a break in what a sender sends: Page's cumulative sum (Biometrika 41, 1954) of how much better its messages fit
 * a turned sender than its own past. It needs as few messages of a large sender as of a small one, whatever the past weighs.
 * Messages of the same five minutes may come in any order.
 */
const slotMs = 5 * minute
/** How much more of a turned sender's mail is unwanted than before. */
const rise = 0.4
/** A past without a fault still expects some. */
const leastShare = 0.05
const mostShare = 0.5

export class Drift {
  #slot = 0
  /** Of the slots before. */
  #carried = 0
  /** Of this slot. */
  #sum = 0
  #ofBad = 0
  #ofGood = 0

  /** `past`: the unwanted share of before. */
  add(bad: number, good: number, at: number, past: number): void {
    const slot = Math.floor(at / slotMs)
    if (slot > this.#slot) this.#turn(slot, past)
    this.#sum += bad * this.#ofBad + good * this.#ofGood
  }

  /** Above about eight it is no chance; halved by every quiet hour. */
  value(now: number): number {
    const quiet = Math.max(0, Math.floor(now / slotMs) - this.#slot)
    return Math.max(0, Math.max(0, this.#carried) + this.#sum) * 0.5 ** (quiet / 12)
  }

  /** As it is written down. */
  toJSON(): readonly number[] {
    return [this.#slot, this.#carried, this.#sum, this.#ofBad, this.#ofGood]
  }

  /** The same again. */
  read([slot = 0, carried = 0, sum = 0, ofBad = 0, ofGood = 0]: readonly number[]): void {
    this.#slot = slot
    this.#carried = carried
    this.#sum = sum
    this.#ofBad = ofBad
    this.#ofGood = ofGood
  }

  reset(): void {
    this.#carried = 0
    this.#sum = 0
  }

  #turn(slot: number, past: number): void {
    this.#carried = Math.min(most, this.value(slot * slotMs))
    this.#sum = 0
    this.#slot = slot
    const before = Math.min(mostShare, Math.max(leastShare, past))
    const after = before + rise
    this.#ofBad = Math.log(after / before)
    this.#ofGood = Math.log((1 - after) / (1 - before))
  }
}

/** A sender that stops is free after a few clean messages, however much it sent before. */
const most = 16
