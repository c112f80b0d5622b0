import { day, hour, minute, second } from '../../base/clock.ts'
import type { Standing } from '../../access/standing.ts'
import { usualPerHour, type Assessment } from './assess.ts'
import { hitsOf } from './grade.ts'
import type { Sender } from './sender.ts'
import type { Tuning } from './tuning.ts'

/** The least of a sender whose host has a name of its own. */
const namedBudget = 5
/** A new sender is a known one at the latest then. */
export const knownMs = 14 * day
const mostSpacingMs = day

export function standingOf(
  sender: Sender,
  assessment: Assessment,
  isBraked: boolean,
  tuning: Tuning,
  now: number,
): Standing {
  const standing = earned(sender, assessment, isBraked, tuning, now)
  if (sender.floor === 0 || standing.kind === 'free' || standing.reason === 'suspicious') return standing
  // What it sent before it was freed has used up the hour's budget.
  if (now < sender.freeUntil || sender.floor === Infinity) return { kind: 'free' }
  if (standing.kind === 'hourly' && standing.perHour >= sender.floor) return standing
  return { kind: 'hourly', perHour: sender.floor, reason: standing.reason }
}

function earned(
  sender: Sender,
  { grade, hits, limits, prior, isSteady, isSuspicious }: Assessment,
  isBraked: boolean,
  tuning: Tuning,
  now: number,
): Standing {
  if (isSteady && (isBraked || !isSuspicious)) return { kind: 'free' }
  const expected = limits.mean
  const isGrey = prior.mean >= tuning.greyShare && expected >= tuning.greyShare
  if (isGrey) {
    const spacingMs = Math.min(mostSpacingMs, 10 * minute * 12 ** Math.min(4, Math.floor(hits.bad)))
    const waitMs = (expected >= tuning.longGreyShare ? tuning.longGreyMinutes : tuning.greyMinutes) * minute
    return { kind: 'grey', waitMs, spacingMs, reason: hits.bad > 0 ? 'suspicious' : 'new-sender' }
  }
  if (isSuspicious || grade === 'poor' || grade === 'bad') {
    const isFirstHour = sender.trial === undefined || now - sender.trial.since < hour
    const tried = sender.trial ? hitsOf(sender.trial.evidence.counts(now), tuning).judged : 0
    return {
      kind: 'hourly',
      perHour: isFirstHour ? tuning.suspectBudget : tuning.suspectBudget / 4,
      ...(isFirstHour && tried < tuning.leastMessages ? { trickleMs: tuning.suspectSeconds * second } : {}),
      reason: 'suspicious',
    }
  }
  if (grade === 'good' || now - sender.since >= knownMs) return { kind: 'free' }
  const start =
    expected >= tuning.greyShare
      ? namedBudget
      : expected >= tuning.doubtShare
        ? tuning.doubtBudget
        : tuning.newBudget
  // Every clean message earns two, every clean hour as much again as the first.
  const clean = Math.max(0, hits.good - 3 * hits.bad)
  const hours = (now - Math.max(sender.since, sender.watermark)) / hour
  const grown = start * (1 + (hits.bad < 1 ? Math.min(hours, 24) / 4 : 0)) + 2 * clean
  // Whoever is neither good nor bad goes on as it always did.
  const usual = now - sender.since < day ? 0 : 4 * usualPerHour(sender, hits, tuning, now)
  const perHour = Math.round(grown + usual)
  return { kind: 'hourly', perHour, reason: 'new-sender' }
}

/** The budget that a probation after a listing is not below. */
export function floorOf(standing: Standing): number {
  switch (standing.kind) {
    case 'free':
      return Infinity
    case 'hourly':
      return standing.reason === 'suspicious' ? 0 : standing.perHour
    case 'grey':
      return 0
  }
}
