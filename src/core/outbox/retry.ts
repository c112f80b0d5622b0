import { day, hour, minute, second } from '../../base/clock.ts'

/** How long to wait after the first failure, how much longer after each further one, and at most. */
export interface Pace {
  readonly firstMs: number
  readonly factor: number
  readonly mostMs: number
}

/** Greylisting wants a few minutes, and a confirmation lives for an hour. */
export const letterPace: Pace = { firstMs: 30 * second, factor: 2, mostMs: hour }

/** One minute to one day: a receiver that is down over a weekend misses nothing. */
export const webhookPace: Pace = { firstMs: minute, factor: 3, mostMs: day }

/** A letter that has no end of its own is given up after this. */
export const letterLifeMs = 3 * day

/** Tries of a webhook before it is given up: spread over five to six days. */
export const webhookTries = 12

/** How long somebody who took a letter or webhook may take over it before another does it again. */
export const leaseMs = 2 * minute

/** The pause after `attempts` failures; `random` between 0 and 1 spreads it by a quarter either way, so that what failed together does not come back together. */
export function pauseAfter(attempts: number, pace: Pace, random: number): number {
  const pause = Math.min(pace.mostMs, pace.firstMs * pace.factor ** Math.max(0, attempts - 1))
  return Math.min(pace.mostMs, Math.round(pause * (0.75 + random / 2)))
}
