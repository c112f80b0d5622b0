import { day, hour } from '../../base/clock.ts'
import type { Address } from '../../standards/ip.ts'
import { formatPrefix, unitOf, type Prefix } from '../../standards/prefix.ts'
import { readName } from '../../standards/reverse-name.ts'
import { Sender, type SenderMemory } from './sender.ts'

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
  /** Everything else, where it is written down. */
  readonly memory?: SenderMemory | undefined
}

const pruneMs = hour
/** A sender that was not heard of for so long is new again. */
const forgottenMs = 60 * day
/** When there are too many, so much more room is made that it is not done for each. */
const slack = 0.1

/** Everybody who is remembered. */
export class Senders {
  readonly #senders = new Map<string, Sender>()
  readonly #halfLife: number
  readonly #most: number
  readonly #onChange: (sender: Sender) => void
  #prunedAt = 0
  #newest: Sender | undefined
  #lastAddress: Address | undefined
  #lastKey = ''

  /** `most`: senders after which the least valuable are forgotten. `onChange`: told whenever one may have changed. */
  constructor(halfLife: number, most: number, onChange: (sender: Sender) => void = () => {}) {
    this.#halfLife = halfLife
    this.#most = most
    this.#onChange = onChange
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
  peek(attempt: Attempt): Sender {
    const { at, address, ptr } = attempt
    const known = this.#senders.get(this.#keyOf(address))
    if (known === undefined || isForgotten(known, at)) return this.stranger(attempt)
    if (ptr !== undefined && (ptr ?? '') !== nameIn(known)) known.name = readName(ptr, address)
    return known
  }

  /** Somebody of whom nothing is known. */
  stranger({ at, address, ptr }: Attempt): Sender {
    return new Sender(this.#keyOf(address), unitOf(address), readName(ptr, address), at, this.#halfLife)
  }

  /** The same, remembered from now on. */
  of(attempt: Attempt): Sender {
    const sender = this.peek(attempt)
    sender.seenAt = Math.max(sender.seenAt, attempt.at)
    // The last one heard of is the last in order.
    if (this.#newest !== sender) {
      this.#newest = sender
      this.#senders.delete(sender.key)
      this.#senders.set(sender.key, sender)
    }
    this.#onChange(sender)
    return sender
  }

  /** A sender as it was written down. */
  recall(unit: Prefix, known: Remembered): Sender {
    const sender = this.read(unit, known)
    this.#senders.set(sender.key, sender)
    return sender
  }

  /** The same, and not remembered. */
  read(unit: Prefix, { since, seen, ptr, home, memory }: Remembered): Sender {
    const sender = new Sender(formatPrefix(unit), unit, readName(ptr, unit), since, this.#halfLife)
    sender.seenAt = seen
    sender.home = home
    if (memory !== undefined) sender.read(memory, this.#halfLife)
    return sender
  }

  /** One event asks for the same address several times. */
  #keyOf(address: Address): string {
    if (this.#lastAddress !== address) {
      this.#lastAddress = address
      this.#lastKey = formatPrefix(unitOf(address))
    }
    return this.#lastKey
  }

  /** Forgets who was not heard of for long, once an hour; gives whether it was time. */
  prune(now: number): boolean {
    if (now - this.#prunedAt < pruneMs) return false
    this.#prunedAt = now
    for (const [key, sender] of this.#senders) if (isForgotten(sender, now)) this.#senders.delete(key)
    return true
  }

  /**
   * Forgets the least valuable when there are too many: first those of one message and nothing unwanted, then those of whom nothing is
   * bad, then the others, each time the longest unheard of first. Those that are listed, or a steady sender on trial, stay.
   */
  shrink(): void {
    if (this.#senders.size <= this.#most) return
    const wanted = Math.floor(this.#most * (1 - slack))
    for (const worth of [0, 1, 2] as const) {
      for (const [key, sender] of this.#senders) {
        if (this.#senders.size <= wanted) return
        if (worthOf(sender) <= worth) this.#senders.delete(key)
      }
    }
  }
}

/** As a mail event says it; undefined when it is not known. */
function nameIn({ name }: Sender): string | undefined {
  return name.kind === 'none' ? '' : name.text
}

function isForgotten(sender: Sender, now: number): boolean {
  return now - sender.seenAt > forgottenMs && sender.listing === undefined
}

function worthOf(sender: Sender): 0 | 1 | 2 | 3 {
  if (sender.listing !== undefined || sender.trial?.isSteady === true) return 3
  const { ham, bulk, unjudged, recipients: _, ...bad } = sender.evidence.counts(sender.seenAt)
  const isSpotless = sender.lapses.length === 0 && Object.values(bad).every((count) => count < 0.01)
  if (!isSpotless) return 2
  return ham + bulk + unjudged > 1 ? 1 : 0
}
