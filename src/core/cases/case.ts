import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { deadline, workingTime, type Calendar } from './calendar.ts'

/** `open`: it is our turn. `waiting`: theirs. `conditional`: nobody's, granted as soon as the named tests pass, or those of the addresses of a form. */
export const caseStates = ['open', 'waiting', 'conditional', 'closed'] as const
export type CaseState = (typeof caseStates)[number]

/** What it began from. `record`: a decision record, by the portal; `mail`: the delist mailbox. */
export const caseKinds = ['record', 'mail', 'form', 'recipient', 'owner', 'operator'] as const
export type CaseKind = (typeof caseKinds)[number]

export const severities = ['A', 'B', 'C'] as const
export type Severity = (typeof severities)[number]

/**
 * `granted`: what was asked for was done. `not-needed`: there was nothing to do any more. `unanswered`: they did not answer in their time.
 * `merged`: goes on in another.
 */
export const caseOutcomes = [
  'granted',
  'not-needed',
  'refused',
  'answered',
  'withdrawn',
  'unanswered',
  'merged',
] as const
export type CaseOutcome = (typeof caseOutcomes)[number]

/** A test that must pass, and what it said last; `unknown`: it has not been run, or could not be told. */
export interface Condition {
  /** `reverse-name`, `helo-name`, `spf:example.org`, `dmarc:example.org`, `check:dkim:example.org`. */
  readonly test: string
  readonly said: 'passes' | 'fails' | 'unknown'
}

/** A case that is spoken of with the owner of the address space alone, and how it is known who that is. */
export interface Legal {
  readonly at: number
  readonly by: string
  /** The thread of the owner. */
  readonly participant: string
  /** What they proved to be theirs, how, and when that was last seen. */
  readonly claim: string
  readonly prefix: string
  readonly proof: string
  readonly checkedAt: number
}

/** A thread with a clock. What it is about beyond an address is known to whoever opened it. Moments are milliseconds since 1970. */
export interface Case {
  readonly id: string
  readonly kind: CaseKind
  readonly state: CaseState
  readonly severity: Severity
  /** The unit that it is about: `192.0.2.45/32`. */
  readonly about: string | null
  readonly openedAt: number
  readonly openedBy: string
  /** By when a person is to answer first, and when one did. */
  readonly firstDueAt: number
  readonly answeredAt: number | null
  /** When rules answered, no person having done so before; and when it came to a person after that. What rules answer is no answer of a person. */
  readonly ruledAt: number | null
  readonly handedAt: number | null
  /** By when it is to have had its effect; as it stood when we began to wait. */
  readonly effectDueAt: number
  /** Working time left when we began to wait for them; null while it is our turn. */
  readonly effectLeftMs: number | null
  /** Working time that was spent on waiting for them. */
  readonly waitedMs: number
  readonly waitingSinceAt: number | null
  /** By when they are to answer. */
  readonly askedUntilAt: number | null
  readonly snoozedUntilAt: number | null
  /** What the queue is ordered by; null while nothing is ours to do. */
  readonly dueAt: number | null
  readonly conditions: readonly Condition[]
  readonly conditionsEndAt: number | null
  /** When the tests were looked at last; null: they have said something since. */
  readonly checkedAt: number | null
  readonly toldAt: number | null
  readonly outcome: CaseOutcome | null
  /** Of a refusal: the test that is not passed, or the judgement in a sentence. */
  readonly why: string
  readonly closedAt: number | null
  readonly closedBy: string | null
  /** When it was opened again after a refusal, the last time. */
  readonly appealedAt: number | null
  readonly assignee: string | null
  /** When it was given to them, and by whom: `operator:bob`. */
  readonly assignedAt: number | null
  readonly assignedBy: string | null
  /** Set where only the owner of the address space is spoken to. */
  readonly legal: Legal | null
  readonly mergedInto: string | null
  readonly messages: number
  readonly bytes: number
  /** Messages whose writer is not known to be the participant. */
  readonly unverified: number
  readonly acks: number
  readonly version: number
}

/** How soon, in working time. */
export interface Targets {
  readonly calendar: Calendar
  readonly firstMs: Readonly<Record<Severity, number>>
  readonly effectMs: number
}

export function newCase(
  about: Pick<Case, 'id' | 'kind' | 'severity' | 'about' | 'openedBy'>,
  now: number,
  { calendar, firstMs, effectMs }: Targets,
): Case {
  const effectDueAt = deadline(calendar, now, effectMs)
  const firstDueAt = Math.min(deadline(calendar, now, firstMs[about.severity]), effectDueAt)
  return {
    ...about,
    state: 'open',
    openedAt: now,
    firstDueAt,
    answeredAt: null,
    ruledAt: null,
    handedAt: null,
    effectDueAt,
    effectLeftMs: null,
    waitedMs: 0,
    waitingSinceAt: null,
    askedUntilAt: null,
    snoozedUntilAt: null,
    dueAt: firstDueAt,
    conditions: [],
    conditionsEndAt: null,
    checkedAt: null,
    toldAt: null,
    outcome: null,
    why: '',
    closedAt: null,
    closedBy: null,
    appealedAt: null,
    assignee: null,
    assignedAt: null,
    assignedBy: null,
    legal: null,
    mergedInto: null,
    messages: 0,
    bytes: 0,
    unverified: 0,
    acks: 0,
    version: 1,
  }
}

