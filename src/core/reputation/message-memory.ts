import { day } from '../../base/clock.ts'
import type { ComplaintEvent, MessageEvent } from '../../access/mail-event.ts'
import { formatPrefix, unitLength, unitOf, type Prefix } from '../../standards/prefix.ts'

/** What a complaint needs to know of the message that it is about. */
export interface RememberedMessage {
  /** Key of the sender. */
  readonly sender: string
  readonly at: number
  readonly isWanted: boolean
}

/** Contracts 2: how long a complaint finds its message. */
const rememberedMs = 7 * day
/** Names in one part: one message has two, and perhaps a third from whoever told of it later. The first parts are smaller. */
const mostInPart = 2 ** 18
const leastInPart = 2 ** 10
/** With more than this the oldest part goes before its time: three million messages, in about 180 MiB. */
const mostParts = 24

/**
 * Messages that were let in, by event id and by message id and address. Of each name 52 bits of a hash are kept and not the name, in parts of
 * a fixed size, of which the oldest is dropped: some thirty bytes a name.
 */
export class MessageMemory {
  #parts: readonly Part[] = []

  add(event: MessageEvent, isWanted: boolean): void {
    for (const name of namesOf(event)) this.#roomy(event.at).add(name, event, isWanted)
  }

  /** It was not let in after all. */
  forget(event: MessageEvent): void {
    for (const name of namesOf(event)) for (const part of this.#parts) part.forget(name, event.at)
  }

  /** The message that a complaint is about: by its id, else by message id and address; the reporter is one of its recipients, where they are known. */
  about({ message, messageId, ip, reporter }: ComplaintEvent, now: number): RememberedMessage | undefined {
    const names = [
      ...(message === undefined ? [] : [`id ${message}`]),
      ...(messageId === undefined ? [] : [`mid ${messageId} ${ip}`]),
    ]
    for (const name of names) {
      for (const part of this.#parts.toReversed()) {
        const found = part.find(name, now - rememberedMs)
        if (found === undefined) continue
        const isTheirs =
          found.rcpt === undefined || (reporter !== undefined && found.rcpt.includes(hashOf(reporter)))
        return isTheirs ? found : undefined
      }
    }
    return undefined
  }

  #roomy(at: number): Part {
    const last = this.#parts.at(-1)
    if (last?.hasRoom === true) return last
    const part = new Part(last === undefined ? leastInPart : Math.min(mostInPart, last.size * 2))
    const young = this.#parts.filter((each) => at - each.newest <= rememberedMs)
    this.#parts = [...young, part].slice(-mostParts)
    return part
  }
}

const wanted = 1
const ofFamily6 = 2

/** Names in the order in which they came, and an open table of where each is. */
class Part {
  /** Number of the name, from one; 0: nobody. */
  readonly #table: Uint32Array
  readonly #checks: Uint32Array
  readonly #times: Float64Array
  /** Of the address: two words tell a unit. */
  readonly #words: Uint32Array
  readonly #flags: Uint8Array
  /** Hashes of the recipients, where they were told. */
  readonly #rcpt = new Map<number, readonly number[]>()
  #count = 0
  newest = 0
  readonly size: number

  constructor(size: number) {
    this.size = size
    // Twice as many slots as names: few of them collide.
    this.#table = new Uint32Array(size * 2)
    this.#checks = new Uint32Array(size)
    this.#times = new Float64Array(size)
    this.#words = new Uint32Array(size * 2)
    this.#flags = new Uint8Array(size)
  }

  get hasRoom(): boolean {
    return this.#count < this.size
  }

  add(name: string, { at, address, rcpt }: MessageEvent, isWanted: boolean): void {
    const nth = this.#count++
    const { family, words } = unitOf(address)
    this.#times[nth] = at
    this.#checks[nth] = checkOf(name)
    this.#words.set([words[0], words[1]], nth * 2)
    this.#flags[nth] = (isWanted ? wanted : 0) | (family === 6 ? ofFamily6 : 0)
    if (rcpt !== undefined)
      this.#rcpt.set(
        nth,
        rcpt.map((mailbox) => hashOf(mailbox)),
      )
    this.newest = Math.max(this.newest, at)
    let slot = hashOf(name) % this.#table.length
    while (this.#table[slot] !== 0) slot = (slot + 1) % this.#table.length
    this.#table[slot] = nth + 1
  }

  forget(name: string, at: number): void {
    for (const nth of this.#of(name)) if (this.#times[nth] === at) this.#times[nth] = -Infinity
  }

  /** The newest of this name that is not older than `since`. */
  find(
    name: string,
    since: number,
  ): (RememberedMessage & { readonly rcpt: readonly number[] | undefined }) | undefined {
    const [nth] = this.#of(name)
      .filter((each) => (this.#times[each] ?? 0) >= since)
      .toSorted((a, b) => b - a)
    if (nth === undefined) return undefined
    const flags = this.#flags[nth] ?? 0
    const family = flags & ofFamily6 ? 6 : 4
    const [first = 0, second = 0] = this.#words.subarray(nth * 2, nth * 2 + 2)
    const unit: Prefix = { family, words: [first, second, 0, 0], length: unitLength[family] }
    return {
      sender: formatPrefix(unit),
      at: this.#times[nth] ?? 0,
      isWanted: (flags & wanted) !== 0,
      rcpt: this.#rcpt.get(nth),
    }
  }

  #of(name: string): readonly number[] {
    const check = checkOf(name)
    const found: number[] = []
    for (let slot = hashOf(name) % this.#table.length; ; slot = (slot + 1) % this.#table.length) {
      const number = this.#table[slot] ?? 0
      if (number === 0) return found
      if (this.#checks[number - 1] === check) found.push(number - 1)
    }
  }
}

function namesOf({ id, messageId, ip }: MessageEvent): readonly string[] {
  return messageId === undefined ? [`id ${id}`] : [`id ${id}`, `mid ${messageId} ${ip}`]
}

/** FNV-1a, 32 bits; it begins where the check does not, so that one says nothing about the other. */
export function hashOf(text: string, begin = 0x811c9dc5): number {
  let hash = begin
  for (let nth = 0; nth < text.length; nth++) hash = Math.imul(hash ^ text.charCodeAt(nth), 0x01000193)
  return hash >>> 0
}

export function checkOf(text: string): number {
  // Mixed once more: two beginnings alone leave FNV sums that go together.
  const hash = hashOf(text, 0x2f0b4a27)
  return (Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) ^ (hash >>> 13)) >>> 0
}
