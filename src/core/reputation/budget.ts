import { day, hour, minute, second } from '../../base/clock.ts'
import type { Standing } from '../../access/standing.ts'
import { usualPerHour, type Assessment } from './assess.ts'
import { hitsOf, type Hits } from './grade.ts'
import type { Sender } from './sender.ts'
import type { Tuning } from './tuning.ts'

/** The least of a sender whose host has a name of its own. */
const namedBudget = 5
/** A new sender is a known one at the latest then. */
export const knownMs = 14 * day
const mostSpacingMs = 6 * hour
/** Longer waits, where the shorter no longer tell mail servers from bots. */
const waitsMs = [20 * minute, hour]
/** A sender that was there before is looked at for no longer; with a break in what it sends, for twice as long. */
const longestMs = 6 * hour
/** So many wanted messages in a row are chance, where some are unwanted. */
const cleanBefore = 3
/** Who has been a mixture of wanted and unwanted for so long goes on as it always did while it is looked at. */
const mixedMs = 3 * day

/** What holds for a sender besides its own evidence. */
export interface Around {
  readonly isBraked: boolean
  /** How many steps longer than the shortest those like it have to wait. */
  readonly waitSteps: number
  /** Share of the mail let in that somebody judges. */
  readonly coverage: number
}

export function standingOf(
  sender: Sender,
  assessment: Assessment,
  around: Around,
  tuning: Tuning,
  now: number,
): Standing {
  const standing = earned(sender, assessment, around, tuning, now)
  if (sender.floor === 0 || standing.kind === 'free' || standing.reason === 'suspicious') return standing
  // What it sent before it was freed has used up the hour's budget.
  if (now < sender.freeUntil || sender.floor === Infinity) return { kind: 'free' }
  if (standing.kind === 'hourly' && standing.perHour >= sender.floor) return standing
  return { kind: 'hourly', perHour: sender.floor, reason: standing.reason }
}

function earned(
  sender: Sender,
  { grade, counts, hits, limits, line, prior, isSteady, isSuspicious }: Assessment,
  { isBraked, waitSteps, coverage }: Around,
  tuning: Tuning,
  now: number,
): Standing {
  if (isSteady && (isBraked || !isSuspicious)) return { kind: 'free' }
  const expected = limits.mean
  const isGrey = prior.mean >= tuning.greyShare && expected >= tuning.greyShare
  if (isGrey) {
    const firstSpacingMs = (waitSteps === 0 ? 10 : 2) * minute
    const spacingMs = Math.min(mostSpacingMs, firstSpacingMs * 12 ** Math.min(4, Math.floor(hits.bad)))
    const shortestMs =
      (expected >= tuning.longGreyShare ? tuning.longGreyMinutes : tuning.greyMinutes) * minute
    const waitMs =
      waitSteps === 0 || expected < tuning.longGreyShare
        ? shortestMs
        : Math.max(shortestMs, waitsMs[waitSteps - 1] ?? 0)
    return { kind: 'grey', waitMs, spacingMs, reason: hits.bad > 0 ? 'suspicious' : 'new-sender' }
  }
  if (isSuspicious || grade === 'poor' || grade === 'bad') {
    const { since: triedSince = now, isBreak = false } = sender.trial ?? {}
    const tried = sender.trial ? hitsOf(sender.trial.evidence.counts(now), tuning).judged : 0
    const isFirstHour = now - triedSince < hour
    const usual = usualPerHour(sender, hits, tuning, now)
    const isMixed = now - sender.since >= mixedMs && limits.mean <= line && !isBreak
    const least = leastOf(sender, hits, now - triedSince, isBreak, tuning, now)
    // One wanted message after the other opens the way again.
    const mended = 2 * Math.max(0, sender.clean - cleanBefore)
    const perHour = Math.round(Math.max(least, isMixed ? usual : 0) + mended)
    return {
      kind: 'hourly',
      perHour,
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
  // Every clean message earns two, where hardly anything is judged also one that nobody complains of;
  // every clean hour as much again as the first.
  const clean = Math.max(0, hits.good + counts.unjudged * (1 - coverage) - 3 * hits.bad)
  const hours = (now - Math.max(sender.since, sender.watermark)) / hour
  const grown = start * (1 + (hits.bad < 1 ? Math.min(hours, 24) / 4 : 0)) + 2 * clean
  // Whoever is neither good nor bad goes on as it always did.
  const usual = now - sender.since < day ? 0 : 4 * usualPerHour(sender, hits, tuning, now)
  const perHour = Math.round(grown + usual)
  return { kind: 'hourly', perHour, reason: 'new-sender' }
}

/** What a suspicious sender may send an hour, however little it sends otherwise. */
function leastOf(
  sender: Sender,
  hits: Hits,
  triedMs: number,
  isBreak: boolean,
  tuning: Tuning,
  now: number,
): number {
  // Nothing good is known of it yet: what is in a hurry shows itself by the trickle.
  if (hits.good < 1 && now - sender.since < day) return tuning.strangerBudget
  if (triedMs < hour) return tuning.suspectBudget
  // What has been looked at for hours and is not to be listed is what it is: it waits no longer.
  const isKnown = now - sender.since >= mixedMs
  if (isKnown && triedMs >= (isBreak ? 2 * longestMs : longestMs)) return tuning.newBudget
  return isBreak ? tuning.suspectBudget / 4 : tuning.suspectBudget / 2
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
