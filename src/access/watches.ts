import type { Prefix } from '../standards/prefix.ts'

/** Units whose next message is to be reported: delisted a moment ago and not yet followed by mail. */
export interface Watch {
  readonly unit: Prefix
  /** Milliseconds since 1970; no report from then on. */
  readonly until: number
}

/** More than two days of delistings at the portal's own limits; what is beyond costs a line on a page, not a message. */
export const mostWatches = 10_000

/** A small set: which units are watched depends on the changes alone, not on when they came. */
export class Watches {
  readonly #byUnit = new Map<string, Watch>()

  /** Watches a unit. When there are too many, the one that ends first makes room. */
  add(watch: Watch): void {
    this.#byUnit.set(keyOf(watch.unit), watch)
    if (this.#byUnit.size > mostWatches) this.#byUnit.delete(keyOf(this.#first().unit))
  }

  remove(unit: Prefix): void {
    this.#byUnit.delete(keyOf(unit))
  }

  has(unit: Prefix, nowMs: number): boolean {
    if (this.#byUnit.size === 0) return false
    const watch = this.#byUnit.get(keyOf(unit))
    return watch !== undefined && watch.until > nowMs
  }

  dropExpired(nowMs: number): void {
    for (const [key, { until }] of this.#byUnit) if (until <= nowMs) this.#byUnit.delete(key)
  }

  /** In address order. */
  list(): Watch[] {
    return [...this.#byUnit.values()].toSorted((a, b) => compareUnits(a.unit, b.unit))
  }

  #first(): Watch {
    return [...this.#byUnit.values()].reduce((first, watch) => (endsBefore(watch, first) ? watch : first))
  }
}

/** Address order: IPv4 before IPv6, then by the first 64 bits. Negative, zero or positive. */
export function compareUnits(a: Prefix, b: Prefix): number {
  return a.family - b.family || a.words[0] - b.words[0] || a.words[1] - b.words[1]
}

function endsBefore(a: Watch, b: Watch): boolean {
  return a.until === b.until ? compareUnits(a.unit, b.unit) < 0 : a.until < b.until
}

function keyOf(unit: Prefix): string {
  return `${unit.family}:${unit.words[0]}:${unit.words[1]}`
}
