import { hour } from '../../base/clock.ts'
import type { MessageEvent } from '../../access/mail-event.ts'
import type { MoreTold } from './learn.ts'
import { packMessage, unpackMessage } from './packed-message.ts'

/** Two sources tell of one message within this time, by their clocks and by ours. */
const spanMs = 6 * hour
/** Names of messages in one generation; there are two. */
const most = 200_000

/** A message as far as it was told. */
interface Told {
  /** Of `packMessage`. */
  packed: string
  /** Who told of it. */
  sources: readonly string[]
}

/** What the next telling of a message makes of it. */
export interface Telling {
  /** Everything that was told of the message so far, under the id and time of the first telling. */
  readonly event: MessageEvent
  /** What was told without this; undefined when it is the first. */
  readonly more: MoreTold | undefined
}

/**
 * Mail server and filter both tell of a message (contracts 2, roles): their tellings meet by address and queue id, else by address and
 * message id, whoever tells first, so that the message counts once. The later one adds what was not told yet. A source that tells the same
 * kind of fact again speaks of another message, as when a list writes to many with one message id. Bounded: two generations of names, of
 * which the older is dropped, and of a message some two hundred bytes: hardly any is told of again.
 */
export class Tellings {
  #now = new Map<string, Alike>()
  #before = new Map<string, Alike>()
  #since = 0
  /** Most messages have one teller, and there are few of those. */
  readonly #alone = new Map<string, readonly string[]>()

  tell(event: MessageEvent, source: string, now: number): Telling {
    this.#turn(now)
    const known = this.#find(event, source)
    if (known === undefined) {
      this.#name({ packed: packMessage(event), sources: this.#aloneOf(source) }, event)
      return { event, more: undefined }
    }
    const before = unpackMessage(known.packed)
    const whole = together(before, event)
    known.sources = [...known.sources, source]
    known.packed = packMessage(whole)
    // The next may know it by the name that only this one has.
    this.#name(known, event)
    return { event: whole, more: { before, id: event.id } }
  }

  #aloneOf(source: string): readonly string[] {
    const known = this.#alone.get(source) ?? [source]
    this.#alone.set(source, known)
    return known
  }

  #find(event: MessageEvent, source: string): Told | undefined {
    for (const name of namesOf(event)) {
      for (const alike of [this.#before.get(name), this.#now.get(name)]) {
        const found = listOf(alike).find((each) => isMeant(each, event, source))
        if (found) return found
      }
    }
    return undefined
  }

  #name(told: Told, by: MessageEvent): void {
    for (const name of namesOf(by)) {
      const known = this.#now.get(name)
      if (known === undefined) this.#now.set(name, told)
      else if (!Array.isArray(known)) {
        if (known !== told) this.#now.set(name, [known, told])
      } else if (!known.includes(told) && known.length < mostAlike) known.push(told)
    }
  }

  #turn(now: number): void {
    if (now - this.#since < spanMs && this.#now.size < most) return
    this.#before = now - this.#since >= 2 * spanMs ? new Map<string, Alike>() : this.#now
    this.#now = new Map()
    this.#since = now
  }
}

/** Messages of one name: there is hardly ever more than one. */
type Alike = Told | Told[]

/** Messages of one name that are told apart. */
const mostAlike = 64

const none: readonly Told[] = []

function listOf(alike: Alike | undefined): readonly Told[] {
  if (alike === undefined) return none
  return Array.isArray(alike) ? alike : [alike]
}

function namesOf({ ip, queueId, messageId }: MessageEvent): readonly string[] {
  return [
    ...(queueId === undefined ? [] : [`q ${ip} ${queueId}`]),
    ...(messageId === undefined ? [] : [`m ${ip} ${messageId}`]),
  ]
}

function isMeant({ packed, sources }: Told, next: MessageEvent, source: string): boolean {
  const told = unpackMessage(packed)
  return isOne(told, next) && mayAdd(told, sources, next, source)
}

/** Two mail servers that both took a message under numbers of their own have taken two. */
function isOne(told: MessageEvent, next: MessageEvent): boolean {
  if (Math.abs(told.at - next.at) > spanMs) return false
  const areNumbered = told.queueId !== undefined && next.queueId !== undefined
  if (!areNumbered || told.queueId === next.queueId) return true
  return !isOfTransaction(told) || !isOfTransaction(next)
}

/** A source that has told of it may add what is of another kind. */
function mayAdd(told: MessageEvent, sources: readonly string[], next: MessageEvent, source: string): boolean {
  if (!sources.includes(source)) return true
  const isSaidAgain =
    (told.verdict !== undefined && next.verdict !== undefined) ||
    (isOfTransaction(told) && isOfTransaction(next))
  return !isSaidAgain
}

function isOfTransaction({ recipients, outcome }: MessageEvent): boolean {
  return recipients !== undefined || outcome !== undefined
}

/** What was told stands, what was not is added. */
function together(told: MessageEvent, next: MessageEvent): MessageEvent {
  const known = Object.entries(told).filter(([name, value]) => isKnown(name, value))
  return { ...next, ...Object.fromEntries(known), isOurs: told.isOurs || next.isOurs }
}

function isKnown(name: string, value: unknown): boolean {
  return value !== undefined && !(name === 'verdict' && value === 'unknown')
}
