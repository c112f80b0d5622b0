import type { Address } from '../standards/ip.ts'

/** Units counted at once; the least recently begun is forgotten first, in the sender's favour. */
const mostUnits = 50_000

const hourMs = 3_600_000

/**
 * Messages of listed units to exempt mailboxes, counted by fixed half hours: the one now and the two before it.
 * That covers the last hour whole, and at most another half, so no hour ever holds more than the budget. A restart forgets it.
 */
export class Spent {
  readonly #units = new Map<string, Count>()

  /** Messages of the address's unit within the last hour. */
  of(address: Address, now: number): number {
    if (this.#units.size === 0) return 0
    const count = this.#units.get(unitKey(address))
    return count === undefined ? 0 : sum(turned(count, now))
  }

  add(address: Address, now: number): void {
    const unit = unitKey(address)
    const count = turned(this.#units.get(unit) ?? { half: halfOf(now), counts: [0, 0, 0] }, now)
    const [first, second, third] = count.counts
    if (this.#units.size >= mostUnits && !this.#units.has(unit)) this.#forgetOldest()
    this.#units.set(unit, { half: count.half, counts: [first, second, third + 1] })
  }

  #forgetOldest(): void {
    const oldest = this.#units.keys().next()
    if (oldest.done !== true) this.#units.delete(oldest.value)
  }
}

interface Count {
  /** Number of the half hour that the last count is about. */
  readonly half: number
  /** Two half hours ago, one half hour ago, now. */
  readonly counts: readonly [number, number, number]
}

/** The /32 or /64. */
function unitKey({ family, words }: Address): string {
  return family === 4 ? `${words[0]}` : `${words[0]}:${words[1]}`
}

function halfOf(now: number): number {
  return Math.floor(now / (hourMs / 2))
}

function turned(count: Count, now: number): Count {
  const half = halfOf(now)
  const by = half - count.half
  if (by <= 0) return count
  const [, second, third] = count.counts
  if (by === 1) return { half, counts: [second, third, 0] }
  if (by === 2) return { half, counts: [third, 0, 0] }
  return { half, counts: [0, 0, 0] }
}

function sum(count: Count): number {
  return count.counts[0] + count.counts[1] + count.counts[2]
}
