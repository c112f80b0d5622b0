import { populations, type Population } from './truth.ts'

/** What was measured of one judge, in a form that adds up over seeds and passes between threads. */

/**
 * Rows of the table. A population's wanted mail counts from the fourth day on; what comes before, when nobody knows anybody, is in
 * `first-days`. Mail of an honest host while somebody else sends through it is in `while-bad`. `outage` counts mail of steady senders
 * a second time: what they sent while the filter took everything for spam, and on the day after.
 */
export const rows = [...populations, 'first-days', 'while-bad', 'outage'] as const
export type Row = (typeof rows)[number]

export interface Stop {
  /** Unwanted messages that had passed before, and in all. */
  readonly passed: number
  readonly inAll: number
  /** From the first unwanted message; null when it was never stopped. */
  readonly minutes: number | null
}

export interface Freedom {
  /** From the end of the bad time to the last wanted message that was deferred or refused; 0 when there was none. */
  readonly minutes: number
  /** The same from the removal asked for; null when nobody asked. */
  readonly askedMinutes: number | null
}

export interface RowFigures {
  wanted: number
  refused: number
  /** Senders with at least one of them; a sender counts again with each seed. */
  refusedSenders: number
  deferred: number
  /** Deferred, and neither passed nor refused by the end. */
  undelivered: number
  /** Minutes from first attempt to pass (rounded up) → messages. */
  readonly delays: Map<number, number>
  unwanted: number
  unwantedPassed: number
  readonly stops: Stop[]
  readonly freedoms: Freedom[]
}

export type Figures = Readonly<Record<Row, RowFigures>>

export function noFigures(): Figures {
  const entries = rows.map((row) => [row, emptyRow()] as const)
  return Object.fromEntries(entries) as Record<Row, RowFigures>
}

function emptyRow(): RowFigures {
  return {
    wanted: 0,
    refused: 0,
    refusedSenders: 0,
    deferred: 0,
    undelivered: 0,
    delays: new Map(),
    unwanted: 0,
    unwantedPassed: 0,
    stops: [],
    freedoms: [],
  }
}

export function addFigures(all: readonly Figures[]): Figures {
  const sum = noFigures()
  for (const figures of all) for (const row of rows) addRow(sum[row], figures[row])
  return sum
}

/** Several rows as one. */
export function together(figures: Figures, which: readonly Row[]): RowFigures {
  const sum = emptyRow()
  for (const row of which) addRow(sum, figures[row])
  return sum
}

function addRow(sum: RowFigures, more: RowFigures): void {
  sum.wanted += more.wanted
  sum.refused += more.refused
  sum.refusedSenders += more.refusedSenders
  sum.deferred += more.deferred
  sum.undelivered += more.undelivered
  sum.unwanted += more.unwanted
  sum.unwantedPassed += more.unwantedPassed
  sum.stops.push(...more.stops)
  sum.freedoms.push(...more.freedoms)
  for (const [minutes, count] of more.delays) sum.delays.set(minutes, (sum.delays.get(minutes) ?? 0) + count)
}

/** The value that `share` of the others do not exceed; null of nothing. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
}

/** The same of a histogram. `least`: leaves out what is below. */
export function percentileOf(
  histogram: ReadonlyMap<number, number>,
  share: number,
  least = 0,
): number | null {
  const entries = [...histogram].filter(([value]) => value >= least).toSorted(([a], [b]) => a - b)
  let left = entries.reduce((sum, [, count]) => sum + count, 0) * share
  for (const [value, count] of entries) {
    left -= count
    if (left <= 0) return value
  }
  return null
}

/** Senders with a good history that stays good. */
export const steadyPopulations: readonly Population[] = [
  'steady-large',
  'steady-middle',
  'steady-small',
  'newsletter',
  'esp-pool',
  'poisoned',
]
