import { boundsOf, type Bounds } from './bounds.ts'
import type { Counts, EvidenceKind } from './evidence.ts'
import type { Tuning } from './tuning.ts'

/** How a sender is thought of. `trusted` is said by the operator, never computed. */
export const grades = ['trusted', 'good', 'neutral', 'new', 'poor', 'bad'] as const
export type Grade = (typeof grades)[number]

/** Evidence as weighted hits and misses. */
export interface Hits {
  /** Unwanted, weighted. */
  readonly bad: number
  readonly good: number
  /** Messages that somebody judged. */
  readonly judged: number
}

/** What a judgement starts from: a share and how many messages it is worth. */
export interface Prior {
  readonly mean: number
  readonly strength: number
}

/** `complaintWorth`: hits that a complaint stands for; less where other evidence contradicts it. */
export function hitsOf(counts: Counts, tuning: Tuning, complaintWorth = tuning.complaintWeight): Hits {
  const { ham, bulk, spam, phish, malware, traps, complaints, notJunk } = counts
  const filtered = spam + phish * tuning.phishWeight + malware * tuning.malwareWeight
  const bad = Math.max(
    0,
    filtered + traps * tuning.trapWeight + complaints * complaintWorth + bulk * tuning.bulkWeight - notJunk,
  )
  return { bad, good: ham + bulk * (1 - tuning.bulkWeight), judged: ham + bulk + spam + phish + malware }
}

/** Hits that one message of a kind is. */
export function weightOf(kind: EvidenceKind, tuning: Tuning): number {
  if (kind === 'spam') return 1
  if (kind === 'phish') return tuning.phishWeight
  return kind === 'malware' ? tuning.malwareWeight : 0
}

export function bounds({ bad, good }: Hits, { mean, strength }: Prior): Bounds {
  return boundsOf(mean * strength + bad, (1 - mean) * strength + good)
}

/** The mean alone, for where no bound is decided on. */
export function meanOf({ bad, good }: Hits, { mean, strength }: Prior): number {
  return (mean * strength + bad) / (strength + bad + good)
}

/** Decided on bounds, never on the mean but for `poor`. `line`: the bad line as it stands for this sender. */
export function gradeOf(hits: Hits, limits: Bounds, line: number, tuning: Tuning): Grade {
  if (limits.lower > line && hits.judged >= tuning.leastOwn) return 'bad'
  if (limits.mean > line) return 'poor'
  if (hits.judged < tuning.leastOwn) return 'new'
  if (limits.upper < tuning.goodLine && hits.judged >= tuning.goodMessages) return 'good'
  return 'neutral'
}
