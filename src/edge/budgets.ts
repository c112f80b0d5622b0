import { hour, minute } from '../base/clock.ts'
import { Refusal } from '../base/refusal.ts'
import type { SpentEntry } from '../access/spent-entry.ts'
import type { Address } from '../standards/ip.ts'
import { judgedAs } from '../standards/ip.ts'
import { formatPrefix, parsePrefix, unitOf } from '../standards/prefix.ts'

/** Units counted at once; the one that was begun first is forgotten first, in the sender's favour. */
const mostUnits = 1 << 17

/** Sender domains of one unit whose first try is remembered: a mail server tries the same again, a bot the next. */
const mostTries = 8

/** What the edge has seen of one unit of late. */
export interface Seen {
  /** Messages that passed in the last hour, about, here and at other edges as far as core has told. */
  readonly passed: number
  /** Their recipients. */
  readonly recipients: number
  /** Messages that were put off in this span of ten minutes. */
  readonly attempts: number
  /** Since a message of this sender domain was first tried; undefined when it was not. */
  readonly triedMs: number | undefined
  /** Since a message passed last; Infinity when none did. */
  readonly sincePassedMs: number
}

/**
 * Messages of units that are not free: how many passed within the hour, how many were put off, and what was tried first when.
 * The hour slides: of the hour by the clock before this one the share that is still within. A restart forgets all of it.
 *
 * A budget is the system's: what passed here is told to core, what passed at the other edges is told by it (`feed/spent-elsewhere.ts`).
 */
export class Budgets {
  readonly #units = new Map<string | number, Unit>()
  /** Units whose count core has to be told of. */
  readonly #untold = new Set<Unit>()

  of(address: Address, mailFrom: string, now: number): Seen {
    const unit = this.#units.get(keyOf(address))
    if (unit === undefined) return nothingSeen
    const tried = unit.tries.find(({ domain }) => domain === digestOf(mailFrom))
    return {
      passed: passedOf(unit.own.messages, now) + passedOf(unit.elsewhere?.messages, now),
      recipients: passedOf(unit.own.recipients, now) + passedOf(unit.elsewhere?.recipients, now),
      attempts: unit.slot === slotOf(now) ? unit.attempts : 0,
      triedMs: tried === undefined ? undefined : now - tried.at,
      sincePassedMs: now - unit.passedAt,
    }
  }

  /** A message passed. From `toldFrom` of an hour on core is told; smaller counts are let be, in the sender's favour. */
  notePassed(address: Address, now: number, toldFrom = Infinity): void {
    const unit = this.#unitOf(address)
    count(unit.own.messages, hourOf(now))
    unit.passedAt = now
    if (unit.own.messages.here >= toldFrom) this.#untold.add(unit)
  }

