import { hour } from '../../base/clock.ts'
import { checkOf, hashOf } from './message-memory.ts'

/** Contracts 2: how long an id is known. */
const knownMs = 72 * hour
const partMs = 12 * hour
/** Ids of one part; with more the oldest part goes before its time. */
const mostInPart = 2 ** 20
const mostParts = 12

/** Ids of events that were heard within 72 hours, as 52 bits of a hash each, in parts of which the oldest is dropped. */
export class SeenIds {
  #parts: { readonly since: number; readonly ids: Set<number> }[] = []

  /** Whether the id was heard before; it is known from now on. */
  isKnown(id: string, now: number): boolean {
    const hash = hashOf(id) * 2 ** 20 + (checkOf(id) >>> 12)
    this.#parts = this.#parts.filter(({ since }) => now - since < knownMs + partMs)
    if (this.#parts.some(({ ids }) => ids.has(hash))) return true
    const last = this.#parts.at(-1)
    if (last && now - last.since < partMs && last.ids.size < mostInPart) last.ids.add(hash)
    else this.#parts = [...this.#parts, { since: now, ids: new Set([hash]) }].slice(-mostParts)
    return false
  }
}
