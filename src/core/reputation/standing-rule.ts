import type { Standing } from '../../access/standing.ts'
import type { Counts } from './evidence.ts'

/** Of whom the edges are told, and when anew. */

/** A budget that is less than this away from what holds without it is not told: part of it. */
const worthTelling = 0.25
/** One that has been told is told anew when it has changed by more than this. */
const worthCorrecting = 0.1
/** Standings of senders that edges keep (design, 4): beyond, those with the least mail have none. */
const mostStandings = 2_000_000

/** Whether a standing has to be told, where `otherwise` holds without it. */
export function isWorthTelling(standing: Standing, otherwise: Standing): boolean {
  return isApart(standing, otherwise, worthTelling)
}

/** Whether a standing has to be told anew. */
export function differs(standing: Standing, told: Standing): boolean {
  return isApart(standing, told, worthCorrecting)
}

function isApart(one: Standing, other: Standing, share: number): boolean {
  if (one.kind !== 'hourly' || other.kind !== 'hourly') return JSON.stringify(one) !== JSON.stringify(other)
  if (one.reason !== other.reason || one.trickleMs !== other.trickleMs) return true
  return Math.abs(one.perHour - other.perHour) > share * Math.min(one.perHour, other.perHour)
}

/** How much mail the senders with a standing have, in powers of two; so those with the least are found when there are too many. */
export class Weights {
  readonly #most: number
  #counting: number[] = []
  #least = 0
  #counted = 0

  constructor(most = mostStandings) {
    this.#most = most
  }

  /** Senders with a standing in the last round. */
  get counted(): number {
    return this.#counted
  }

  add(counts: Counts): void {
    const power = powerOf(counts)
    this.#counting[power] = (this.#counting[power] ?? 0) + 1
  }

  isHeavy(counts: Counts): boolean {
    return this.#least === 0 || powerOf(counts) >= this.#least
  }

  /** Everybody was counted: from now on there is no place for those who are too light. */
  endRound(): void {
    this.#counted = this.#counting.reduce((sum, count) => sum + count, 0)
    let kept = 0
    this.#least = 0
    for (let power = this.#counting.length - 1; power >= 0; power--) {
      kept += this.#counting[power] ?? 0
      if (kept <= this.#most) continue
      this.#least = power + 1
      break
    }
    this.#counting = []
  }
}

function powerOf({ ham, bulk, spam, phish, malware, unjudged }: Counts): number {
  return Math.max(0, Math.floor(Math.log2(1 + ham + bulk + spam + phish + malware + unjudged)))
}
