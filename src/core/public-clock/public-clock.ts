import { hour, minute, second } from '../../base/clock.ts'
import { publicCount, type PublicCount } from '../abuse/transparency.ts'
import { workingTime, type Calendar } from '../cases/calendar.ts'
import {
  isConcluded,
  owesAnswer,
  severities,
  type CaseKind,
  type CaseOutcome,
  type Severity,
} from '../cases/case.ts'

/**
 * How long people wait for us, as everybody may see it: counted from what is kept, rounded, and silent where so few waited that somebody
 * could be found in it.
 */

/**
 * `self-service`: the portal decided by itself. `rules`: what the rules of a form answered by themselves. `investigate`: a person decided about a
 * listing. `cases`: all other cases, as far as a person answered.
 */
export const clockKinds = ['self-service', 'rules', 'investigate', 'cases'] as const
export type ClockKind = (typeof clockKinds)[number]

/** Cases that began from a listing; the others began from a person. */
export function kindOf(kind: CaseKind): 'investigate' | 'cases' {
  return kind === 'record' || kind === 'mail' ? 'investigate' : 'cases'
}

/** Waits from which on a middle is told, and from which on the slowest twentieth is: with fewer it is the wait of one person. */
export const fewestForMedian = 10
export const fewestForSlowest = 20

export interface Waits {
  readonly count: PublicCount
  /** Milliseconds; null where too few waited to say it. */
  readonly medianMs: number | null
  readonly p95Ms: number | null
  /** The middle by the clock of the targets: in working time, and without that in which an answer or tests were waited for. */
  readonly workingMedianMs: number | null
}

export interface Figures {
  /** To the first answer; of the self-service, until its letter was handed to the mail server of the sender. */
  readonly first: Waits
  /** Until it was decided and done; of the self-service, from the sender's confirmation until the last gate let them in. */
  readonly effect: Waits
}

/** `month`: `2026-04`, UTC. */
export type MonthFigures = Figures & { readonly month: string }

export interface Backlog {
  /** Our turn, of them late, and theirs; of the self-service requests that wait for their confirmation. */
  readonly open: PublicCount
  readonly late: PublicCount
  readonly waiting: PublicCount
  /** Nobody's turn: tests are run until they pass. */
  readonly testing: PublicCount
}

export interface KindClock {
  readonly recent: Figures
  /** Whole months, newest first; none of which a part is deleted. */
  readonly months: readonly MonthFigures[]
  readonly backlog: Backlog
}

/** How often the first answer came in its time. */
export interface TargetFigures {
  readonly severity: Severity
  /** Working time. */
  readonly targetMs: number
  readonly due: PublicCount
  /** 0 to 1, in hundredths; null where too few were due to say it. */
  readonly kept: number | null
}

export interface PublicClock {
  readonly at: number
  readonly kinds: Readonly<Record<ClockKind, KindClock>>
  /** First answers that were due in the last thirty days. */
  readonly targets: readonly TargetFigures[]
  /** Working time until it is done. */
  readonly effectTargetMs: number
  /** Refusals that somebody had opened again, and that were decided again in the last year: how many, and which part was granted then. */
  readonly appeals: { readonly count: PublicCount; readonly changed: number | null }
  readonly calendar: Calendar
}

/** A case as the clock reads it. */
export interface ClockCase {
  readonly kind: ClockKind
  readonly severity: Severity
  readonly openedAt: number
  readonly firstDueAt: number
  readonly answeredAt: number | null
  /** When rules answered first, and when it came to a person after that. */
  readonly ruledAt: number | null
  readonly handedAt: number | null
  readonly closedAt: number | null
  /** Working time in which its clock stood: an answer or tests were waited for. */
  readonly waitedMs: number
  readonly outcome: CaseOutcome | null
  /** When it was opened again after a refusal. */
  readonly appealedAt: number | null
}

/** A removal that the portal did by itself. */
export interface ClockRemoval {
  readonly askedAt: number
  /** When the letter left; null where they wrote to us instead, or it is deleted. */
  readonly letterAt: number | null
  readonly decidedAt: number
  /** When the last gate that was there then had it; null while it has not. */
  readonly actedAt: number | null
}

/** A stretch of time: from `since` until before `until`. */
export interface Stretch {
  readonly since: number
  readonly until: number
}

/** One wait: from when, until when, and how much working time of it the clock stood. */
interface Wait {
  readonly from: number
  readonly until: number
  readonly stoodMs: number
}

/**
 * Of the cases: first answers of a person, since it came to one, and ends that happened in this time. What nobody decided, withdrawn, unanswered or
 * merged, is no end; what rules ended alone is told apart.
 */