/** What the clock of an open case says next: the first answer, then the effect. */
function dueOf({ state, answeredAt, firstDueAt, effectDueAt }: Case): number | null {
  if (state !== 'open') return null
  return answeredAt === null ? firstDueAt : effectDueAt
}

/** With what the clock says next. */
export function withDue(it: Case): Case {
  return { ...it, dueAt: dueOf(it) }
}

/**
 * They said something: it is our turn, and the clock goes on from where it stood. What is closed stays closed. Tests that the case waits for
 * are looked at again now: who writes then has mostly mended what they name.
 */
export function heard(it: Case, now: number, calendar: Calendar): Case {
  if (it.state === 'closed') return it
  return { ...takenUp(it, now, calendar), checkedAt: it.conditionsEndAt === null ? it.checkedAt : null }
}

/** It is our turn, whatever was waited for. */
export function takenUp(it: Case, now: number, calendar: Calendar): Case {
  if (it.state === 'closed') return it
  const mine = {
    ...handed(resumed(it, now, calendar), now, calendar),
    state: 'open',
    askedUntilAt: null,
    snoozedUntilAt: null,
  } as const
  return withDue(mine)
}

/** It came to a person after rules had answered: their first answer is owed from then on, within the time that it had in the beginning. */
function handed(it: Case, now: number, calendar: Calendar): Case {
  if (owesAnswer(it) || it.answeredAt !== null) return it
  const allowed = workingTime(calendar, it.openedAt, it.firstDueAt)
  return { ...it, handedAt: now, firstDueAt: Math.min(deadline(calendar, now, allowed), it.effectDueAt) }
}

/** Whether a person still has to answer first: not while rules have, and nobody has written since. */
export function owesAnswer({
  answeredAt,
  ruledAt,
  handedAt,
}: Pick<Case, 'answeredAt' | 'ruledAt' | 'handedAt'>): boolean {
  return answeredAt === null && (ruledAt === null || handedAt !== null)
}

/** Who answers: somebody at the desk, or the rules of a form. */
export type AnswerBy = 'desk' | 'rules'

function answeredBy(it: Case, by: AnswerBy, now: number): Pick<Case, 'answeredAt' | 'ruledAt'> {
  const { answeredAt, ruledAt } = it
  if (by === 'desk') return { answeredAt: answeredAt ?? now, ruledAt }
  return { answeredAt, ruledAt: ruledAt ?? (answeredAt === null ? now : null) }
}

/** The clock of the effect goes on. */
export function resumed(it: Case, now: number, calendar: Calendar): Case {
  if (it.effectLeftMs === null || it.waitingSinceAt === null) return it
  return {
    ...it,
    effectDueAt: deadline(calendar, now, it.effectLeftMs),
    effectLeftMs: null,
    waitedMs: it.waitedMs + workingTime(calendar, it.waitingSinceAt, now),
    waitingSinceAt: null,
  }
}

/** We answered. `untilAt`: and ask them something, so that it is their turn until then. */
export function answered(
  it: Case,
  now: number,
  calendar: Calendar,
  untilAt?: number,
  by: AnswerBy = 'desk',
): Case {
  const first = { ...it, ...answeredBy(it, by, now), snoozedUntilAt: null }
  return untilAt === undefined
    ? withDue(first)
    : stopped({ ...first, askedUntilAt: untilAt }, 'waiting', now, calendar)
}

/** Their addresses wait for tests, which we run until then; each address of a form has its own. */
export function onTests(
  it: Case,
  { now, untilAt, by }: { readonly now: number; readonly untilAt: number; readonly by: AnswerBy },
  calendar: Calendar,
): Case {
  const told = { ...it, ...answeredBy(it, by, now), snoozedUntilAt: null, askedUntilAt: untilAt }
  return stopped(told, 'conditional', now, calendar)
}

/** It is not ours to do something: the clock stands. */
function stopped(it: Case, state: 'waiting' | 'conditional', now: number, calendar: Calendar): Case {
  const since = it.waitingSinceAt ?? now
  const left = it.effectLeftMs ?? workingTime(calendar, now, it.effectDueAt)
  return withDue({ ...it, state, waitingSinceAt: since, effectLeftMs: left })
}

