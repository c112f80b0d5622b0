import { hour } from '../../base/clock.ts'
import type { ReportOutcome } from './report.ts'
import type { DeskFigures } from './statistics.ts'

/** The desk in figures as everybody may see them: by whole month, rounded so that nobody is to be found in them. */

/** What is said instead of a count: `few` is fewer than ten. */
export type PublicCount = number | 'few'

export interface PublicMonth {
  /** `2026-04`, UTC. */
  readonly month: string
  readonly reports: PublicCount
  readonly incidents: PublicCount
  readonly acted: PublicCount
  readonly suspended: PublicCount
  readonly released: PublicCount
  readonly outcomes: Readonly<Record<ReportOutcome | 'open', PublicCount>>
  /** Whole hours, at least 1; null when fewer than ten incidents were acted on. */
  readonly medianHours: number | null
}

const fewest = 10

/** 0, `few` below ten, else rounded to tens. */
export function publicCount(count: number): PublicCount {
  if (count === 0) return 0
  return count < fewest ? 'few' : Math.round(count / 10) * 10
}

/** `at`: a moment of the month. */
export function publicMonth(at: number, figures: DeskFigures): PublicMonth {
  const { reports, incidents, acted, acts, outcomes, medianMs } = figures
  return {
    month: new Date(at).toISOString().slice(0, 7),
    reports: publicCount(reports),
    incidents: publicCount(incidents),
    acted: publicCount(acted),
    suspended: publicCount(acts.get('suspend') ?? 0),
    released: publicCount(acts.get('release') ?? 0),
    outcomes: {
      acted: publicCount(outcomes.acted),
      'no-violation': publicCount(outcomes['no-violation']),
      'not-ours': publicCount(outcomes['not-ours']),
      unproven: publicCount(outcomes.unproven),
      duplicate: publicCount(outcomes.duplicate),
      open: publicCount(outcomes.open),
    },
    medianHours: acted < fewest || medianMs === null ? null : Math.max(1, Math.round(medianMs / hour)),
  }
}

/** The first moment of the month. */
export function monthOf(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
}
