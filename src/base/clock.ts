/** Where time comes from. Rules get `now`; only the doors and the context hold a clock. */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01T00:00:00Z; never goes back within a process. */
  now(): number
  /** Monotonic milliseconds, for durations. */
  elapsed(): number
}

/** The machine's clock. A wall clock that is turned back stands still until time has caught up, so nothing expired comes alive again. */
export function systemClock(): Clock {
  let seen = 0
  return {
    now: () => (seen = Math.max(seen, Date.now())),
    elapsed: () => performance.now(),
  }
}

/** A clock that is set by hand: for replays and tests. */
export function fixedClock(at: number): Clock & { advance(ms: number): void } {
  let now = at
  return { now: () => now, elapsed: () => now, advance: (ms) => void (now += ms) }
}

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour
