import { hour } from '../../base/clock.ts'
import { causes, type Cause, type ListingClass } from '../../access/reasons.ts'
import { boundsOf, type Bounds } from './bounds.ts'
import { complaintWorth, usualPerHour, type Assessment } from './assess.ts'
import type { Counts } from './evidence.ts'
import { bounds, hitsOf, type Prior } from './grade.ts'
import type { Sender } from './sender.ts'
import { isMeanOver, leftWithout, soleSource } from './single-source.ts'
import type { Testimony } from './testimony.ts'
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

/** What a sender's evidence amounts to, and whether it lists it. */
export interface Found {
  readonly finding: Finding
  /** The only source that carries it where several report: nobody is listed for that. */
  readonly only: string | undefined
}

/** What a sender's own evidence lists it for now. */
export function findingOf(
  sender: Sender,
  assessment: Assessment,
  tuning: Tuning,
  now: number,
): Finding | undefined {
  const found = foundOf(sender, assessment, tuning, now)
  return found?.only === undefined ? found?.finding : undefined
}

/** The same, and what would be found if one source were believed that the others do not bear out. */
export function foundOf(
  sender: Sender,
  assessment: Assessment,
  tuning: Tuning,
  now: number,
): Found | undefined {
  const found = [
    ...shareFound(sender, assessment, tuning, now),
    ...harvestFound(sender, assessment, tuning, now),
  ]
  return found.find(({ only }) => only === undefined) ?? found[0]
}

function shareFound(sender: Sender, assessment: Assessment, tuning: Tuning, now: number): readonly Found[] {
  const { isSteady, line, prior } = assessment
  const { trial, hasOld } = sender
  const whole = { testimony: sender.evidence, prior }
  const ofTrial = trial && { testimony: trial.evidence, prior: trialPrior }
  const isOver = isMeanOver(line, tuning, complaintWorth(isSteady, tuning))
  // A mixture is what it always was: it is judged by all of it.
  const isTrialJudged = trial?.isBreak || hasOld
  return [hasOld ? undefined : whole, isTrialJudged ? ofTrial : undefined].flatMap((window) => {
    if (window === undefined) return []
    const seen = window === whole ? assessment.counts : window.testimony.counts(now)
    if (!isOverLine(seen, window.prior, assessment, sender, tuning)) return []
    if (isSteady && !isCorroborated(sender, assessment, tuning, now)) return []
    const windows = window === whole ? ([whole] as const) : ([window, whole] as const)
    const cause = causeOf(seen, isSteady, tuning)
    return [
      {
        finding: mildest(sender, window.testimony, { cause, seen, isSteady }, tuning, now),
        only: soleSource({ windows, isOver }, tuning, now),
      },
    ]
  })
}

function harvestFound(
  sender: Sender,
  { counts, isSteady, prior }: Assessment,
  tuning: Tuning,
  now: number,
): readonly Found[] {
  const { trial, hasOld } = sender
  const isOfTrial = trial !== undefined && (isSteady || hasOld)
  const seen = isOfTrial ? trial.evidence.counts(now) : counts
  const mayList = trial !== undefined || !hasOld
  const { recipients, unknown } = seen
  if (!mayList || unknown < (isSteady ? 50 : 10) || recipients < tuning.harvestRecipients) return []
  const limits = (of: Counts): Bounds => boundsOf(1 + of.unknown, 3 + Math.max(0, of.recipients - of.unknown))
  if (limits(seen).lower <= tuning.harvestShare) return []
  const whole = { testimony: sender.evidence, prior }
  const question = {
    windows: isOfTrial ? ([{ testimony: trial.evidence, prior }, whole] as const) : ([whole] as const),
    isOver: (left: Counts) => limits(left).mean > tuning.harvestShare,
  }
  const recurrence = sender.lapses.length
  const finding: Finding = {
    cause: 'harvest',
    class: classOf('harvest', counts, recurrence, tuning),
    recurrence,
  }
  return [{ finding, only: soleSource(question, tuning, now) }]
}

/** A person has to look only where that does not rest on the word of one source among several. */
function mildest(
  { lapses }: Sender,
  testimony: Testimony,
  { cause, seen, isSteady }: { readonly cause: Cause; readonly seen: Counts; readonly isSteady: boolean },
  tuning: Tuning,
  now: number,
): Finding {
  const recurrence = lapses.length
  const of = (which: Cause, counts: Counts): Finding => ({
    cause: which,
    class: classOf(which, counts, recurrence, tuning),
    recurrence,
  })
  const finding = of(cause, seen)
  if (finding.class !== 'investigate') return finding
  const others = leftWithout(testimony, tuning, now).map((left) => of(causeOf(left, isSteady, tuning), left))
  return others.find((each) => each.class !== 'investigate') ?? finding
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
