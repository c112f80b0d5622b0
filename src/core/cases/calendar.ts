import { day as dayMs, hour, minute } from '../../base/clock.ts'
import { zoneOffset, type ZoneOffset } from '../../base/zone-offset.ts'

/**
 * The hours in which people work on cases, in one time zone of the IANA database (RFC 6557): durations of targets are counted in them. A zone that
 * puts its clocks forward has a shorter working night then, one that puts them back a longer one; what counts is time that passes.
 */
export interface Calendar {
  /** `Europe/Vienna` */
  readonly zone: string
  /** 1 is Monday, 7 Sunday (ISO 8601). */
  readonly days: readonly number[]
  /** Minutes after midnight by the clock on the wall; `until` may be 1440. */
  readonly from: number
  readonly until: number
  /** `2026-12-25`, in that zone. */
  readonly holidays: readonly string[]
}

/** Beyond this many days a calendar with almost no work in it is given up on. */
const mostDays = 4000

/** When working time of this length has passed since `from`. Milliseconds since 1970. */
export function deadline(calendar: Calendar, from: number, ms: number): number {
  if (isAlwaysOpen(calendar)) return from + ms
  let left = ms
  let end = from
  for (const open of openings(calendar, from)) {
    const begin = Math.max(open.begin, from)
    end = open.end
    if (begin >= open.end) continue
    if (open.end - begin >= left) return begin + left
    left -= open.end - begin
  }
  return end
}

/** Working time between two moments; 0 when the second is not after the first. */
export function workingTime(calendar: Calendar, from: number, until: number): number {
  if (until <= from) return 0
  if (isAlwaysOpen(calendar)) return until - from
  let sum = 0
  for (const { begin, end } of openings(calendar, from)) {
    if (begin >= until) return sum
    sum += Math.max(0, Math.min(end, until) - Math.max(begin, from))
  }
  return sum
}

/** Whether its hours are all there are. */
export function isAlwaysOpen({ days, from, until, holidays }: Calendar): boolean {
  return days.length === 7 && from === 0 && until === 1440 && holidays.length === 0
}

interface Opening {
  readonly begin: number
  readonly end: number
}

/** The stretches of work from the day of `since` on, in order. */
function* openings(calendar: Calendar, since: number): Generator<Opening> {
  const offsets = offsetsOf(calendar.zone)
  const first = Math.floor((since + offsets(since)) / dayMs)
  for (let nth = 0; nth < mostDays; nth++) {
    const date = (first + nth) * dayMs
    if (!isWorkday(calendar, date)) continue
    yield {
      begin: momentOf(offsets, date + calendar.from * minute),
      end: momentOf(offsets, date + calendar.until * minute),
    }
  }
}

/** `date`: midnight as if the zone were UTC. */
function isWorkday({ days, holidays }: Calendar, date: number): boolean {
  const weekday = ((new Date(date).getUTCDay() + 6) % 7) + 1
  return days.includes(weekday) && !holidays.includes(new Date(date).toISOString().slice(0, 10))
}

const kept = new Map<string, ZoneOffset>()

function offsetsOf(zone: string): ZoneOffset {
  const offsets = kept.get(zone) ?? zoneOffset(zone)
  kept.set(zone, offsets)
  return offsets
}

/**
 * The moment at which clocks of the zone show `local`, given as if the zone were UTC. What they show twice is the first of the two; what
 * they skip is the moment at which they skip it.
 */
function momentOf(offsets: ZoneOffset, local: number): number {
  const [early, late] = [local - offsets(local - 12 * hour), local - offsets(local + 12 * hour)]
  const fits = (at: number): boolean => at + offsets(at) === local
  if (fits(early)) return early
  if (fits(late)) return late
  // Skipped: `late` is shown before the jump and `early` after it; between them is the jump.
  let [before, after] = [Math.min(early, late), Math.max(early, late)]
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000
    if (middle <= before || middle >= after) break
    if (middle + offsets(middle) < local) before = middle
    else after = middle
  }
  return after
}
