import { hour, minute } from '../base/clock.ts'
import type { Address } from '../standards/ip.ts'
import { judgedAs } from '../standards/ip.ts'

/** Units counted at once; the one that was begun first is forgotten first, in the sender's favour. */
const mostUnits = 1 << 17

/** Sender domains of one unit whose first try is remembered: a mail server tries the same again, a bot the next. */
const mostTries = 8

/** What the edge has seen of one unit of late. */
export interface Seen {
  /** Messages that passed in the last hour, about. */
  readonly passed: number
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
 */
export class Budgets {
  readonly #units = new Map<string | number, Unit>()

  of(address: Address, mailFrom: string, now: number): Seen {
    const unit = this.#units.get(keyOf(address))
    if (unit === undefined) return nothingSeen
    const tried = unit.tries.find(({ domain }) => domain === digestOf(mailFrom))
    return {
      passed: passedOf(unit, now),
      attempts: unit.slot === slotOf(now) ? unit.attempts : 0,
      triedMs: tried === undefined ? undefined : now - tried.at,
      sincePassedMs: now - unit.passedAt,
    }
  }

  notePassed(address: Address, now: number): void {
    const unit = this.#unitOf(address)
    const current = hourOf(now)
    if (current !== unit.hour) {
      unit.before = current === unit.hour + 1 ? unit.here : 0
      unit.here = 0
      unit.hour = current
    }
    unit.here++
    unit.passedAt = now
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
      hour: 0,
      here: 0,
      before: 0,
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
    if (oldest.done !== true) this.#units.delete(oldest.value)
  }
}

/** Of a unit that was never seen. */
export const nothingSeen: Seen = { passed: 0, attempts: 0, triedMs: undefined, sincePassedMs: Infinity }

interface Unit {
  /** Number of the hour that `here` is about, and of the one `before`. */
  hour: number
  here: number
  before: number
  slot: number
  attempts: number
  passedAt: number
  tries: readonly Try[]
}

interface Try {
  /** A digest: many units with long names must not take much memory. */
  readonly domain: number
  readonly at: number
}

function passedOf({ hour: counted, here, before }: Unit, now: number): number {
  const current = hourOf(now)
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

/** FNV-1a; two domains that meet are one try less to wait for. */
function digestOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}
