import type { Language } from '../../access/reasons.ts'

/** Times and spans in words. All times are UTC and say so; milliseconds since 1970. */

/** Making a formatter costs more than using it some hundred times, and there are few kinds of them. */
const dates = kept<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>(
  (language, options) => new Intl.DateTimeFormat(language, options),
)
const numbers = kept<Intl.NumberFormatOptions, Intl.NumberFormat>(
  (language, options) => new Intl.NumberFormat(language, options),
)
const distances = kept<Intl.RelativeTimeFormatOptions, Intl.RelativeTimeFormat>(
  (language, options) => new Intl.RelativeTimeFormat(language, options),
)

/** `4 May 2026, 10:15 UTC`; with seconds when `precise`. */
export function moment(language: Language, at: number, precise = false): string {
  const seconds = precise ? ({ second: '2-digit' } as const) : {}
  const text = dates(language === 'en' ? 'en-GB' : language, {
    timeZone: 'UTC',
    year: 'numeric',
    month: language === 'en' ? 'short' : 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...seconds,
  }).format(at)
  return `${text} UTC`
}

/** `29 November 2026` of `2026-11-29`: a day of the calendar, in no zone. */
export function calendarDay(language: Language, day: string): string {
  return dates(language === 'en' ? 'en-GB' : language, {
    timeZone: 'UTC',
    dateStyle: 'long',
  }).format(Date.parse(`${day}T00:00:00Z`))
}

const steps = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** `3 days`, `20 minutes`: in the largest unit that is at least two of it, rounded. Never negative. */
export function span(language: Language, ms: number): string {
  const [unit, size] = unitOf(ms)
  const count = Math.max(0, Math.round(ms / size))
  return spaced(numbers(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count))
}

/** A length of time that somebody chose, said as it was chosen: `1 hour`, `24 hours`, `7 days`. */
export function length(language: Language, ms: number): string {
  const unit = [...steps].find(([name, size]) => ms % size === 0 && (name !== 'day' || ms >= 2 * size))
  const [name, size] = unit ?? unitOf(ms)
  const value = Math.round(ms / size)
  return spaced(numbers(language, { style: 'unit', unit: name, unitDisplay: 'long' }).format(value))
}

/** `in 3 days`, `2 hours ago`; from a minute on in no seconds, and close below two of a unit in that unit: 118 seconds are 2 minutes. */
export function distance(language: Language, at: number, now: number): string {
  const [unit, size] = distanceUnitOf(Math.abs(at - now))
  return spaced(distances(language, { numeric: 'always' }).format(Math.round((at - now) / size), unit))
}

/** Between a number and Chinese stands a space, as everywhere in our Chinese. */
function spaced(text: string): string {
  return text.replaceAll(/(\d)(?=\p{Script=Han})/gu, '$1 ')
}

function unitOf(ms: number): readonly [(typeof steps)[number][0], number] {
  return steps.find(([, size]) => ms >= 2 * size) ?? ['second', 1000]
}

/** Least of a unit for a distance to be said in it: nearly two. */
const nearlyTwo = 1.95

function distanceUnitOf(ms: number): (typeof steps)[number] {
  return steps.find(([unit, size]) => ms >= (unit === 'minute' ? 1 : nearlyTwo) * size) ?? ['second', 1000]
}

/** A count with its separators: `12,345`. */
export function count(language: Language, value: number): string {
  return numbers(language, {}).format(value)
}

function kept<Options, Formatter>(
  make: (language: string, options: Options) => Formatter,
): (language: string, options: Options) => Formatter {
  const made = new Map<string, Formatter>()
  return (language, options) => {
    const key = `${language} ${JSON.stringify(options)}`
    const formatter = made.get(key) ?? make(language, options)
    made.set(key, formatter)
    return formatter
  }
}

/** `0.1%` of 0.001; two digits that say something. */
export function share(language: Language, value: number): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumSignificantDigits: 2 }).format(value)
}
