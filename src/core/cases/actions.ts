import { hash } from 'node:crypto'
import type { Language } from '../../access/reasons.ts'
import { day } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import { plainText } from '../../base/plain-text.ts'
import { Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import { signTag } from '../../base/signed-token.ts'
import { Conflict } from '../../db/open.ts'
import { mailboxKey, type MailAddress } from '../../standards/mail-address.ts'
import { recordedName } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { releaseSubjects, restrictSubjects } from '../audit/secrecy-actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { queueWebhook } from '../outbox/actions.ts'
import {
  type AnswerBy,
  closed,
  heard,
  mayHold,
  mayReopen,
  newCase,
  reopened,
  unansweredMs,
  type Case,
  type CaseKind,
  type Legal,
  type CaseOutcome,
  type Severity,
  type Targets,
} from './case.ts'
import { isSpokenTo } from './legal.ts'
import { wordsToCompare, type Content } from './message.ts'
import { takesPart, type Participant, type ParticipantRole } from './participant.ts'
import * as store from './store.ts'
import * as participantStore from './participant-store.ts'
import * as messageStore from './message-store.ts'

/**
 * What other nouns do with cases, inside their own transactions: open one, let others join, close it. Whoever changes a case locks it
 * first (`lockCase`), after its own turn and before the audit.
 */

/** Something that somebody from outside said. */
export interface Incoming {
  readonly channel: 'mail' | 'form'
  readonly content: Content
  readonly isVerified: boolean
  readonly isSilent: boolean
  /** The message as it came. It is kept where something is attached to it. */
  readonly raw?: Buffer | undefined
  /** What the message is known by when it is delivered again; made from its thread and bytes when not given. */
  readonly key?: string | undefined
}

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

/** Cases of one network that its owner is shown. */
const mostWithin = 500

/** The severity of a case that nobody has weighed yet. */
const usualSeverity: Severity = 'B'

export function targetsOf({ settings }: Pick<Context, 'settings'>): Targets {
  const { calendar, firstMs, effectMs } = settings.support
  return { calendar, firstMs, effectMs }
}

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

/** A message of a participant: the clock goes on, a closed case opens again. Throws `case.full`, `case.over`, `case.merged`, `case.with-owner`. */
export async function hear(
  tx: Tx,
  participant: Participant,
  incoming: Incoming,
): Promise<'kept' | 'known' | 'copy'> {
  const now = tx.clock.now()
  const key = intakeKeyOf(tx, participant.id, incoming)
  if (key !== null && (await messageStore.hasIntakeKey(tx.queries, key))) return 'known'
  const it = await mustLock(tx, participant.caseId)
  const moves = incoming.isVerified && !incoming.isSilent
  if (!isSpokenTo(it, participant)) {
    if (incoming.isSilent) return 'copy'
    throw new Refusal('case.with-owner')
  }
  const over = mayReopen(it, now)
  // What a program wrote about a case of long ago changes nothing, and nobody has to know.
  if (over && !incoming.isSilent) throw over
  const bodyKey = bodyKeyOf(tx, participant.id, incoming.content)
  const words = { participant: participant.id, bodyKey, since: now - day, isHeard: moves }
  const same = await messageStore.sameWords(tx.queries, words)
  // The same words after a question, or after the end, are an answer to it; and what sleeps is woken.
  const isAwake = it.state === 'open' && it.snoozedUntilAt === null
  const changes = moves && (!isAwake || !takesPart(participant))
  if (same !== undefined && !changes) {
    await messageStore.countCopy(tx.queries, same)
    return 'copy'
  }
  // What strangers put into a restricted case takes no room from whom it is spoken of with.
  const held = it.legal === null ? it : await messageStore.sizeOf(tx.queries, { participant: participant.id })
  const refusal = mayHold(held, { size: sizeOf(incoming), isVerified: moves })
  if (refusal && incoming.isSilent) return 'copy'
  if (refusal) throw refusal
  if (!(await keep(tx, participant, incoming))) return 'known'
  if (moves && !takesPart(participant)) await returnTo(tx, participant)
  const full = await mustLock(tx, it.id)
  if (moves) await saveCase(tx, full.state === 'closed' ? await reopen(tx, full) : await hearMore(tx, full))
  tx.afterCommit('cases')
  return 'kept'
}

/** Somebody has said more in a case that goes on: it is our turn, and the webhooks know. Callers hold the case and save what comes back. */
export async function hearMore(tx: Tx, it: Case): Promise<Case> {
  const next = heard(it, tx.clock.now(), targetsOf(tx).calendar)
  await tell(tx, 'case.heard', next)
  return next
}

/** Who withdrew and writes again takes part again. */
async function returnTo(tx: Tx, { id, caseId }: Participant): Promise<void> {
  await participantStore.setWithdrawn(tx.queries, id, null)
  await record(tx, { action: 'case.returned', subject: `case:${caseId}`, facts: { participant: id } })
}

/** Opens a closed case again. Callers hold it and save what comes back. */
export async function reopen(tx: Tx, it: Case): Promise<Case> {
  await record(tx, { action: 'case.reopened', subject: `case:${it.id}`, facts: {} })
  const again = reopened(it, tx.clock.now(), targetsOf(tx))
  await tell(tx, 'case.opened', again)
  return again
}

/** False when the very same was kept before. */
async function keep(tx: Tx, participant: Participant, incoming: Incoming): Promise<boolean> {
  const { channel, content, isVerified, isSilent, raw } = incoming
  const id = newId()
  const isKept = await messageStore.insertMessage(tx.queries, tx.keys.vault, {
    id,
    caseId: participant.caseId,
    participant: participant.id,
    direction: 'in',
    channel,
    author: 'participant',
    isVerified,
    isSilent,
    at: tx.clock.now(),
    size: sizeOf(incoming),
    copies: 1,
    bodyKey: bodyKeyOf(tx, participant.id, content),
    intakeKey: intakeKeyOf(tx, participant.id, incoming),
    letter: null,
    content: readContent(content),
  })
  if (!isKept) return false
  if (raw !== undefined && keepsOriginal(incoming))
    await messageStore.insertOriginal(tx.queries, tx.keys.vault, {
      message: id,
      hash: hash('sha256', raw),
      raw,
    })
  await record(tx, {
    action: isSilent ? 'case.heard-program' : isVerified ? 'case.heard' : 'case.heard-unverified',
    subject: `case:${participant.caseId}`,
    facts: { participant: participant.id, channel, message: id },
  })
  await recount(tx, participant.caseId)
  return true
}

/** Counts anew what a case holds. */
export async function recount(tx: Tx, caseId: string): Promise<void> {
  const it = await mustLock(tx, caseId)
  await saveCase(tx, { ...it, ...(await messageStore.sizeOf(tx.queries, { caseId })) })
}

/** Longest of what somebody says that is kept as text. */
const mostText = 64 * 1024

function readContent(content: Content): Content {
  const { text, quoted, subject } = content
  return {
    ...content,
    text: plainText(text, mostText),
    ...(quoted !== undefined && { quoted: plainText(quoted, mostText) }),
    ...(subject !== undefined && { subject: plainText(subject, 998) }),
  }
}

/** What a program wrote is of no use to anybody. */
function keepsOriginal({ content, isSilent }: Incoming): boolean {
  return !isSilent && (content.attachments ?? []).length > 0
}

function sizeOf({ content, raw }: Incoming): number {
  return raw?.length ?? Buffer.byteLength(content.text)
}

/** The same bytes for the same thread are the same message, however often a server delivers them. */
function intakeKeyOf(tx: Tx, participant: string, { raw, key }: Incoming): string | null {
  if (key !== undefined) return key
  return raw === undefined ? null : keyOf(tx, `case-mail\0${participant}\0${hash('sha256', raw)}`)
}

function bodyKeyOf(tx: Tx, participant: string, content: Content): string {
  return keyOf(tx, `case-words\0${participant}\0${wordsToCompare(readContent(content))}`)
}

function keyOf(tx: Tx, text: string): string {
  return mac(tx.keys.hashes, text, 20).toString('base64url')
}

/** Saves by compare and swap; somebody else's change makes the transaction start again. */
export async function saveCase(tx: Tx, it: Case): Promise<void> {
  if (!(await store.updateCase(tx.queries, it)))
    throw new Conflict(`case ${it.id} was changed by somebody else`)
}

/** The case as it is, held by nobody. */
export async function findCase(ctx: Context, id: string): Promise<Case | undefined> {
  return await store.caseById(ctx.db.queries, id)
}

/** The case, for this transaction alone until it ends. */
export async function lockCase(tx: Tx, id: string): Promise<Case | undefined> {
  return await store.lockCase(tx.queries, id)
}

async function mustLock(tx: Tx, id: string): Promise<Case> {
  const it = await store.lockCase(tx.queries, id)
  if (!it) throw new Refusal('case.not-found')
  return it
}

/** The participant; inside a transaction, as it sees them. */
export async function participantOf(ctx: Context | Tx, id: string): Promise<Participant | undefined> {
  return await participantStore.participantById('queries' in ctx ? ctx.queries : ctx.db.queries, id)
}

export async function participantsOf(ctx: Context | Tx, caseId: string): Promise<readonly Participant[]> {
  return await participantStore.participantsOf('queries' in ctx ? ctx.queries : ctx.db.queries, caseId)
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
  const merged = await store.mergedInto(tx.queries, id)
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

/** Those of the participants whose case is spoken of with the owner alone. */
export async function restrictedAmong(
  ctx: Context | Tx,
  participants: readonly string[],
): Promise<readonly string[]> {
  return await store.restrictedAmong('queries' in ctx ? ctx.queries : ctx.db.queries, participants)
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
  for (const id of await store.unanswered(ctx.db.queries, before, limit))
    await transact(ctx, async (tx) => {
      const it = await lockCase(tx, id)
      const isOver = it?.state === 'waiting' && it.askedUntilAt !== null && it.askedUntilAt <= before
      if (!it || !isOver || it.conditionsEndAt !== null || it.legal !== null) return
      await closeCase(tx, it, { outcome: 'unanswered' })
      ended++
    })
  return ended
}

/** The case about this unit that is open, else the one that was closed last since then; undefined for neither. Of one with the owner alone nothing is said. */
export async function lastCaseAbout(ctx: Context, about: string, since: number): Promise<Case | undefined> {
  const states = ['open', 'waiting', 'conditional', 'closed'] as const
  const found = await store.listCases(ctx.db.queries, { states, about, offset: 0, limit: 50 })
  const own = found.filter(({ outcome, legal }) => outcome !== 'merged' && legal === null)
  return own.find(({ state }) => state !== 'closed') ?? own.find(({ closedAt }) => (closedAt ?? 0) >= since)
}

/** Cases about addresses whose key begins with the stem, opened since then, newest first; those that went on in others are not among them. */
export async function caseRefsWithin(ctx: Context, stem: string, since: number): Promise<readonly Case[]> {
  return await store.casesWithin(ctx.db.queries, stem, since, mostWithin)
}

/** Those of the participants whose case has ended, or who withdrew from it. */
export async function closedAmong(
  ctx: Context | Tx,
  participants: readonly string[],
): Promise<readonly string[]> {
  const queries = 'queries' in ctx ? ctx.queries : ctx.db.queries
  const found: string[] = []
  for (let from = 0; from < participants.length; from += 500)
    found.push(...(await store.closedAmong(queries, participants.slice(from, from + 500))))
  return found
}

/** Whether somebody has said something in this thread since then: they themselves, and no program of theirs. */
export async function heardSince(ctx: Context, participant: string, since: number): Promise<boolean> {
  return await messageStore.hasHeardSince(ctx.db.queries, participant, since)
}

/** Cases whose tests are to be looked at, those longest ago first. */
export async function casesWithConditions(
  ctx: Context,
  before: number,
  limit: number,
): Promise<readonly Case[]> {
  return await store.withConditions(ctx.db.queries, before, limit)
}

/** What was decided, by a person or by tests that passed, or did not in time. */
export type CaseDecision = 'granted' | 'conditional' | 'refused' | 'not-needed'

/** Tells the webhooks of a change. No words and no mailbox leave this way. */
export async function tell(
  tx: Tx,
  event: 'case.opened' | 'case.heard' | 'case.answered' | 'case.assigned' | 'case.decided' | 'case.closed',
  it: Case,
  decision?: CaseDecision,
): Promise<void> {
  const due = it.dueAt === null ? {} : { due: new Date(it.dueAt).toISOString() }
  await queueWebhook(tx, event, {
    case: it.id,
    kind: it.kind,
    severity: it.severity,
    state: it.state,
    about: it.legal === null ? it.about : null,
    outcome: it.outcome,
    ...(event === 'case.assigned' && { assignee: it.assignee, by: it.assignedBy }),
    ...(decision !== undefined && { decision }),
    ...due,
  })
}

/** The page of a participant's thread, on the public site. */
export function pageLink(ctx: Pick<Context, 'keys' | 'settings'>, participant: string): string {
  return `${ctx.settings.provider.site}/case/${pageToken(ctx, participant)}`
}

export function pageToken({ keys }: Pick<Context, 'keys'>, participant: string): string {
  return signTag(keys.tags, 'case-page', participant)
}
