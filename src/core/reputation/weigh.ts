import { day, minute } from '../../base/clock.ts'
import type { Assessment } from './assess.ts'
import { turnBrake } from './brake-turns.ts'
import { floorOf } from './budget.ts'
import { findingOf } from './listing-rule.ts'
import { assessed, standingIn, type Mind } from './mind.ts'
import { weighRange } from './range-rule.ts'
import type { Sender } from './sender.ts'
import { Testimony } from './testimony.ts'

/** A trial does not end sooner, whatever is clean in it. */
const shortestTrialMs = 10 * minute
/** How long a good name of days of its own makes a sender one of long-good history. */
const goodKeptMs = 7 * day

/** Lists the sender, begins or ends its trial: as its evidence stands now. */
export function weigh(mind: Mind, sender: Sender, now: number): void {
  const { book, brake, settings } = mind
  const assessment = assessed(mind, sender, now)
  if (assessment.isSuspicious) tryOut(mind, sender, assessment, now)
  else if (sender.trial && now - sender.trial.since > shortestTrialMs) sender.trial = undefined
  else if (!sender.trial) sender.usual = floorOf(standingIn(mind, sender, assessment, now))
  if (sender.listing !== undefined || settings.isProtected(sender.unit, sender.name.text)) return
  const finding = findingOf(sender, assessment, settings.tuning, now)
  if (finding === undefined || brake.holds(finding.cause)) return
  book.list(sender, finding, assessment, now)
  turnBrake(mind, brake.listed(finding.cause, now), now)
  if (now - sender.goodAt <= goodKeptMs) turnBrake(mind, brake.refused(sender.key, finding.cause, now), now)
  weighRange(mind, sender, now)
}

function tryOut({ onTrial, settings }: Mind, sender: Sender, assessment: Assessment, now: number): void {
  const { isSteady, isBreak } = assessment
  const evidence = new Testimony(settings.tuning.halfLife)
  sender.trial ??= { since: now, evidence, reporters: new Set(), isSteady, isBreak }
  sender.trial.isBreak ||= isBreak
  if (sender.trial.isSteady) onTrial.add(sender)
}
