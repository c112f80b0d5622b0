import { day, hour, minute, second } from '../base/clock.ts'

/**
 * Durations as people write them in commands and configuration: a whole number and one unit, `90s`, `30m`,
 * `24h`, `7d`.
 */
const units = { d: day, h: hour, m: minute, s: second } as const

/** Milliseconds, or undefined. */
export function parseDuration(text: string): number | undefined {
  const match = /^(0|[1-9][0-9]{0,5})([dhms])$/.exec(text)
  if (!match) return undefined
  const [, count, unit] = match
  return Number(count) * units[unit as keyof typeof units]
}

/** The shortest text that says the same; a part of a second is rounded up. */
export function formatDuration(ms: number): string {
  const whole = Math.ceil(ms / second) * second
  for (const [unit, length] of Object.entries(units)) {
    if (whole % length === 0 && whole > 0) return `${whole / length}${unit}`
  }
  return '0s'
}
