import { day, hour } from '../../src/base/clock.ts'
import type { Draft, Host } from './mail.ts'
import type { Random } from './random.ts'
import type { Sender } from './truth.ts'

/** Mail of one kind from one sender: when it comes and what it is. */
export interface Flow {
  readonly sender: Sender
  readonly from: number
  readonly until: number
  /** Messages an hour while nothing changes them. */
  readonly perHour: number
  readonly rhythm: Rhythm
  /** Ends after so many. */
  readonly most?: number | undefined
  /** Share of sessions that name no recipient. */
  readonly idle?: { readonly share: number; readonly host: Host } | undefined
  draft(at: number, random: Random): Draft
}

/** Factor on the usual rate at a moment, never above `highest`; its mean over a week is about 1. */
export interface Rhythm {
  readonly highest: number
  factor(at: number): number
}

export const steady: Rhythm = { highest: 1, factor: () => 1 }

/** People at work: by day, on weekdays. `zone`: hours ahead of UTC. */
export function office(zone: number): Rhythm {
  return {
    highest: 3.2,
    factor: (at) => {
      const local = at + zone * hour
      const clock = (local % day) / hour
      const busy = clock < 7 || clock >= 20 ? 0.12 : 3.2 * Math.sin(((clock - 6) / 15) * Math.PI)
      return Math.max(0.12, busy) * (isWeekend(local) ? 0.2 : 1)
    },
  }
}

/** Machines and people together: less by night, never silent. */
export function roundTheClock(zone: number): Rhythm {
  return {
    highest: 1.6,
    factor: (at) => {
      const local = at + zone * hour
      const wave = 1 + 0.6 * Math.sin((((local % day) / hour - 8) / 24) * 2 * Math.PI)
      return wave * (isWeekend(local) ? 0.7 : 1)
    },
  }
}

/** The next arrival after `after` (thinning: Lewis and Shedler 1979); Infinity when there is none. */
export function nextArrival(flow: Flow, after: number, random: Random): number {
  const mean = hour / (flow.perHour * flow.rhythm.highest)
  for (let at = Math.max(after, flow.from); ;) {
    at += random.exponential(mean)
    if (at >= flow.until) return Infinity
    if (random.unit() * flow.rhythm.highest < flow.rhythm.factor(at)) return Math.floor(at)
  }
}

/** Day 0 of 1970 was a Thursday. */
function isWeekend(local: number): boolean {
  return (Math.floor(local / day) + 3) % 7 >= 5
}
