import { day } from '../../base/clock.ts'

/** What somebody says that each of their addresses will send, day by day (PRG-30). Days are those of UTC. */
export interface Forecast {
  /** Midnight of the first day, milliseconds since 1970. */
  readonly startsAt: number
  readonly days: number
  /** Messages on the first day. */
  readonly first: number
  /** Percent that each day has more than the one before. */
  readonly growth: number
  /** Messages a day that no day is above. */
  readonly most: number
}

/** Messages forecast for the day of `now`; 0 before it begins and once it is over, whatever a clock says. */
export function forecastOn(forecast: Forecast, now: number): number {
  return onDay(forecast, Math.floor((now - forecast.startsAt) / day))
}

/** Each day with its messages, the first first. */
export function daysOf(forecast: Forecast): readonly { readonly at: number; readonly messages: number }[] {
  return Array.from({ length: forecast.days }, (_, nth) => ({
    at: forecast.startsAt + nth * day,
    messages: onDay(forecast, nth),
  }))
}

/** When its last day is over. */
export function endOf({ startsAt, days }: Forecast): number {
  return startsAt + days * day
}

/**
 * The day's messages spread evenly over its hours, rounded down: an hourly budget that is kept through all 24 lets in no more than the day
 * has. Of several forecasts the one that has most, never their sum.
 */
export function perHourOf(forecasts: readonly Forecast[], now: number): number {
  return Math.max(0, ...forecasts.map((forecast) => Math.floor(forecastOn(forecast, now) / 24)))
}

function onDay({ days, first, growth, most }: Forecast, nth: number): number {
  if (nth < 0 || nth >= days) return 0
  return Math.floor(Math.min(most, first * (1 + growth / 100) ** nth))
}
