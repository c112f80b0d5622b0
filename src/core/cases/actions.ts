import type { Language } from '../../access/reasons.ts'
import { newId } from '../../base/id.ts'
import { type MailAddress, mailboxKey } from '../../standards/mail-address.ts'
import { recordedName } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { releaseSubjects, restrictSubjects } from '../audit/secrecy-actions.ts'
import { type Context, type Tx, transact } from '../context.ts'
import {
  type AnswerBy,
  type Case,
  type CaseKind,
  type CaseOutcome,
  type Legal,
  type Severity,
  closed,
  newCase,
  unansweredMs,
} from './case.ts'
import { type Incoming, keep } from './hear-actions.ts'
import { lockCase, mustLock, saveCase, targetsOf, tell } from './hold-actions.ts'
import type { Participant, ParticipantRole } from './participant.ts'
import * as participantStore from './participant-store.ts'
import * as listStore from './list-store.ts'
import * as store from './store.ts'

/** What other nouns do with cases, inside their own transactions: open one, let others join, restrict it, close it. */

export interface Joining {
  readonly role: ParticipantRole
  readonly mailbox: MailAddress
  readonly language: Language
  /** What they say; nothing when they say nothing. */
  readonly says?: Incoming | undefined
}

export interface Opening {
  readonly kind: CaseKind
  /** The unit that it is about, canonical. */
  readonly about: string | null
  /** `B` when not given. */
  readonly severity?: Severity | undefined
  readonly by: Joining
}

export interface Opened {
  readonly case: Case
  readonly participant: Participant
}

/** The severity of a case that nobody has weighed yet. */
const usualSeverity: Severity = 'B'

export async function openCase(tx: Tx, { kind, about, severity, by }: Opening): Promise<Opened> {
  const openedBy = recordedName(tx.actor)
  const it = newCase(
    { id: newId(), kind, severity: severity ?? usualSeverity, about, openedBy },
    tx.clock.now(),
    targetsOf(tx),
  )
  await store.insertCase(tx.queries, it)
  await record(tx, {
    action: 'case.opened',
    subject: `case:${it.id}`,
    facts: { kind, severity: it.severity, ...(about === null ? {} : { about }) },
  })
  await tell(tx, 'case.opened', it)
  const { participant } = await joinCase(tx, it, by)
  tx.afterCommit('cases')
  return { case: await mustLock(tx, it.id), participant }
}

/** Somebody else who is concerned by the same. Callers hold the case. */
export async function joinCase(
  tx: Tx,
  it: Pick<Case, 'id'>,
  { role, mailbox, language, says }: Joining,
): Promise<{ readonly participant: Participant }> {
  const participant: Participant = {
    id: newId(),
    caseId: it.id,
    role,
    mailbox,
    mailboxKey: mailboxKey(mailbox),
    language,
    sinceAt: tx.clock.now(),
    withdrawnAt: null,
    helped: null,
  }
  await participantStore.insertParticipant(tx.queries, participant)
  await shareSecrecy(tx, it.id, [`thread:${participant.id}`])
  await record(tx, {
    action: 'case.joined',
    subject: `case:${it.id}`,
    facts: { participant: participant.id, role },
  })
  // The first words of somebody who joins find room, however full it is: a person counted them in.
  if (says) await keep(tx, participant, says)
  return { participant }
}

/**
 * Only the owner is spoken to from now on, or, with null, everybody again. What was merged into the case is as restricted as it is, and so is
 * what is written of its threads and of the `parts` that others know of. Callers hold the case and write it down.
 */
export async function restrictCase(
  tx: Tx,
  id: string,
  legal: Legal | null,
  parts: readonly string[] = [],
): Promise<void> {
  const it = await mustLock(tx, id)
  if (legal !== null) await participantStore.setWithdrawn(tx.queries, legal.participant, null)
  await saveCase(tx, { ...it, legal })
  const merged = await listStore.mergedInto(tx.queries, id)
  for (const each of merged) await saveCase(tx, { ...(await mustLock(tx, each)), legal })
  if (legal === null) await releaseSubjects(tx, id)
  else {
    const threads = (await participantStore.participantsOf(tx.queries, id)).map((each) => `thread:${each.id}`)
    await restrictSubjects(tx, id, [...[id, ...merged].map((each) => `case:${each}`), ...threads, ...parts])
  }
  tx.afterCommit('cases')
}

/** Something new belongs to the case: where that is restricted, so is what is written of it. */
export async function shareSecrecy(tx: Tx, id: string, subjects: readonly string[]): Promise<void> {
  const it = await store.caseById(tx.queries, id)
  if (it && it.legal !== null) await restrictSubjects(tx, id, subjects)
}

/** Ends a case. Callers hold it; what is said to its participants is theirs to say. */
export async function closeCase(
  tx: Tx,
  it: Case,
  how: {
    readonly outcome: CaseOutcome
    readonly why?: string | undefined
    /** Who answers by it, where nobody has before; somebody at the desk when not given. */
    readonly answers?: AnswerBy | undefined
  },
): Promise<Case> {
  const { outcome, why = '', answers } = how
  const ended = closed(
    it,
    { outcome, why, by: recordedName(tx.actor), answers },
    tx.clock.now(),
    targetsOf(tx).calendar,
  )
  await saveCase(tx, ended)
  await record(tx, { action: 'case.closed', subject: `case:${it.id}`, facts: { outcome } })
  await tell(tx, 'case.closed', ended)
  return ended
}

/**
 * Closes cases in which somebody was asked something and has not answered, a day after their time was over; how many. What they asked for waits in
 * no queue any more (`settleRequests`), and an answer opens it again. Tests that still run, and a case with the owner alone, wait on.
 */
export async function closeUnanswered(ctx: Context, limit: number): Promise<number> {
  const before = ctx.clock.now() - unansweredMs
  let ended = 0
  for (const id of await listStore.unanswered(ctx.db.queries, before, limit))
    await transact(ctx, async (tx) => {
      const it = await lockCase(tx, id)
      const isOver = it?.state === 'waiting' && it.askedUntilAt !== null && it.askedUntilAt <= before
      if (!it || !isOver || it.conditionsEndAt !== null || it.legal !== null) return
      await closeCase(tx, it, { outcome: 'unanswered' })
      ended++
    })
  return ended
}
