import type { ListingEntry } from '../access/listing-entry.ts'

/** What the edge knew when a message's first recipient was judged; it holds for the message's other recipients. */
export interface MessageView {
  readonly listing: ListingEntry | undefined
  readonly spent: number
  /** Number of the last change that the table held then. */
  readonly table: number
  /** Whether the message has been counted against the budget of exempt mailboxes. */
  isCounted: boolean
}

/** A generation holds this many messages; two are kept, so that a message is remembered for at least this many others. */
const generationSize = 8192

/** A message whose recipients take longer than this is judged anew. */
const generationMs = 5 * 60_000

/**
 * The messages now in progress, by Postfix's `instance` and the client's address (two MTAs may use the same instance).
 * Within one message the answer does not change with the table: half a message must not get through.
 */
export class Messages {
  #young = new Map<string, MessageView>()
  #old = new Map<string, MessageView>()
  #turnedAt = 0

  find(key: string): MessageView | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  /** `elapsed` is monotonic milliseconds. */
  remember(key: string, view: MessageView, elapsed: number): void {
    if (this.#young.size >= generationSize || elapsed - this.#turnedAt > generationMs) this.#turn(elapsed)
    this.#young.set(key, view)
  }

  #turn(elapsed: number): void {
    this.#old = elapsed - this.#turnedAt > 2 * generationMs ? new Map() : this.#young
    this.#young = new Map()
    this.#turnedAt = elapsed
  }
}
