import { randomBytes } from 'node:crypto'
import type { RateView } from '../access/decide.ts'
import type { ListingEntry } from '../access/listing-entry.ts'

/** What the edge knew when a message's first recipient was judged; it holds for the message's other recipients. */
export interface MessageView {
  readonly listing: ListingEntry | undefined
  /** Messages of the unit to exempt mailboxes within the hour, this one not counted. */
  readonly spent: number
  /** Number of the last change that the table held then. */
  readonly table: number
  /** What a sender that is not listed is held to: as it was when the message was noted. */
  rate: RateView | undefined
  /** Whether the message has been noted as let through or put off by that. */
  isNoted: boolean
  /** Whether the message has been counted against the budget of exempt mailboxes. */
  isCounted: boolean
}

/** Places for messages in progress: a busy edge sees some thousands at once. A power of two. */
const places = 1 << 14

/**
 * The messages in progress, by Postfix's `instance` and the client's address (two MTAs may use the same instance).
 * Within one message the answer does not change with the table.
 *
 * Every message passes here, so nothing is kept but 64 bits of a keyed hash; a message that hashes to the place of another
 * takes it, and the other's next recipient is judged by the table as it is then.
 */
export class Messages {
  readonly #lows = new Int32Array(places)
  readonly #highs = new Int32Array(places)
  readonly #views: (MessageView | undefined)[] = Array.from({ length: places }, () => undefined)
  readonly #seeds = new Int32Array(new Uint8Array(randomBytes(8)).buffer)
  #low = 0
  #high = 0

  /** The view of a message; the first time the one that `look` gives. */
  viewOf(instance: string, client: string, look: () => MessageView): MessageView {
    this.#low = this.#seeds[0] ?? 0
    this.#high = this.#seeds[1] ?? 0
    this.#mix(instance)
    this.#mix(client)
    const [low, high] = [this.#low, this.#high]
    const place = low & (places - 1)
    const known = this.#lows[place] === low && this.#highs[place] === high ? this.#views[place] : undefined
    if (known !== undefined) return known
    const view = look()
    this.#lows[place] = low
    this.#highs[place] = high
    this.#views[place] = view
    return view
  }

  /** Two hashes of 32 bits in one pass; multiplication and shifts as in MurmurHash3, over UTF-16 units and the end of the text. */
  #mix(text: string): void {
    let low = this.#low
    let high = this.#high
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      low = Math.imul(low ^ unit, 0x5bd1e995)
      low ^= low >>> 15
      high = Math.imul(high ^ unit, 0x1b873593)
      high ^= high >>> 13
    }
    this.#low = Math.imul(low ^ 0x10000, 0x5bd1e995)
    this.#high = Math.imul(high ^ 0x10000, 0x1b873593)
  }
}
