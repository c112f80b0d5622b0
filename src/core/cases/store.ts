import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Language } from '../../access/reasons.ts'
import { seal, unseal } from '../../base/seal.ts'
import type { Secret } from '../../base/secret.ts'
import type { Tables } from '../../db/schema.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import {
  caseKinds,
  caseOutcomes,
  caseStates,
  severities,
  type Case,
  type CaseKind,
  type CaseState,
  type Condition,
  type Legal,
  type Severity,
} from './case.ts'
import { letterStates, type Content, type LetterState, type Message } from './message.ts'
import { helpedAnswers, participantRoles, type Helped, type Participant } from './participant.ts'

type Queries = Kysely<Tables>
type CaseRow = Tables['cases']
type ParticipantRow = Tables['case_participants']
type MessageRow = Omit<Tables['case_messages'], 'seq'>

const columns = [
  'id',
  'kind',
  'state',
  'severity',
  'about',
  'opened_at',
  'opened_by',
  'first_due_at',
  'answered_at',
  'effect_due_at',
  'effect_left_ms',
  'waited_ms',
  'waiting_since_at',
  'asked_until_at',
  'snoozed_until_at',
  'due_at',
  'conditions',
  'conditions_end_at',
  'checked_at',
  'told_at',
  'outcome',
  'why',
  'closed_at',
  'closed_by',
  'appealed_at',
  'assignee',
  'assigned_at',
  'assigned_by',
  'legal',
  'merged_into',
  'messages',
  'bytes',
  'unverified',
  'acks',
  'version',
] as const

const participantColumns = [
  'id',
  'case_id',
  'role',
  'mailbox',
  'mailbox_key',
  'language',
  'since_at',
  'withdrawn_at',
  'helped',
] as const

const messageColumns = [
  'id',
  'case_id',
  'participant_id',
  'direction',
  'channel',
  'author',
  'is_verified',
  'is_silent',
  'at',
  'size',
  'copies',
  'body_key',
  'intake_key',
  'letter',
  'content',
] as const

export async function insertCase(queries: Queries, it: Case): Promise<void> {
  await queries.insertInto('cases').values(toRow(it)).execute()
}

