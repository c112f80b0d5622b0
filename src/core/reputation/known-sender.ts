import { day, hour } from '../../base/clock.ts'
import type { Standing } from '../../access/standing.ts'
import type { NameKind } from '../../standards/reverse-name.ts'
import type { Bounds } from './bounds.ts'
import { evidenceKinds, nothing, type Counts, type EvidenceKind } from './evidence.ts'
import type { Grade, Prior } from './grade.ts'

/** What is known of a sender by what is written down of it. */
export interface KnownSender {
  /** `192.0.2.45/32` */
  readonly unit: string
  /** When it was first and last heard of, milliseconds since 1970; null when it never was. */
  readonly since: number | null
  readonly seenAt: number | null
  readonly name: { readonly kind: NameKind; readonly text: string | undefined }
  /** Domain that its accepted mail was authenticated for. */
  readonly home: string | null
  readonly grade: Grade
  /** Of this era, as they weigh now. */
  readonly counts: Counts
  readonly bounds: Bounds
  /** The bad line as it stands for this sender. */
  readonly line: number
  readonly prior: Prior
  readonly isSteady: boolean
  /** What the edges go by, and the key that they have it from; null: what holds for anybody new. */
  readonly standing: Standing
  readonly standingKey: string | null
  /** The day's share of an agreed forecast, where it is what the edges go by; null where none raises the budget. */
  readonly raise: Raise | null
  /** Whether the edges go by standings at all: somebody has judged within the last quarter of an hour. */
  readonly isHeld: boolean
  /** Messages within the last hour, about. */
  readonly passed: number
  /** Earlier listings by the engine that count. */
  readonly recurrence: number
  readonly hours: readonly HourOfSender[]
  /** What each source said of it in this era, as it weighs now; none where it is only one. */
  readonly sources: readonly SourceOfSender[]
  /** The only source that speaks for a listing which the others do not bear out: for that nobody is listed. */
  readonly onlySource: string | null
}

/** A budget that is raised inside a forecast, and its end. */
export interface Raise {
  readonly until: number
  /** Messages of the address that are forecast for today. */
  readonly perDay: number
  readonly perHour: number
}

export interface SourceOfSender {
  readonly source: string
  readonly counts: Counts
}

/** What was counted of a sender in one hour, from all sources; not decayed. */
export interface HourOfSender {
  /** Its beginning, milliseconds since 1970. */
  readonly at: number
  readonly counts: Counts
}

/** The same of a day. */
export interface DayOfSender {
  readonly at: number
  readonly wanted: number
  readonly unwanted: number
  readonly unjudged: number
  readonly unknown: number
  readonly traps: number
  readonly complaints: number
}

/** Where something is going. */
export type Direction = 'rising' | 'falling' | 'steady'

/** What weighs against a sender, by kind: neither figures nor lines, and never traps. */
export interface Concern {
  readonly kind: 'unwanted-share' | 'complaints' | 'unknown-recipients' | 'unknown-sender'
  readonly direction: Direction
}

/** The days up to today, oldest first, each there is; days without mail are empty. */
export function daysOf(hours: readonly HourOfSender[], now: number, days: number): readonly DayOfSender[] {
  const first = Math.floor(now / day) - days + 1
  return Array.from({ length: days }, (_, nth) => {
    const at = (first + nth) * day
    const counts = sumOf(hours.filter((each) => each.at >= at && each.at < at + day))
    const { ham, bulk, spam, phish, malware, unjudged, unknown, traps, complaints } = counts
    return {
      at,
      wanted: ham + bulk,
      unwanted: spam + phish + malware,
      unjudged,
      unknown,
      traps,
      complaints,
    }
  })
}

/** What weighs against a sender, gravest first. `isListed`: by the engine, for what was counted of it. */
export function concernsOf(known: KnownSender, isListed: boolean, now: number): readonly Concern[] {
  const { grade, standing, counts, hours } = known
  const isSuspicious = standing.kind !== 'free' && standing.reason === 'suspicious'
  const isHarvesting = counts.unknown >= 5 && counts.unknown * 2 > counts.recipients
  const concerns: Concern[] = []
  const add = (kind: Concern['kind'], direction: Direction): void => void concerns.push({ kind, direction })
  const isUnwanted = counts.spam + counts.phish + counts.malware + counts.traps >= 1
  if ((isListed || isSuspicious || grade === 'poor' || grade === 'bad') && isUnwanted)
    add('unwanted-share', directionOf(hours, now, unwantedShare))
  if (counts.complaints >= 1)
    add(
      'complaints',
      directionOf(hours, now, ({ complaints, ...rest }) => shareOf(complaints, rest)),
    )
  if (isHarvesting)
    add(
      'unknown-recipients',
      directionOf(hours, now, ({ unknown, recipients }) =>
        recipients >= leastForTrend ? unknown / recipients : undefined,
      ),
    )
  if (concerns.length === 0 && standing.kind !== 'free') add('unknown-sender', 'steady')
  return concerns
}

/** Messages within the last hour, about: the hour is counted in whole ones. */
export function passedOf(hours: readonly HourOfSender[], now: number): number {
  const current = Math.floor(now / hour)
  const of = (which: number): number =>
    messagesOf(sumOf(hours.filter(({ at }) => Math.floor(at / hour) === which)))
  return of(current) + of(current - 1) * (1 - (now / hour - current))
}

/** Messages that were judged or let in without. */
export function messagesOf({
  ham,
  bulk,
  spam,
  phish,
  malware,
  unjudged,
}: Omit<Counts, 'complaints'>): number {
  return ham + bulk + spam + phish + malware + unjudged
}

/** Below this a share says nothing about where it goes. */
const leastForTrend = 5
/** Differences below this are chance. */
const leastChange = 0.1

/** The last day against the six days before. */
function directionOf(
  hours: readonly HourOfSender[],
  now: number,
  share: (counts: Counts) => number | undefined,
): Direction {
  const late = share(sumOf(hours.filter(({ at }) => at >= now - day)))
  const before = share(sumOf(hours.filter(({ at }) => at >= now - 7 * day && at < now - day)))
  if (late === undefined || before === undefined || Math.abs(late - before) < leastChange) return 'steady'
  return late > before ? 'rising' : 'falling'
}

function unwantedShare({ ham, bulk, spam, phish, malware }: Counts): number | undefined {
  const judged = ham + bulk + spam + phish + malware
  return judged < leastForTrend ? undefined : (spam + phish + malware) / judged
}

function shareOf(complaints: number, counts: Omit<Counts, 'complaints'>): number | undefined {
  const messages = messagesOf(counts)
  return messages < leastForTrend ? undefined : Math.min(1, complaints / messages)
}

function sumOf(hours: readonly HourOfSender[]): Counts {
  const sums: Record<EvidenceKind, number> = { ...nothing }
  for (const { counts } of hours) for (const kind of evidenceKinds) sums[kind] += counts[kind]
  return sums
}
