/**
 * Dates as mail writes them (RFC 5322 §3.3 with the obsolete forms of §4.3): `Mon, 4 May 2026 10:15:30 +0200 (CEST)`.
 * Milliseconds since 1970, undefined for what is no date: `Date.parse` would take nearly anything for one.
 */
export function parseMailDate(text: string): number | undefined {
  const [, dayText = '', monthText = '', yearText = '', hour = '', minute = '', second = '0', zone = ''] =
    dateForm.exec(text.slice(0, 200)) ?? []
  const month = months.indexOf(monthText.toLowerCase())
  const offset = offsetOf(zone)
  if (month < 0 || offset === undefined) return undefined
  const [day, year] = [Number(dayText), fullYear(yearText)]
  // A leap second is the first of the next minute.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  const at = Date.UTC(year, month, day, Number(hour), Number(minute), Number(second))
  // The calendar would carry 31 February over into March.
  const isInMonth = new Date(Date.UTC(year, month, day)).getUTCDate() === day
  return isInMonth ? at - offset * 60_000 : undefined
}

const dateForm =
  /^\s*(?:[a-z]{3,9}\.?,?\s+)?(\d{1,2})[\s-]([a-z]{3})[a-z]*[\s-](\d{2}|\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:\s*([+-]\d{4}|[a-z]{1,5}))?/i

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** RFC 5322 §4.3, hours. */
const zones: ReadonlyMap<string, number> = new Map([
  ['', 0],
  ['ut', 0],
  ['utc', 0],
  ['gmt', 0],
  ['z', 0],
  ['est', -5],
  ['edt', -4],
  ['cst', -6],
  ['cdt', -5],
  ['mst', -7],
  ['mdt', -6],
  ['pst', -8],
  ['pdt', -7],
])

/** Minutes east; a name that nobody knows means +0000 (RFC 5322 §4.3). */
function offsetOf(zone: string): number | undefined {
  const [, sign, hours, minutes] = /^([+-])(\d{2})(\d{2})$/.exec(zone) ?? []
  if (sign === undefined) return (zones.get(zone.toLowerCase()) ?? 0) * 60
  const east = Number(hours) * 60 + Number(minutes)
  if (Number(minutes) > 59 || Number(hours) > 15) return undefined
  return sign === '-' ? -east : east
}

/** Two digits: 49 is 2049, 50 is 1950 (RFC 5322 §4.3). */
function fullYear(text: string): number {
  const year = Number(text)
  if (text.length > 2) return year
  return year < 50 ? 2000 + year : 1900 + year
}