  /** A recipient of a message that passed. */
  noteRecipient(address: Address, now: number): void {
    count(this.#unitOf(address).own.recipients, hourOf(now))
  }

  /** What core has not been told, at most so many units; they count as told. */
  takeUntold(most: number): readonly SpentEntry[] {
    const told: SpentEntry[] = []
    for (const unit of this.#untold) {
      if (told.length >= most) break
      this.#untold.delete(unit)
      const { messages, recipients } = unit.own
      told.push([
        nameOf(unit.key),
        messages.hour,
        messages.here,
        recipients.hour === messages.hour ? recipients.here : 0,
      ])
    }
    return told
  }

  /** A core that has just come knows nothing of what was told to the one before. */
  tellAgain(now: number): void {
    for (const unit of this.#units.values())
      if (unit.own.messages.hour === hourOf(now)) this.#untold.add(unit)
  }

  /** What passed at the other edges. */
  takeElsewhere(entries: readonly SpentEntry[]): void {
    for (const [name, hourNumber, messages, recipients] of entries) {
      const prefix = parsePrefix(name)
      if (prefix instanceof Refusal) continue
      const unit = this.#unitOf(prefix)
      unit.elsewhere ??= nothingPassed()
      set(unit.elsewhere.messages, hourNumber, messages)
      set(unit.elsewhere.recipients, hourNumber, recipients)
    }
  }

  /** A message was put off; a first try of its sender domain is forgotten after `keptMs`. */
  notePutOff(address: Address, mailFrom: string, now: number, keptMs: number): void {
    const unit = this.#unitOf(address)
    const slot = slotOf(now)
    if (unit.slot !== slot) {
      unit.slot = slot
      unit.attempts = 0
    }
    unit.attempts++
    const domain = digestOf(mailFrom)
    const kept = unit.tries.filter(({ at }) => now - at <= keptMs)
    if (!kept.some((tried) => tried.domain === domain)) kept.push({ domain, at: now })
    unit.tries = kept.slice(-mostTries)
  }

  #unitOf(address: Address): Unit {
    const key = keyOf(address)
    const known = this.#units.get(key)
    if (known !== undefined) return known
    const unit: Unit = {
      key,
      own: nothingPassed(),
      elsewhere: undefined,
      slot: 0,
      attempts: 0,
      passedAt: -Infinity,
      tries: [],
    }
    if (this.#units.size >= mostUnits) this.#forgetOldest()
    this.#units.set(key, unit)
    return unit
  }

  #forgetOldest(): void {
    const oldest = this.#units.keys().next()
    if (oldest.done === true) return
    const unit = this.#units.get(oldest.value)
    if (unit) this.#untold.delete(unit)
    this.#units.delete(oldest.value)
  }
}

/** Of a unit that was never seen. */
export const nothingSeen: Seen = {
  passed: 0,
  recipients: 0,
  attempts: 0,
  triedMs: undefined,
  sincePassedMs: Infinity,
}

interface Unit {
  readonly key: string | number
  readonly own: Passed
  elsewhere: Passed | undefined
  slot: number
  attempts: number
  passedAt: number
  tries: readonly Try[]
}

interface Passed {
  readonly messages: Hours
  readonly recipients: Hours
}

/** Two hours by the clock: the one of this number, and the one before it. */
interface Hours {
  hour: number
  here: number
  before: number
}

interface Try {
  /** A digest: many units with long names must not take much memory. */
  readonly domain: number
  readonly at: number
}

function nothingPassed(): Passed {
  return { messages: { hour: 0, here: 0, before: 0 }, recipients: { hour: 0, here: 0, before: 0 } }
}

function count(hours: Hours, current: number): void {
  turn(hours, current)
  hours.here++
}

/** What is said of an hour that is over was late. */
function set(hours: Hours, which: number, value: number): void {
  if (which === hours.hour - 1) hours.before = value
  if (which < hours.hour) return
  turn(hours, which)
  hours.here = value
}

function turn(hours: Hours, current: number): void {
  if (current === hours.hour) return
  hours.before = current === hours.hour + 1 ? hours.here : 0
  hours.here = 0
  hours.hour = current
}

function passedOf(hours: Hours | undefined, now: number): number {
  if (hours === undefined) return 0
  const { hour: counted, here, before } = hours
  const current = hourOf(now)
  // An edge whose clock is a little ahead begins the hour sooner.
  if (current < counted) return here + before
  if (current > counted + 1) return 0
  const [earlier, latest] = current === counted ? [before, here] : [here, 0]
  return latest + earlier * (1 - (now / hour - current))
}

function hourOf(now: number): number {
  return Math.floor(now / hour)
}

function slotOf(now: number): number {
  return Math.floor(now / (10 * minute))
}

/** The /32 or /64. */
function keyOf(address: Address): string | number {
  const { family, words } = judgedAs(address)
  return family === 4 ? words[0] : `${words[0]}:${words[1]}`
}

/** The unit as it is called in the feed. */
function nameOf(key: string | number): string {
  const [first = 0, second = 0] = typeof key === 'number' ? [key] : key.split(':').map(Number)
  return formatPrefix(unitOf({ family: typeof key === 'number' ? 4 : 6, words: [first, second, 0, 0] }))
}

/** FNV-1a; two domains that meet are one try less to wait for. */
function digestOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}
