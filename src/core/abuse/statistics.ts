import { day } from '../../base/clock.ts'
import { reportOutcomes, type ReportOutcome } from './report.ts'

/** The desk in figures. */

export interface DeskDay {
  /** Its first moment, UTC. */
  readonly at: number
  readonly reports: number
  /** Of them those of feedback loops. */
  readonly loops: number
  /** Incidents opened. */
  readonly incidents: number
  /** Of the incidents opened on this day those that were acted on, on whatever day. */
  readonly acted: number
  /** From the opening to the first act, milliseconds; null when there was none. */
  readonly medianMs: number | null
}

export interface DeskFigures {
  /** The oldest first, a row for every day of the time. */
  readonly days: readonly DeskDay[]
  readonly reports: number
  readonly incidents: number
  readonly acted: number
  readonly medianMs: number | null
  /** Of the reports; `open` are not closed yet. */
  readonly outcomes: Readonly<Record<ReportOutcome | 'open', number>>
  /** Reports by class. */
  readonly classes: ReadonlyMap<string, number>
  /** Acts by kind, undone or not. */
  readonly acts: ReadonlyMap<string, number>
}

export interface CountedReports {
  readonly day: number
  readonly class: string
  readonly channel: string
  readonly outcome: string | null
  readonly count: number
}

export interface CountedIncident {
  readonly outcome: string | null
  readonly openedAt: number
  readonly closedAt: number | null
  readonly firstActAt: number | null
}

/** `since` and `until`: moments at which a day begins. */
export function figuresOf(
  span: { readonly since: number; readonly until: number },
  reports: readonly CountedReports[],
  incidents: readonly CountedIncident[],
  acts: ReadonlyMap<string, number>,
): DeskFigures {
  const times = incidents.map((incident) => ({ at: incident.openedAt, ms: timeToAct(incident) }))
  const days: DeskDay[] = []
  for (let at = span.since; at < span.until; at += day) {
    const opened = times.filter((each) => each.at >= at && each.at < at + day)
    const ofDay = reports.filter((each) => each.day === at)
    days.push({
      at,
      reports: sum(ofDay),
      loops: sum(ofDay.filter(({ channel }) => channel === 'fbl')),
      ...actsOf(opened.map(({ ms }) => ms)),
    })
  }
  const outcomes = Object.fromEntries(
    [...reportOutcomes, 'open' as const].map((name) => [
      name,
      sum(reports.filter(({ outcome }) => (outcome ?? 'open') === name)),
    ]),
  ) as DeskFigures['outcomes']
  const classes = new Map<string, number>()
  for (const each of reports) classes.set(each.class, (classes.get(each.class) ?? 0) + each.count)
  return { days, reports: sum(reports), ...actsOf(times.map(({ ms }) => ms)), outcomes, classes, acts }
}

function actsOf(times: readonly (number | null)[]): Pick<DeskDay, 'incidents' | 'acted' | 'medianMs'> {
  const acted = times.filter((ms) => ms !== null)
  return { incidents: times.length, acted: acted.length, medianMs: median(acted) }
}

/** Until the owner was told or the account stopped; an incident that ended as acted without either was acted on elsewhere. */
export function timeToAct({ outcome, openedAt, closedAt, firstActAt }: CountedIncident): number | null {
  const at = firstActAt ?? (outcome === 'acted' ? closedAt : null)
  return at === null ? null : Math.max(0, at - openedAt)
}

/** The middle one, of an even number the mean of the two in the middle; null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const high = sorted[Math.floor(sorted.length / 2)]
  const low = sorted[Math.floor((sorted.length - 1) / 2)]
  return high === undefined || low === undefined ? null : (low + high) / 2
}

function sum(counted: readonly { readonly count: number }[]): number {
  return counted.reduce((total, { count }) => total + count, 0)
}

/** Reports of feedback loops. */
export interface LoopFigures {
  /** Days of the time, each by its first moment (UTC), the oldest first. */
  readonly days: readonly number[]
  /** The one with the most reports first; `counts` has one for each day. */
  readonly sources: readonly {
    readonly source: string
    readonly all: number
    readonly counts: readonly number[]
  }[]
}

export function loopsOf(
  counted: readonly { readonly day: number; readonly source: string; readonly count: number }[],
  since: number,
  length: number,
): LoopFigures {
  const days = Array.from({ length }, (_, nth) => since + nth * day)
  const names = [...new Set(counted.map(({ source }) => source))]
  const sources = names.map((source) => {
    const own = counted.filter((each) => each.source === source)
    const counts = days.map((at) => sum(own.filter((each) => each.day === at)))
    return { source, all: sum(own), counts }
  })
  return { days, sources: sources.toSorted((a, b) => b.all - a.all || (a.source < b.source ? -1 : 1)) }
}
