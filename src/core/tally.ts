/**
 * Counters of this process since it started, and what it has measured last, for `/metrics`. Names of sources come from outside, so there are
 * at most so many of each counter; what comes after is counted as `other`.
 */
export class Tally {
  readonly #pass: (told: Told) => void
  readonly #counters = new Map<string, Map<string, { readonly labels: Labels; count: number }>>()
  readonly #measured = new Map<string, { readonly value: number; readonly at: number }>()

  /** `pass`: told of everything, where another thread keeps the sums. */
  constructor(pass: (told: Told) => void = () => {}) {
    this.#pass = pass
  }

  add(counter: string, labels: Labels, count = 1): void {
    if (count === 0) return
    this.#pass({ counter, labels, count })
    const all = this.#counters.get(counter) ?? new Map<string, { readonly labels: Labels; count: number }>()
    this.#counters.set(counter, all)
    const known = all.get(keyOf(labels))
    const mine = known || all.size < mostLabels ? labels : others(labels)
    const entry = known ?? all.get(keyOf(mine)) ?? { labels: mine, count: 0 }
    entry.count += count
    all.set(keyOf(mine), entry)
  }

  /** What something is at a time. */
  measure(gauge: string, value: number, at: number): void {
    this.#pass({ gauge, value, at })
    this.#measured.set(gauge, { value, at })
  }

  /** Labels with their counts. */
  read(counter: string): readonly { readonly labels: Labels; readonly count: number }[] {
    return [...(this.#counters.get(counter)?.values() ?? [])]
  }

  /** What it was when it was measured last; undefined when that was before `since`. */
  measured(gauge: string, since: number): number | undefined {
    const last = this.#measured.get(gauge)
    return last !== undefined && last.at >= since ? last.value : undefined
  }

  /** What another thread was told. */
  take(told: Told): void {
    if ('counter' in told) this.add(told.counter, told.labels, told.count)
    else this.measure(told.gauge, told.value, told.at)
  }
}

/** One thing that was counted or measured. */
export type Told =
  | { readonly counter: string; readonly labels: Labels; readonly count: number }
  | { readonly gauge: string; readonly value: number; readonly at: number }

/** Letters, digits, `-`, `.` and `_` only: they are written as they are. */
type Labels = Readonly<Record<string, string>>

const mostLabels = 200

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.values(labels))
}

function others(labels: Labels): Labels {
  return Object.fromEntries(Object.keys(labels).map((name) => [name, 'other']))
}
