import { randomBytes } from 'node:crypto'
import type { ListingEntry } from '../access/listing-entry.ts'

/** What the edge knew when a message's first recipient was judged; it holds for the message's other recipients. */
export interface MessageView {
  readonly listing: ListingEntry | undefined
  /** Messages of the unit to exempt mailboxes within the hour, this one not counted. */
  readonly spent: number
  /** Number of the last change that the table held then. */
  readonly table: number
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
  readonly #high = new Int32Array(places)
  readonly #low = new Int32Array(places)
  readonly #views: (MessageView | undefined)[] = Array.from({ length: places }, () => undefined)
  readonly #seed = randomBytes(8)

  /** The view of a message; the first time the one that `look` gives. */
  viewOf(instance: string, client: string, look: () => MessageView): MessageView {
    const low = hash(client, hash(instance, this.#seed.readInt32LE(0)))
    const high = hash(client, hash(instance, this.#seed.readInt32LE(4)))
    const place = low & (places - 1)
    const known = this.#low[place] === low && this.#high[place] === high ? this.#views[place] : undefined
    if (known !== undefined) return known
    const view = look()
    this.#low[place] = low
    this.#high[place] = high
    this.#views[place] = view
    return view
  }
}

/** 32 bits; multiplication and shifts as in MurmurHash3, over UTF-16 units. */
function hash(text: string, seed: number): number {
  let value = seed
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x5bd1e995)
    value ^= value >>> 15
  }
  return value
}
