import { day, hour } from '../../base/clock.ts'
import type { Bounds } from './bounds.ts'
import type { Counts } from './evidence.ts'
import { bounds, gradeOf, hitsOf, type Grade, type Hits, type Prior } from './grade.ts'
import type { Sender } from './sender.ts'
import type { Tuning } from './tuning.ts'

/** What a sender's evidence amounts to at one moment. */
export interface Assessment {
  readonly grade: Grade
  readonly counts: Counts
  readonly hits: Hits
  readonly limits: Bounds
  /** The bad line as it stands for this sender. */
  readonly line: number
  readonly prior: Prior
  /** A long good history, which a filter alone does not undo at once. */
  readonly isSteady: boolean
  readonly isSuspicious: boolean
  /** Whether it sends otherwise than it did. */
  readonly isBreak: boolean
}

/** Above this a break in pattern is no chance. */
export const driftLine = 8

export function assess(sender: Sender, prior: Prior, tuning: Tuning, now: number): Assessment {
  const counts = sender.evidence.counts(now)
  const line = lineOf(sender.lapses.length, tuning)
  const isSteady = sender.trial?.isSteady ?? isSteadyNow(sender, counts, prior, tuning, now)
  const hits = hitsOf(counts, tuning, complaintWorth(isSteady, tuning, sender.reporters.size))
  const limits = bounds(hits, prior)
  const grade = gradeOf(hits, limits, line, tuning)
  const isBreak = sender.drift.value(now) > driftLine
  const isSuspicious =
    isBreak ||
    (hits.bad >= (hits.good < 1 ? tuning.strangerHits : tuning.suspectHits) &&
      limits.mean > tuning.suspectShare) ||
    asksForStrangers(counts, isSteady, tuning)
  return {
    grade: isSuspicious && (grade === 'good' || grade === 'neutral' || grade === 'new') ? 'poor' : grade,
    counts,
    hits,
    limits,
    line,
    prior,
    isSteady,
    isSuspicious,
    isBreak,
  }
}

/** Lower with each listing, never below half. */
function lineOf(recurrence: number, { badLine, lineFall }: Tuning): number {
  return Math.max(badLine / 2, badLine - lineFall * recurrence)
}

/** Complaints about a sender that everything else speaks well of are contradicted by it; what one person says stands for that person. */
export function complaintWorth(isSteady: boolean, { complaintWeight }: Tuning, reporters = Infinity): number {
  if (reporters < 2) return Math.min(1, complaintWeight)
  return isSteady ? complaintWeight / 8 : complaintWeight
}

function isSteadyNow(sender: Sender, counts: Counts, prior: Prior, tuning: Tuning, now: number): boolean {
  if (now - sender.since < tuning.steadyDays * day) return false
  const hits = hitsOf(counts, tuning, complaintWorth(true, tuning))
  return hits.judged >= tuning.steadyMessages && bounds(hits, prior).upper < tuning.goodLine
}

function asksForStrangers({ recipients, unknown }: Counts, isSteady: boolean, tuning: Tuning): boolean {
  const least = isSteady ? tuning.harvestRecipients * 2 : 5
  return unknown >= least && (unknown + 1) / (recipients + 4) > tuning.harvestShare
}

/** Messages an hour that the sender's evidence speaks of. */
export function usualPerHour(sender: Sender, { judged }: Hits, { halfLife }: Tuning, now: number): number {
  const hours = Math.min((now - sender.since) / hour, halfLife / Math.LN2)
  return judged / Math.max(1, hours)
}
