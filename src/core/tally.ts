/**
 * Counters of this process since it started, for `/metrics`. Names of sources come from outside, so there are at most so many of each
 * counter; what comes after is counted as `other`.
 */
export class Tally {
  readonly #pass: (counter: string, labels: Labels, count: number) => void
  readonly #counters = new Map<string, Map<string, { readonly labels: Labels; count: number }>>()

  /** `pass`: told of everything that is counted, where another thread keeps the sums. */
  constructor(pass: (counter: string, labels: Labels, count: number) => void = () => {}) {
    this.#pass = pass
  }

  add(counter: string, labels: Labels, count = 1): void {
    if (count === 0) return
    this.#pass(counter, labels, count)
    const all = this.#counters.get(counter) ?? new Map<string, { readonly labels: Labels; count: number }>()
    this.#counters.set(counter, all)
    const known = all.get(keyOf(labels))
    const mine = known || all.size < mostLabels ? labels : others(labels)
    const entry = known ?? all.get(keyOf(mine)) ?? { labels: mine, count: 0 }
    entry.count += count
    all.set(keyOf(mine), entry)
  }

  /** Labels with their counts. */
  read(counter: string): readonly { readonly labels: Labels; readonly count: number }[] {
    return [...(this.#counters.get(counter)?.values() ?? [])]
  }
}

/** Letters, digits, `-`, `.` and `_` only: they are written as they are. */
type Labels = Readonly<Record<string, string>>

const mostLabels = 200

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.values(labels))
}

function others(labels: Labels): Labels {
  return Object.fromEntries(Object.keys(labels).map((name) => [name, 'other']))
}
