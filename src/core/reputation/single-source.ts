import { day } from '../../base/clock.ts'
import { nothing, type Counts, type EvidenceKind } from './evidence.ts'
import { hitsOf, meanOf, type Prior } from './grade.ts'
import type { Said, Testimony } from './testimony.ts'
import type { Tuning } from './tuning.ts'

/**
 * No source alone carries a sender over a line where several report of it (docs/decisions/011). Each owns the facts of its roles, so
 * several report where others have told facts of the same kind, enough of them and lately; then what they say without it has to be
 * over the line by its mean.
 */

/** Evidence that a sender is judged by, and what that starts from. */
export interface Window {
  readonly testimony: Testimony
  readonly prior: Prior
}

export interface Question {
  /** The most telling first; the last one is of everything that counts. */
  readonly windows: readonly [Window, ...Window[]]
  /** Whether what is left without a source is over the line all the same. */
  readonly isOver: (left: Counts, prior: Prior) => boolean
}

/** The first source without which the others do not say so; undefined: whoever is left out, it stands. */
export function soleSource({ windows, isOver }: Question, tuning: Tuning, now: number): string | undefined {
  const whole = windows.at(-1)?.testimony.said(now) ?? []
  const alone = whole.find((who) => {
    const facts = contested(who, whole, tuning, now)
    return (
      facts.length > 0 &&
      !windows.some(({ testimony, prior }) => isOver(without(testimony, who.source, facts, now), prior))
    )
  })
  return alone?.source
}

/** Whether the mean of what is left is over a line: what others do not say for themselves they need not prove. */
export function isMeanOver(line: number, tuning: Tuning, complaintWorth: number): Question['isOver'] {
  return (left, prior) => meanOf(hitsOf(left, tuning, complaintWorth), prior) > line
}

/** What is left of the evidence without each source whose facts others report too; one for each such source. */
export function leftWithout(testimony: Testimony, tuning: Tuning, now: number): readonly Counts[] {
  const said = testimony.said(now)
  return said.flatMap((who) => {
    const facts = contested(who, said, tuning, now)
    return facts.length === 0 ? [] : [without(testimony, who.source, facts, now)]
  })
}

/** Facts by the role that owns them (access/source-roles.ts). */
const factsOf = {
  filter: ['ham', 'bulk', 'spam', 'phish', 'malware'],
  mta: ['recipients', 'unknown', 'traps'],
  reports: ['complaints', 'notJunk'],
} as const satisfies Record<string, readonly EvidenceKind[]>

/** For so long who has said something still reports: who has heard nothing for longer neither accuses nor acquits. */
const reportsMs = day

/** Facts of a source that others have told of too, enough of them and lately. */
function contested(who: Said, all: readonly Said[], tuning: Tuning, now: number): readonly EvidenceKind[] {
  const others = all.filter((each) => each !== who && now - each.lastAt < reportsMs)
  const sum = (kinds: readonly EvidenceKind[]): number =>
    others.reduce((total, { counts }) => total + amount(counts, kinds), 0)
  // Half a message of an hour ago is still a message.
  const isJudged = sum(factsOf.filter) >= tuning.othersMessages - 0.5
  const isCounted = sum(['recipients']) >= tuning.othersMessages - 0.5
  const tellsOfMessages = amount(who.counts, [...factsOf.filter, ...factsOf.mta]) > 0
  // Whoever tells of messages itself could as well make up who complains of them.
  const isComplained =
    sum(['complaints']) >= tuning.leastReporters - 0.5 || (tellsOfMessages && (isJudged || isCounted))
  return [
    ...(isJudged ? factsOf.filter : []),
    ...(isCounted ? factsOf.mta : []),
    ...(isComplained ? factsOf.reports : []),
  ].filter((kind) => who.counts[kind] > 0)
}

function without(testimony: Testimony, source: string, facts: readonly EvidenceKind[], now: number): Counts {
  const said = testimony.said(now).find((each) => each.source === source)?.counts
  const counts = testimony.counts(now)
  // Who alone has spoken in this window has said all of it.
  const own = said ?? (testimony.only === source ? counts : nothing)
  const left = facts.map((kind) => [kind, Math.max(0, counts[kind] - own[kind])])
  return { ...counts, ...(Object.fromEntries(left) as Partial<Counts>) }
}

function amount(counts: Counts, kinds: readonly EvidenceKind[]): number {
  return kinds.reduce((sum, kind) => sum + counts[kind], 0)
}
