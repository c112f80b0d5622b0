import { day, hour } from '../../base/clock.ts'
import type { Address } from '../../standards/ip.ts'
import { formatPrefix, unitOf, type Prefix } from '../../standards/prefix.ts'
import { readName } from '../../standards/reverse-name.ts'
import { Sender } from './sender.ts'

/** What is known of a message at RCPT. */
export interface Attempt {
  readonly at: number
  readonly address: Address
  readonly helo?: string | undefined
  readonly ptr?: string | null | undefined
  readonly mailFrom?: string | undefined
}

/** What is written down of a sender besides its evidence. */
export interface Remembered {
  readonly since: number
  readonly seen: number
  readonly ptr: string | null | undefined
  readonly home: string | undefined
}

const pruneMs = hour
/** A sender that was not heard of for so long is new again. */
const forgottenMs = 60 * day
const mostSenders = 4_000_000

/** Everybody who is remembered. */
export class Senders {
  readonly #senders = new Map<string, Sender>()
  readonly #halfLife: number
  #prunedAt = 0

  constructor(halfLife: number) {
    this.#halfLife = halfLife
  }

  get size(): number {
    return this.#senders.size
  }

  all(): Iterable<Sender> {
    return this.#senders.values()
  }

  at(unit: Prefix): Sender | undefined {
    return this.#senders.get(formatPrefix(unit))
  }

  byKey(key: string): Sender | undefined {
    return this.#senders.get(key)
  }

  /** The sender as it is known, or as a new one would be; remembers nothing. */
  peek({ at, address, ptr }: Attempt): Sender {
    const unit = unitOf(address)
    const key = formatPrefix(unit)
    const known = this.#senders.get(key)
    if (known === undefined) return new Sender(key, unit, readName(ptr, address), at, this.#halfLife)
    if (ptr !== undefined) known.name = readName(ptr, address)
    return known
  }

  /** The same, remembered from now on. */
  of(attempt: Attempt): Sender {
    const sender = this.peek(attempt)
    sender.seenAt = Math.max(sender.seenAt, attempt.at)
    if (!this.#senders.has(sender.key)) this.#senders.set(sender.key, sender)
    return sender
  }

  /** A sender as it was written down. */
  recall(unit: Prefix, { since, seen, ptr, home }: Remembered): Sender {
    const sender = new Sender(formatPrefix(unit), unit, readName(ptr, unit), since, this.#halfLife)
    sender.seenAt = seen
    sender.home = home
    this.#senders.set(sender.key, sender)
    return sender
  }

  /** Forgets who was not heard of for long, once an hour; gives whether it was time. */
  prune(now: number): boolean {
    if (now - this.#prunedAt < pruneMs) return false
    this.#prunedAt = now
    for (const [key, sender] of this.#senders) {
      const isOld = now - sender.seenAt > forgottenMs
      const isTooMany = this.#senders.size > mostSenders && now - sender.seenAt > day
      if ((isOld || isTooMany) && sender.listing === undefined) this.#senders.delete(key)
    }
    return true
  }
}
