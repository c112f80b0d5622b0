import { hour, minute } from '../../base/clock.ts'

/**
 * The self-incident brake: a sample of what the filter says of senders with a steady good history. No sender fills more than a little of it.
 * When most of it turns unwanted at once, it is the filter that has changed and not all of them.
 */
const places = 48
const leastFilled = 16
const mostPerSender = 4
const leastSenders = 5
const onShare = 0.5
const offShare = 0.2
/** What is older says nothing about now. */
const oldestMs = 2 * hour
/** A brake that nothing is heard about any more is let go. */
const longestQuietMs = 90 * minute

interface Place {
  readonly sender: string
  readonly isBad: boolean
  readonly at: number
}

export interface BrakeMemory {
  readonly places: readonly Place[]
  readonly since: number | null
  readonly heardAt: number
}

export class Brake {
  #places: Place[] = []
  #since: number | undefined
  #heardAt = 0

  /** When it was pulled; undefined while it is off. */
  get since(): number | undefined {
    return this.#since
  }

  /** As it is written down. */
  toJSON(): BrakeMemory {
    return { places: this.#places, since: this.#since ?? null, heardAt: this.#heardAt }
  }

  /** The same again. */
  read({ places, since, heardAt }: BrakeMemory): void {
    this.#places = [...places]
    this.#since = since ?? undefined
    this.#heardAt = heardAt
  }

  /** What the filter said of a message of a steady good sender. */
  hear(sender: string, isBad: boolean, at: number): 'pulled' | 'released' | undefined {
    this.#heardAt = at
    this.#places = this.#places.filter((place) => at - place.at <= oldestMs)
    const own = this.#places.filter((place) => place.sender === sender)
    const [oldest] = own
    if (own.length >= mostPerSender && oldest) this.#places.splice(this.#places.indexOf(oldest), 1)
    if (this.#places.length >= places) this.#places.shift()
    this.#places.push({ sender, isBad, at })
    return this.#turn(at)
  }

  /** Lets go when nothing has been heard for long. */
  tick(now: number): 'released' | undefined {
    if (this.#since === undefined || now - this.#heardAt <= longestQuietMs) return undefined
    this.#since = undefined
    return 'released'
  }

  #turn(at: number): 'pulled' | 'released' | undefined {
    const bad = this.#places.filter((place) => place.isBad)
    const share = bad.length / this.#places.length
    if (this.#since === undefined) {
      if (this.#places.length < leastFilled || share < onShare) return undefined
      if (new Set(bad.map((place) => place.sender)).size < leastSenders) return undefined
      this.#since = at
      return 'pulled'
    }
    if (share > offShare) return undefined
    this.#since = undefined
    return 'released'
  }
}
