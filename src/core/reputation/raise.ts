import type { Standing } from '../../access/standing.ts'
import { perHourOf, type Forecast } from '../forecasts/forecast.ts'
import type { Grade } from './grade.ts'

/**
 * What a sender may do whose owner has announced its mail (PRG-30): a new sender's budget is raised to its forecast, and never beyond. It says
 * nothing of reputation: whoever is poor, bad, suspicious, listed or has to try again first is held as before, and nothing of it is remembered.
 */
export function raisedBy(
  standing: Standing,
  sender: { readonly grade: Grade; readonly isListed: boolean; readonly forecasts: readonly Forecast[] },
  now: number,
): Standing {
  const { grade, isListed, forecasts } = sender
  if (forecasts.length === 0 || isListed || grade === 'poor' || grade === 'bad') return standing
  if (standing.kind !== 'hourly' || standing.reason !== 'new-sender') return standing
  const perHour = perHourOf(forecasts, now)
  return perHour > standing.perHour ? { ...standing, perHour } : standing
}
