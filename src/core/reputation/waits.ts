import { day } from '../../base/clock.ts'

/**
 * Whether a wait still tells mail servers from bots. Where most of what comes again after its wait is unwanted all the same, the next wait
 * is longer; where it is wanted, or nothing is heard for days, shorter again.
 */
export interface Waits {
  readonly steps: number
  /** Judged messages that came again, since the last step. */
  readonly good: number
  readonly bad: number
  /** When one did last, milliseconds since 1970. */
  readonly at: number
}

export const noWaits: Waits = { steps: 0, good: 0, bad: 0, at: 0 }

/** Of so many that came again, so many unwanted ones make the wait longer, or so few shorter. */
const leastJudged = 12
const longerShare = 0.65
const shorterShare = 0.4
const mostSteps = 2
/** A step less for each such time in which nothing was heard. */
const quietMs = 2 * day

/** After one more message came again at `at`, judged. */
export function afterWait(waits: Waits, isBad: boolean, at: number): Waits {
  const { good, bad } = { good: waits.good + (isBad ? 0 : 1), bad: waits.bad + (isBad ? 1 : 0) }
  const steps = waitSteps(waits, at)
  const judged = good + bad
  if (judged >= leastJudged && bad >= judged * longerShare)
    return { steps: Math.min(mostSteps, steps + 1), good: 0, bad: 0, at }
  if (judged >= leastJudged && bad < judged * shorterShare)
    return { steps: Math.max(0, steps - 1), good: 0, bad: 0, at }
  // Only the last ones tell.
  const fade = judged >= 2 * leastJudged ? 0.5 : 1
  return { steps, good: good * fade, bad: bad * fade, at }
}

export function waitSteps({ steps, at }: Waits, now: number): number {
  return Math.max(0, steps - Math.max(0, Math.floor((now - at) / quietMs)))
}
