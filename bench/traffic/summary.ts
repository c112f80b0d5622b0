import {
  percentile,
  percentileOf,
  rows,
  steadyPopulations,
  together,
  type Figures,
  type Row,
  type RowFigures,
} from './figures.ts'

/** Figures as they are printed: one object for each judge and row. Shares are from 0 to 1, times in minutes; null where nothing happened. */
export interface Summary {
  readonly judge: string
  readonly population: Row
  readonly wanted: number
  readonly refused: number
  readonly refusedShare: number | null
  readonly refusedSenders: number
  readonly deferredShare: number | null
  readonly undelivered: number
  /** First attempt to pass, of all wanted messages that passed. */
  readonly delayMedian: number | null
  readonly delayP95: number | null
  /** The same of those that were deferred. */
  readonly deferredDelayMedian: number | null
  readonly unwanted: number
  readonly unwantedPassed: number
  /** Against what passes when everything passes. */
  readonly cut: number | null
  readonly episodes: number
  /** Unwanted messages passed before the stop. Those never stopped count with all of theirs. */
  readonly stopMedian: number | null
  readonly stopP90: number | null
  /** Minutes to the stop, of those that were stopped. */
  readonly stopMinutes: number | null
  readonly neverStopped: number
  readonly mended: number
  /** Minutes from the mending to the last wanted message that was held up. */
  readonly freeMinutesMedian: number | null
  readonly freeMinutesP95: number | null
  readonly asked: number
  /** Of those who asked: how many had any wanted message held up afterwards, though nothing bad came any more. */
  readonly heldAfterAsking: number
}

export function summaries(judge: string, figures: Figures): readonly Summary[] {
  return rows.map((row) => summary(judge, row, figures[row]))
}

function summary(judge: string, population: Row, figures: RowFigures): Summary {
  const { wanted, refused, deferred, undelivered, delays, unwanted, unwantedPassed, stops, freedoms } =
    figures
  const passed = stops.map((stop) => stop.passed)
  const free = freedoms.map(({ minutes }) => minutes)
  const asked = freedoms.flatMap(({ askedMinutes }) => askedMinutes ?? [])
  return {
    judge,
    population,
    wanted,
    refused,
    refusedShare: share(refused, wanted),
    refusedSenders: figures.refusedSenders,
    deferredShare: share(deferred, wanted),
    undelivered,
    delayMedian: percentileOf(delays, 0.5),
    delayP95: percentileOf(delays, 0.95),
    deferredDelayMedian: percentileOf(delays, 0.5, 1),
    unwanted,
    unwantedPassed,
    cut: cutOf(figures),
    episodes: stops.length,
    stopMedian: percentile(passed, 0.5),
    stopP90: percentile(passed, 0.9),
    stopMinutes: rounded(
      percentile(
        stops.flatMap(({ minutes }) => minutes ?? []),
        0.5,
      ),
    ),
    neverStopped: stops.filter(({ minutes }) => minutes === null).length,
    mended: freedoms.length,
    freeMinutesMedian: rounded(percentile(free, 0.5)),
    freeMinutesP95: rounded(percentile(free, 0.95)),
    asked: asked.length,
    heldAfterAsking: asked.filter((minutes) => minutes > 0).length,
  }
}

/** An aim of the judgement, and what came of it. */
export interface Aim {
  readonly judge: string
  readonly aim: string
  readonly unit: string
  /** Null: nothing happened that could be measured. */
  readonly value: number | null
  readonly bar: string
  readonly ok: boolean
}

const newcomers: readonly Row[] = ['new-named', 'new-nameless']
const mended: readonly Row[] = ['cleaned', 'relapse']

export function aims(judge: string, figures: Figures): readonly Aim[] {
  const steady = together(figures, steadyPopulations)
  const fresh = together(figures, newcomers)
  const asked = together(figures, mended).freedoms.flatMap(({ askedMinutes }) => askedMinutes ?? [])
  const atMost = (aim: string, unit: string, value: number | null, bar: number): Aim => {
    return { judge, aim, unit, value, bar: `≤ ${bar}`, ok: (value ?? 0) <= bar }
  }
  const atLeast = (aim: string, value: number | null, bar: number): Aim => {
    return { judge, aim, unit: 'share', value, bar: `≥ ${bar}`, ok: value !== null && value >= bar }
  }
  return [
    atMost('wanted mail of steady senders refused', 'messages', steady.refused, 0),
    atMost('the same in a filter outage and the day after', 'messages', figures.outage.refused, 0),
    atMost('mail of new honest senders refused', 'messages', fresh.refused, 0),
    atMost('median delay of new honest senders', 'minutes', percentileOf(fresh.delays, 0.5), 15),
    atMost('the same of their deferred mail', 'minutes', percentileOf(fresh.delays, 0.5, 1), 15),
    atMost(
      'unwanted passed before a turned sender is stopped, median',
      'messages',
      percentile(
        figures.turned.stops.map(({ passed }) => passed),
        0.5,
      ),
      50,
    ),
    atLeast('botnet mail cut', cutOf(figures.botnet), 0.8),
    atLeast('snowshoe mail cut', cutOf(figures.snowshoe), 0.8),
    atLeast(
      'cleaned senders free at once after asking',
      share(asked.filter((minutes) => minutes === 0).length, asked.length),
      1,
    ),
  ]
}

function cutOf({ unwanted, unwantedPassed }: RowFigures): number | null {
  const passed = share(unwantedPassed, unwanted)
  return passed === null ? null : rounded(1 - passed)
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : rounded(part / whole)
}

function rounded(value: number): number
function rounded(value: number | null): number | null
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4))
}