/** Compare and swap: false when the case has changed since it was read. */
export async function updateCase(queries: Queries, it: Case): Promise<boolean> {
  const { id, ...row } = toRow({ ...it, version: it.version + 1 })
  const { numUpdatedRows } = await queries
    .updateTable('cases')
    .set(row)
    .where('id', '=', id)
    .where('version', '=', it.version)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** The id may be anything that stands in an address. */
export async function caseById(queries: Queries, id: string): Promise<Case | undefined> {
  if (!/^[0-9a-z]{1,40}$/.test(id)) return undefined
  const row = await queries.selectFrom('cases').select(columns).where('id', '=', id).executeTakeFirst()
  return row && fromRow(row)
}

/** The case, for this transaction alone until it ends. */
export async function lockCase(queries: Queries, id: string): Promise<Case | undefined> {
  if (!/^[0-9a-z]{1,40}$/.test(id)) return undefined
  await queries
    .updateTable('cases')
    .set((eb) => ({ version: eb.ref('version') }))
    .where('id', '=', id)
    .execute()
  return await caseById(queries, id)
}

/** What the queue shows. */
export interface Wanted {
  readonly states: readonly CaseState[]
  readonly severity?: Severity | undefined
  readonly kind?: CaseKind | undefined
  /** A name of `actorName`; null: nobody's. */
  readonly assignee?: string | null | undefined
  readonly about?: string | undefined
  /** Restricted ones are left out: for whoever may not know what they are about. */
  readonly withoutLegal?: boolean | undefined
  /** Those that sleep now are left out. */
  readonly awakeAt?: number | undefined
  readonly offset: number
  readonly limit: number
}

/** By the clock: overdue and due first, then those that have no clock now; closed ones the latest first. */
export async function listCases(queries: Queries, wanted: Wanted): Promise<Case[]> {
  const { states, severity, kind, assignee, about, awakeAt } = wanted
  let query = queries.selectFrom('cases').select(columns).where('state', 'in', states)
  if (severity !== undefined) query = query.where('severity', '=', severity)
  if (kind !== undefined) query = query.where('kind', '=', kind)
  if (assignee === null) query = query.where('assignee', 'is', null)
  else if (assignee !== undefined) query = query.where('assignee', '=', assignee)
  if (about !== undefined) query = query.where('about', '=', about)
  if (wanted.withoutLegal === true) query = query.where('legal', 'is', null)
  if (awakeAt !== undefined)
    query = query.where((eb) =>
      eb.or([eb('snoozed_until_at', 'is', null), eb('snoozed_until_at', '<=', awakeAt)]),
    )
  const rows = await query
    .orderBy((eb) => eb.fn.coalesce('due_at', eb.lit(Number.MAX_SAFE_INTEGER)))
    .orderBy((eb) => eb.fn.coalesce('closed_at', eb.lit(0)), 'desc')
    .orderBy('opened_at')
    .orderBy('id')
    .offset(wanted.offset)
    .limit(wanted.limit)
    .execute()
  return rows.map(fromRow)
}

/** Those that are our turn and awake: how many, and how many of them are late. */
export async function countOpen(
  queries: Queries,
  now: number,
): Promise<{ readonly open: number; readonly overdue: number }> {
  const rows = await queries
    .selectFrom('cases')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .select((eb) => eb.fn.count<number>(eb.case().when('due_at', '<=', now).then(1).end()).as('late'))
    .where('state', '=', 'open')
    .where((eb) => eb.or([eb('snoozed_until_at', 'is', null), eb('snoozed_until_at', '<=', now)]))
    .executeTakeFirstOrThrow()
  return { open: Number(rows.count), overdue: Number(rows.late) }
}

/** Those whose tests were looked at longest ago, if that was before. */
/** Those whose tests were looked at no later than `before`, or whose participants have said something since; these first. */
export async function withConditions(queries: Queries, before: number, limit: number): Promise<Case[]> {
  const rows = await queries
    .selectFrom('cases')
    .select(columns)
    .where('conditions_end_at', 'is not', null)
    .where((is) => is.or([is('checked_at', 'is', null), is('checked_at', '<=', before)]))
    .orderBy('checked_at', (order) => order.asc().nullsFirst())
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

/** Those of the participants whose case is restricted. */
export async function restrictedAmong(
  queries: Queries,
  participants: readonly string[],
): Promise<readonly string[]> {
  if (participants.length === 0) return []
  const rows = await queries
    .selectFrom('case_participants')
    .innerJoin('cases', 'cases.id', 'case_participants.case_id')
    .select('case_participants.id')
    .where('case_participants.id', 'in', participants)
    .where('cases.legal', 'is not', null)
    .execute()
  return rows.map(({ id }) => id)
}

export async function insertParticipant(queries: Queries, participant: Participant): Promise<void> {
  await queries.insertInto('case_participants').values(toParticipantRow(participant)).execute()
}

export async function participantById(queries: Queries, id: string): Promise<Participant | undefined> {
  const row = await queries
    .selectFrom('case_participants')
    .select(participantColumns)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && fromParticipantRow(row)
}

export async function participantsOf(queries: Queries, caseId: string): Promise<Participant[]> {
  const rows = await queries
    .selectFrom('case_participants')
    .select(participantColumns)
    .where('case_id', '=', caseId)
    .orderBy('since_at')
    .orderBy('id')
    .execute()
  return rows.map(fromParticipantRow)
}

/** Cases that this mailbox takes part in, newest first. */
export async function casesOfMailbox(queries: Queries, mailboxKey: string, limit: number): Promise<Case[]> {
  const rows = await queries
    .selectFrom('cases')
    .select(columns)
    .where('id', 'in', (eb) =>
      eb.selectFrom('case_participants').select('case_id').where('mailbox_key', '=', mailboxKey),
    )
    .orderBy('opened_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

/** They take part no more, or, with null, again. */
/** Cases about what begins with the stem: a stem holds digits, letters, dots, colons and slashes only, and no key has a `g`. */
export async function casesWithin(
  queries: Queries,
  stem: string,
  since: number,
  limit: number,
): Promise<Case[]> {
  const rows = await queries
    .selectFrom('cases')
    .select(columns)
    .where('about', 'like', `${stem}%`)
    .where('about', '>=', stem)
    .where('about', '<', `${stem}g`)
    .where('opened_at', '>=', since)
    .where((eb) => eb.or([eb('outcome', 'is', null), eb('outcome', '<>', 'merged')]))
    .orderBy('opened_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

export async function setWithdrawn(queries: Queries, id: string, at: number | null): Promise<void> {
  await queries.updateTable('case_participants').set({ withdrawn_at: at }).where('id', '=', id).execute()
}

export async function setHelped(queries: Queries, id: string, helped: Helped): Promise<void> {
  await queries.updateTable('case_participants').set({ helped }).where('id', '=', id).execute()
}

/** Those of the participants whose case has ended, or who withdrew. */
export async function closedAmong(
  queries: Queries,
  participants: readonly string[],
): Promise<readonly string[]> {
  if (participants.length === 0) return []
  const rows = await queries
    .selectFrom('case_participants')
    .innerJoin('cases', 'cases.id', 'case_participants.case_id')
    .select('case_participants.id')
    .where('case_participants.id', 'in', participants)
    .where((eb) =>
      eb.or([eb('cases.state', '=', 'closed'), eb('case_participants.withdrawn_at', 'is not', null)]),
    )
    .execute()
  return rows.map(({ id }) => id)
}

/** They and what was said with them belong to the other case from now on. */
export async function moveParticipants(queries: Queries, ids: readonly string[], to: string): Promise<void> {
  if (ids.length === 0) return
  await queries.updateTable('case_participants').set({ case_id: to }).where('id', 'in', ids).execute()
  await queries.updateTable('case_messages').set({ case_id: to }).where('participant_id', 'in', ids).execute()
}

export async function moveNotes(queries: Queries, from: string, to: string): Promise<void> {
  await queries
    .updateTable('case_messages')
    .set({ case_id: to })
    .where('case_id', '=', from)
    .where('participant_id', 'is', null)
    .execute()
}

/** What counts towards the size of a case. */
export async function sizeOf(
  queries: Queries,
  caseId: string,
): Promise<{ readonly messages: number; readonly bytes: number; readonly unverified: number }> {
  const row = await queries
    .selectFrom('case_messages')
    .select((eb) => [
      eb.fn.countAll<number>().as('messages'),
      eb.fn.coalesce(eb.fn.sum<number>('size'), eb.lit(0)).as('bytes'),
      eb.fn.count<number>(eb.case().when('is_verified', '=', 0).then(1).end()).as('unverified'),
    ])
    .where('case_id', '=', caseId)
    .executeTakeFirstOrThrow()
  return { messages: Number(row.messages), bytes: Number(row.bytes), unverified: Number(row.unverified) }
}

/** A message as it is kept: its keys besides what it says. */
export interface Kept extends Omit<Message, 'original'> {
  readonly bodyKey: string | null
  readonly intakeKey: string | null
}

/** False when a message with its intake key is kept already. */
export async function insertMessage(queries: Queries, vault: Secret, message: Kept): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('case_messages')
    .values({
      id: message.id,
      case_id: message.caseId,
      participant_id: message.participant,
      direction: message.direction,
      channel: message.channel,
      author: message.author,
      is_verified: message.isVerified ? 1 : 0,
      is_silent: message.isSilent ? 1 : 0,
      at: message.at,
      size: message.size,
      copies: message.copies,
      body_key: message.bodyKey,
      intake_key: message.intakeKey,
      letter: message.letter,
      seq: nextSeq(message.caseId),
      content: sealContent(vault, message.id, message.content),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** What was said within one millisecond keeps its order. Callers hold the case. */
function nextSeq(caseId: string): RawBuilder<number> {
  return sql<number>`(select coalesce(max(seq), 0) + 1 from case_messages where case_id = ${caseId})`
}

function sealContent(vault: Secret, id: string, content: Content): string {
  return seal(vault, `case-message:${id}`, JSON.stringify(content))
}

export async function insertOriginal(
  queries: Queries,
  vault: Secret,
  { message, hash, raw }: { readonly message: string; readonly hash: string; readonly raw: Buffer },
): Promise<void> {
  const content = seal(vault, `case-original:${message}`, raw)
  await queries
    .insertInto('case_originals')
    .values({ message_id: message, hash, size: raw.length, content })
    .execute()
}

export async function originalOf(
  queries: Queries,
  vault: Secret,
  message: string,
): Promise<{ readonly hash: string; readonly raw: Buffer; readonly caseId: string } | undefined> {
  const row = await queries
    .selectFrom('case_originals')
    .innerJoin('case_messages', 'case_messages.id', 'case_originals.message_id')
    .select(['case_originals.hash', 'case_originals.content', 'case_messages.case_id'])
    .where('message_id', '=', message)
    .executeTakeFirst()
  const raw = row && unseal(vault, `case-original:${message}`, row.content)
  return row && raw && { hash: row.hash, raw, caseId: row.case_id }
}

export async function hasIntakeKey(queries: Queries, key: string): Promise<boolean> {
  const row = await queries
    .selectFrom('case_messages')
    .select('id')
    .where('intake_key', '=', key)
    .executeTakeFirst()
  return row !== undefined
}

/** The message of this thread with these words, if it came since. */
export async function sameWords(
  queries: Queries,
  {
    participant,
    bodyKey,
    since,
  }: { readonly participant: string; readonly bodyKey: string; readonly since: number },
): Promise<string | undefined> {
  const row = await queries
    .selectFrom('case_messages')
    .select('id')
    .where('participant_id', '=', participant)
    .where('body_key', '=', bodyKey)
    .where('at', '>=', since)
    .executeTakeFirst()
  return row?.id
}

/** Whether a message of the participant themselves came after that. */
export async function hasHeardSince(queries: Queries, participant: string, since: number): Promise<boolean> {
  const row = await queries
    .selectFrom('case_messages')
    .select('id')
    .where('participant_id', '=', participant)
    .where('direction', '=', 'in')
    .where('is_verified', '=', 1)
    .where('is_silent', '=', 0)
    .where('at', '>', since)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function countCopy(queries: Queries, id: string): Promise<void> {
  await queries
    .updateTable('case_messages')
    .set((eb) => ({ copies: eb('copies', '+', 1) }))
    .where('id', '=', id)
    .execute()
}

/** In the order in which they were said. */
export async function messagesOf(
  queries: Queries,
  vault: Secret,
  of: { readonly caseId: string } | { readonly participant: string },
): Promise<Message[]> {
  const query = queries
    .selectFrom('case_messages')
    .leftJoin('case_originals', 'case_originals.message_id', 'case_messages.id')
    .select(messageColumns.map((name) => `case_messages.${name}` as const))
    .select('case_originals.hash')
  const rows = await (
    'caseId' in of
      ? query.where('case_id', '=', of.caseId)
      : query.where('participant_id', '=', of.participant)
  )
    .orderBy('case_messages.at')
    .orderBy('case_messages.seq')
    .orderBy('case_messages.id')
    .limit(2000)
    .execute()
  return rows.map((row) => fromMessageRow(vault, row, row.hash))
}

/** Ours that wait for the budget of letters, oldest first. */
export async function waitingLetters(queries: Queries, vault: Secret, limit: number): Promise<Message[]> {
  const rows = await queries
    .selectFrom('case_messages')
    .select(messageColumns)
    .where('letter', '=', 'waiting')
    .orderBy('at')
    .orderBy('seq')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => fromMessageRow(vault, row, null))
}

/** False when somebody else was faster. */
export async function setLetter(
  queries: Queries,
  id: string,
  { from, to }: { readonly from: LetterState; readonly to: LetterState },
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('case_messages')
    .set({ letter: to })
    .where('id', '=', id)
    .where('letter', '=', from)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

function toRow(it: Case): CaseRow {
  return {
    id: it.id,
    kind: it.kind,
    state: it.state,
    severity: it.severity,
    about: it.about,
    opened_at: it.openedAt,
    opened_by: it.openedBy,
    first_due_at: it.firstDueAt,
    answered_at: it.answeredAt,
    effect_due_at: it.effectDueAt,
    effect_left_ms: it.effectLeftMs,
    waited_ms: it.waitedMs,
    waiting_since_at: it.waitingSinceAt,
    asked_until_at: it.askedUntilAt,
    snoozed_until_at: it.snoozedUntilAt,
    due_at: it.dueAt,
    conditions: JSON.stringify(it.conditions),
    conditions_end_at: it.conditionsEndAt,
    checked_at: it.checkedAt,
    told_at: it.toldAt,
    outcome: it.outcome,
    why: it.why,
    closed_at: it.closedAt,
    closed_by: it.closedBy,
    appealed_at: it.appealedAt,
    assignee: it.assignee,
    assigned_at: it.assignedAt,
    assigned_by: it.assignedBy,
    legal: it.legal === null ? null : JSON.stringify(it.legal),
    merged_into: it.mergedInto,
    messages: it.messages,
    bytes: it.bytes,
    unverified: it.unverified,
    acks: it.acks,
    version: it.version,
  }
}

function fromRow(row: CaseRow): Case {
  return {
    id: row.id,
    kind: oneOf(caseKinds, row.kind),
    state: oneOf(caseStates, row.state),
    severity: oneOf(severities, row.severity),
    about: row.about,
    openedAt: row.opened_at,
    openedBy: row.opened_by,
    firstDueAt: row.first_due_at,
    answeredAt: row.answered_at,
    effectDueAt: row.effect_due_at,
    effectLeftMs: row.effect_left_ms,
    waitedMs: row.waited_ms,
    waitingSinceAt: row.waiting_since_at,
    askedUntilAt: row.asked_until_at,
    snoozedUntilAt: row.snoozed_until_at,
    dueAt: row.due_at,
    conditions: JSON.parse(row.conditions) as readonly Condition[],
    conditionsEndAt: row.conditions_end_at,
    checkedAt: row.checked_at,
    toldAt: row.told_at,
    outcome: row.outcome === null ? null : oneOf(caseOutcomes, row.outcome),
    why: row.why,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
    appealedAt: row.appealed_at,
    assignee: row.assignee,
    assignedAt: row.assigned_at,
    assignedBy: row.assigned_by,
    legal: row.legal === null ? null : (JSON.parse(row.legal) as Legal),
    mergedInto: row.merged_into,
    messages: row.messages,
    bytes: row.bytes,
    unverified: row.unverified,
    acks: row.acks,
    version: row.version,
  }
}

function toParticipantRow(participant: Participant): ParticipantRow {
  return {
    id: participant.id,
    case_id: participant.caseId,
    role: participant.role,
    mailbox: participant.mailbox,
    mailbox_key: participant.mailboxKey,
    language: participant.language,
    since_at: participant.sinceAt,
    withdrawn_at: participant.withdrawnAt,
    helped: participant.helped,
  }
}

function fromParticipantRow(row: ParticipantRow): Participant {
  return {
    id: row.id,
    caseId: row.case_id,
    role: oneOf(participantRoles, row.role),
    // Read and folded before it was kept.
    mailbox: row.mailbox as MailAddress,
    mailboxKey: row.mailbox_key,
    language: oneOf<Language>(['en', 'zh-CN'], row.language),
    sinceAt: row.since_at,
    withdrawnAt: row.withdrawn_at,
    helped: row.helped === null ? null : oneOf(helpedAnswers, row.helped),
  }
}

/** Words that were sealed with another key are gone; that they were said is not. */
function fromMessageRow(vault: Secret, row: MessageRow, original: string | null): Message {
  const opened = unseal(vault, `case-message:${row.id}`, row.content)
  return {
    id: row.id,
    caseId: row.case_id,
    participant: row.participant_id,
    direction: oneOf(['in', 'out', 'note'], row.direction),
    channel: oneOf(['mail', 'form', 'console', 'rules'], row.channel),
    author: row.author,
    isVerified: row.is_verified === 1,
    isSilent: row.is_silent === 1,
    at: row.at,
    size: row.size,
    copies: row.copies,
    letter: row.letter === null ? null : oneOf(letterStates, row.letter),
    content: opened ? (JSON.parse(opened.toString()) as Content) : { text: '' },
    original,
  }
}

function oneOf<T extends string>(known: readonly T[], value: string): T {
  const found = known.find((name) => name === value)
  if (found === undefined)
    throw new Error(`a case has "${value}" where one of ${known.join(', ')} is expected`)
  return found
}

/** Threads of a mailbox, whatever its letter case. */
export async function participantsByMailbox(queries: Queries, mailbox: string): Promise<Participant[]> {
  const rows = await queries
    .selectFrom('case_participants')
    .select(participantColumns)
    .where(sql<boolean>`lower(mailbox) = ${mailbox.toLowerCase()}`)
    .orderBy('since_at')
    .orderBy('id')
    .execute()
  return rows.map(fromParticipantRow)
}

/** Messages of a thread, or notes of a case, say nothing any more; that something was said, when and by which side, stays. */
export async function forgetMessages(
  queries: Queries,
  vault: Secret,
  of: { readonly participant: string } | { readonly notesOf: string },
): Promise<void> {
  const query = queries.selectFrom('case_messages').select('id')
  const rows = await (
    'participant' in of
      ? query.where('participant_id', '=', of.participant)
      : query.where('case_id', '=', of.notesOf).where('participant_id', 'is', null)
  ).execute()
  for (const { id } of rows) {
    await queries.deleteFrom('case_originals').where('message_id', '=', id).execute()
    await queries
      .updateTable('case_messages')
      .set({
        content: sealContent(vault, id, { text: '', isErased: true }),
        body_key: null,
        intake_key: null,
        size: 0,
      })
      .where('id', '=', id)
      .execute()
    // A letter that still waits for room is written to nobody.
    await queries
      .updateTable('case_messages')
      .set({ letter: 'none' })
      .where('id', '=', id)
      .where('letter', '=', 'waiting')
      .execute()
  }
}

/** The thread is nobody's any more. */
export async function renameParticipant(
  queries: Queries,
  id: string,
  { mailbox, at }: { readonly mailbox: string; readonly at: number },
): Promise<void> {
  await queries
    .updateTable('case_participants')
    .set((eb) => ({
      mailbox,
      mailbox_key: mailbox,
      withdrawn_at: eb.fn.coalesce('withdrawn_at', eb.val(at)),
    }))
    .where('id', '=', id)
    .execute()
}

export type CodeRow = Tables['case_codes']

/** The same code again lasts as long as is asked now. */
export async function putCode(queries: Queries, row: CodeRow): Promise<void> {
  await queries
    .insertInto('case_codes')
    .values(row)
    .onConflict((conflict) => conflict.column('hash').doUpdateSet({ expires_at: row.expires_at }))
    .execute()
}

export async function codeByHash(queries: Queries, hash: string, now: number): Promise<CodeRow | undefined> {
  return await queries
    .selectFrom('case_codes')
    .select([
      'hash',
      'ip',
      'reason',
      'edge',
      'refused_at',
      'participant_id',
      'opened_participant_id',
      'created_at',
      'expires_at',
    ])
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
}

/** The thread that was opened with it, null for none; for this transaction alone until it ends. */
export async function lockCode(queries: Queries, hash: string): Promise<string | null | undefined> {
  const row = await queries
    .updateTable('case_codes')
    .set((eb) => ({ expires_at: eb.ref('expires_at') }))
    .where('hash', '=', hash)
    .returning('opened_participant_id')
    .executeTakeFirst()
  return row?.opened_participant_id
}

export async function setOpened(queries: Queries, hash: string, participantId: string): Promise<void> {
  await queries
    .updateTable('case_codes')
    .set({ opened_participant_id: participantId })
    .where('hash', '=', hash)
    .execute()
}