export function figuresOfCases(cases: readonly ClockCase[], stretch: Stretch, calendar: Calendar): Figures {
  const first = cases.flatMap(({ openedAt, handedAt, answeredAt: until }): readonly Wait[] =>
    until !== null && isIn(stretch, until) ? [{ from: handedAt ?? openedAt, until, stoodMs: 0 }] : [],
  )
  const effect = endsOf(
    cases.filter((each) => !isByRules(each)),
    stretch,
  )
  return { first: waitsOf(first, calendar), effect: waitsOf(effect, calendar) }
}

/** Of forms: first answers of the rules, and what they ended before any person had answered. */
export function figuresOfRules(cases: readonly ClockCase[], stretch: Stretch, calendar: Calendar): Figures {
  const first = cases.flatMap(({ openedAt: from, ruledAt: until }): readonly Wait[] =>
    until !== null && isIn(stretch, until) ? [{ from, until, stoodMs: 0 }] : [],
  )
  return {
    first: waitsOf(first, calendar),
    effect: waitsOf(endsOf(cases.filter(isByRules), stretch), calendar),
  }
}

/** Whether rules answered it, and no person has. */
function isByRules({ answeredAt, ruledAt }: ClockCase): boolean {
  return answeredAt === null && ruledAt !== null
}

function endsOf(cases: readonly ClockCase[], stretch: Stretch): readonly Wait[] {
  return cases.flatMap(({ openedAt: from, closedAt: until, outcome, waitedMs }): readonly Wait[] =>
    until !== null && isIn(stretch, until) && isConcluded(outcome)
      ? [{ from, until, stoodMs: waitedMs }]
      : [],
  )
}

export function figuresOfRemovals(removals: readonly ClockRemoval[], stretch: Stretch): Figures {
  const first = removals.flatMap(({ askedAt: from, letterAt: until }): readonly Wait[] =>
    until !== null && isIn(stretch, until) ? [{ from, until, stoodMs: 0 }] : [],
  )
  const effect = removals.flatMap(({ decidedAt: from, actedAt: until }): readonly Wait[] =>
    until !== null && isIn(stretch, from) ? [{ from, until, stoodMs: 0 }] : [],
  )
  return { first: waitsOf(first), effect: waitsOf(effect) }
}

function isIn({ since, until }: Stretch, at: number): boolean {
  return at >= since && at < until
}

/** Without a calendar all time is working time. */
function waitsOf(waits: readonly Wait[], calendar?: Calendar): Waits {
  const passed = waits.map(({ from, until }) => Math.max(0, until - from))
  const worked = calendar
    ? waits.map(({ from, until, stoodMs }) => Math.max(0, workingTime(calendar, from, until) - stoodMs))
    : passed
  const isSaid = waits.length >= fewestForMedian
  return {
    count: publicCount(waits.length),
    medianMs: isSaid ? rounded(percentile(passed, 0.5)) : null,
    p95Ms: waits.length >= fewestForSlowest ? rounded(percentile(passed, 0.95)) : null,
    workingMedianMs: isSaid ? rounded(percentile(worked, 0.5)) : null,
  }
}

/** The value that this part of them does not exceed: nearest rank. 0 of none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0
}

/** To whole seconds below two minutes, whole minutes below two hours, else whole hours: a wait to the millisecond would be a name. */
export function rounded(ms: number): number {
  const unit = ms < 2 * minute ? second : ms < 2 * hour ? minute : hour
  return Math.round(ms / unit) * unit
}

/**
 * First answers of a person whose time was up in this stretch. Who withdrew before is not counted, nor whom rules have answered: nobody owed them
 * one any more, or yet.
 */
export function targetsKept(
  cases: readonly ClockCase[],
  stretch: Stretch,
  firstMs: Readonly<Record<Severity, number>>,
): readonly TargetFigures[] {
  return severities.map((severity) => {
    const due = cases.filter(
      (each) =>
        each.severity === severity &&
        isIn(stretch, each.firstDueAt) &&
        (each.answeredAt !== null || (each.closedAt === null && owesAnswer(each))),
    )
    const kept = due.filter(({ answeredAt, firstDueAt }) => answeredAt !== null && answeredAt <= firstDueAt)
    return {
      severity,
      targetMs: firstMs[severity],
      due: publicCount(due.length),
      kept: shareOf(kept.length, due.length),
    }
  })
}

/** Of the refusals that were opened again and decided again: the part that was granted the second time. */
export function appealsOf(cases: readonly ClockCase[], stretch: Stretch): PublicClock['appeals'] {
  const decided = cases.filter(
    ({ appealedAt, closedAt, outcome }) =>
      appealedAt !== null && closedAt !== null && isIn(stretch, closedAt) && isConcluded(outcome),
  )
  const changed = decided.filter(({ outcome }) => outcome === 'granted')
  return { count: publicCount(decided.length), changed: shareOf(changed.length, decided.length) }
}

function shareOf(part: number, all: number): number | null {
  return all < fewestForMedian ? null : Math.round((part / all) * 100) / 100
}
