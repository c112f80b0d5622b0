import { hour } from '../../base/clock.ts'
import { causes, type Cause, type ListingClass } from '../../access/reasons.ts'
import { boundsOf } from './bounds.ts'
import { complaintWorth, usualPerHour, type Assessment } from './assess.ts'
import type { Counts } from './evidence.ts'
import { bounds, hitsOf, type Prior } from './grade.ts'
import type { Sender } from './sender.ts'
import type { Tuning } from './tuning.ts'

/** Why a sender is to be listed, and as what. */
export interface Finding {
  readonly cause: Cause
  readonly class: ListingClass
  readonly recurrence: number
}

/** Strong hits of which so many, each a message of its own, stand for the twenty messages that a listing otherwise rests on. */
const strongHits = 5
/** A trial starts from doubt, not from the good past that it is about. */
const trialPrior: Prior = { mean: 0.25, strength: 4 }
/** What a filter alone says against a steady good sender has to last so long. */
const sustainedMs = 12 * hour
/** The same of phish and malware. */
const graveMs = 2 * hour

/** Whether a sender's own evidence lists it now. */
export function findingOf(
  sender: Sender,
  assessment: Assessment,
  tuning: Tuning,
  now: number,
): Finding | undefined {
  const of = (cause: Cause, counts: Counts): Finding => ({
    cause,
    class: classOf(cause, counts, sender.lapses.length, tuning),
    recurrence: sender.lapses.length,
  })
  const { counts, isSteady } = assessment
  const ofTrial = sender.trial?.evidence.counts(now)
  for (const [seen, prior] of [
    [sender.hasOld ? undefined : counts, assessment.prior],
    // A mixture is what it always was: it is judged by all of it.
    [sender.trial?.isBreak || sender.hasOld ? ofTrial : undefined, trialPrior],
  ] as const) {
    if (seen === undefined || !isOverLine(seen, prior, assessment, sender, tuning)) continue
    if (isSteady && !isCorroborated(sender, assessment, tuning, now)) continue
    return of(causeOf(seen, isSteady, tuning), seen)
  }
  const { recipients, unknown } = ofTrial && (isSteady || sender.hasOld) ? ofTrial : counts
  const mayList = ofTrial !== undefined || !sender.hasOld
  if (mayList && unknown >= (isSteady ? 50 : 10) && recipients >= tuning.harvestRecipients) {
    const { lower } = boundsOf(1 + unknown, 3 + Math.max(0, recipients - unknown))
    if (lower > tuning.harvestShare) return of('harvest', counts)
  }
  return undefined
}

function isOverLine(
  counts: Counts,
  prior: Prior,
  { line, isSteady }: Assessment,
  sender: Sender,
  tuning: Tuning,
): boolean {
  const hits = hitsOf(counts, tuning, complaintWorth(isSteady, tuning))
  const least = sender.lapses.length > 0 ? tuning.leastMessages / 2 : tuning.leastMessages
  const strong = counts.phish + counts.malware + counts.traps
  // Half a message of an hour ago is still a message.
  if (hits.judged < least - 0.5 && strong < strongHits) return false
  if (bounds(hits, prior).lower <= line) return false
  if (bounds(hitsOf(counts, tuning, 0), prior).lower > line) return true
  // Only the complaints lift it over the line.
  return !isSteady && sender.reporters.size >= tuning.leastReporters
}

/** Whether anything besides the filter speaks against a steady good sender. */
function isCorroborated(sender: Sender, assessment: Assessment, tuning: Tuning, now: number): boolean {
  const { trial } = sender
  if (trial === undefined) return false
  const { phish, malware, traps } = trial.evidence.counts(now)
  if (trial.reporters.size >= 3 || traps >= 3) return true
  const lastedMs = now - trial.since
  // Grave words of the filter are its words too: one wrong signature is over in an hour or two.
  if (phish + malware >= 3 && lastedMs >= graveMs) return true
  // What is put off comes again and again: a queue of some dozens is no jump in volume.
  const volume = sender.passed(now) + sender.attempts(now)
  if (volume > Math.max(120, 8 * usualPerHour(sender, assessment.hits, tuning, now))) return true
  return lastedMs >= sustainedMs
}

function causeOf(counts: Counts, isSteady: boolean, tuning: Tuning): Cause {
  const { spam, phish, malware, traps, complaints } = counts
  const all = spam + phish + malware
  if (malware >= 3 && malware >= all * 0.3) return 'malware'
  if (phish >= 3 && phish >= all * 0.3) return 'phish'
  const weights: readonly (readonly [Cause, number])[] = [
    ['spam', spam + phish * tuning.phishWeight + malware * tuning.malwareWeight],
    ['complaints', complaints * complaintWorth(isSteady, tuning)],
    ['traps', traps * tuning.trapWeight],
  ]
  return weights.reduce((most, next) => (next[1] > most[1] ? next : most))[0]
}

function classOf(cause: Cause, { traps }: Counts, recurrence: number, tuning: Tuning): ListingClass {
  if (recurrence >= tuning.investigateAfter || traps >= tuning.trapsInvestigate) return 'investigate'
  return causes[cause].defaultClass
}