/** Granted once these tests pass, if they do before `endAt`. */
export function madeConditional(
  it: Case,
  { conditions, endAt }: { readonly conditions: readonly Condition[]; readonly endAt: number },
  now: number,
  calendar: Calendar,
): Case {
  const told = {
    ...it,
    answeredAt: it.answeredAt ?? now,
    conditions,
    conditionsEndAt: endAt,
    toldAt: now,
    checkedAt: now,
  }
  return stopped({ ...told, askedUntilAt: endAt, snoozedUntilAt: null }, 'conditional', now, calendar)
}

export function closed(
  it: Case,
  {
    outcome,
    by,
    why = '',
    answers = 'desk',
  }: {
    readonly outcome: CaseOutcome
    readonly by: string
    readonly why?: string
    readonly answers?: AnswerBy | undefined
  },
  now: number,
  calendar: Calendar,
): Case {
  return withDue({
    ...resumed(it, now, calendar),
    state: 'closed',
    // Nobody is answered by a case that they withdrew or left themselves.
    ...(isConcluded(outcome) && answeredBy(it, answers, now)),
    outcome,
    why,
    closedAt: now,
    closedBy: by,
    askedUntilAt: null,
    snoozedUntilAt: null,
    conditionsEndAt: null,
  })
}

/** After the time of an answer is over a case waits for so much longer: letters take their time. */
export const unansweredMs = day

/** Whether somebody came to a decision or an answer with it: they did not leave it, nor does it go on elsewhere. */
export function isConcluded(outcome: CaseOutcome | null): boolean {
  return outcome !== null && outcome !== 'withdrawn' && outcome !== 'unanswered' && outcome !== 'merged'
}

/** How long after its end a case goes on when somebody says more. */
export const reopensMs = 14 * day

/** Whether it may be opened again. Throws nothing: gives `case.over` with the day. */
export function mayReopen({ closedAt, mergedInto }: Case, now: number): Refusal | undefined {
  if (closedAt === null) return undefined
  if (mergedInto !== null) return new Refusal('case.merged')
  if (now < closedAt + reopensMs) return undefined
  return new Refusal('case.over', { closed: new Date(closedAt).toISOString() })
}

/**
 * Opened again: the time for the effect begins anew. The first answer is owed no more, or, where they withdrew before one, from now on.
 */
export function reopened(it: Case, now: number, { calendar, firstMs, effectMs }: Targets): Case {
  const again = { ...it, state: 'open', outcome: null, why: '', closedAt: null, closedBy: null } as const
  const appealedAt = it.outcome === 'refused' ? now : it.appealedAt
  const effectDueAt = deadline(calendar, now, effectMs)
  const owedAt = Math.min(deadline(calendar, now, firstMs[it.severity]), effectDueAt)
  const firstDueAt = it.answeredAt === null ? owedAt : it.firstDueAt
  const handedAt = owesAnswer(it) || it.answeredAt !== null ? it.handedAt : now
  return withDue({ ...again, handedAt, appealedAt, conditions: [], firstDueAt, effectDueAt })
}

/** Most of what one case holds (security CASE-5). */
export const mostMessages = 200
export const mostBytes = 25 * 1024 * 1024
/** What strangers who got hold of an address may put there. */
export const mostUnverified = 50

/** Whether a message of this size still fits. Ours and notes always do. */
export function mayHold(
  it: Pick<Case, 'messages' | 'bytes' | 'unverified'>,
  { size, isVerified }: { readonly size: number; readonly isVerified: boolean },
): Refusal | undefined {
  const isFull = it.messages >= mostMessages || it.bytes + size > mostBytes
  return isFull || (!isVerified && it.unverified >= mostUnverified) ? new Refusal('case.full') : undefined
}

/** Acknowledgements in one thread (security CASE-3). */
export const mostAcks = 3

/** Whose it is from now on; `null`: nobody's. */
export function assigned(it: Case, to: string | null, by: string, now: number): Case {
  if (to === null) return { ...it, assignee: null, assignedAt: null, assignedBy: null }
  return { ...it, assignee: to, assignedAt: now, assignedBy: by }
}

/** Weighed anew, which moves the first answer while it is owed: one that was given was in time, or not, by what held then. */
export function withSeverity(it: Case, severity: Severity, targets: Targets): Case {
  if (it.answeredAt !== null) return { ...it, severity }
  const firstDueAt = Math.min(
    deadline(targets.calendar, it.handedAt ?? it.openedAt, targets.firstMs[severity]),
    it.effectDueAt,
  )
  return withDue({ ...it, severity, firstDueAt })
}

/** Whether its time is up, or what the clock says of it. */
export function isOverdue({ dueAt }: Pick<Case, 'dueAt'>, now: number): boolean {
  return dueAt !== null && dueAt <= now
}
