import { knownWord } from '../../base/known-word.ts'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { seal, unseal } from '../../base/seal.ts'
import type { Secret } from '../../base/secret.ts'
import type { Tables } from '../../db/schema.ts'
import { letterStates, type Content, type LetterState, type Message } from './message.ts'

type Queries = Kysely<Tables>
type MessageRow = Omit<Tables['case_messages'], 'seq'>

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

export async function moveNotes(queries: Queries, from: string, to: string): Promise<void> {
  await queries
    .updateTable('case_messages')
    .set({ case_id: to })
    .where('case_id', '=', from)
    .where('participant_id', 'is', null)
    .execute()
}

/** What counts towards the size of a case; of one of its threads. */
export async function sizeOf(
  queries: Queries,
  of: { readonly caseId: string } | { readonly participant: string },
): Promise<{ readonly messages: number; readonly bytes: number; readonly unverified: number }> {
  const query = queries
    .selectFrom('case_messages')
    .select((eb) => [
      eb.fn.countAll<number>().as('messages'),
      eb.fn.coalesce(eb.fn.sum<number>('size'), eb.lit(0)).as('bytes'),
      eb.fn.count<number>(eb.case().when('is_verified', '=', 0).then(1).end()).as('unverified'),
    ])
  const row = await (
    'caseId' in of
      ? query.where('case_id', '=', of.caseId)
      : query.where('participant_id', '=', of.participant)
  ).executeTakeFirstOrThrow()
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

/** The message of this thread with these words, if it came since. `isHeard`: from the participant themselves, and no program of theirs. */
export async function sameWords(
  queries: Queries,
  {
    participant,
    bodyKey,
    since,
    isHeard,
  }: {
    readonly participant: string
    readonly bodyKey: string
    readonly since: number
    readonly isHeard: boolean
  },
): Promise<string | undefined> {
  let query = queries
    .selectFrom('case_messages')
    .select('id')
    .where('participant_id', '=', participant)
    .where('body_key', '=', bodyKey)
    .where('at', '>=', since)
  if (isHeard) query = query.where('is_verified', '=', 1).where('is_silent', '=', 0)
  const row = await query.executeTakeFirst()
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

/** Words that were sealed with another key are gone; that they were said is not. */
function fromMessageRow(vault: Secret, row: MessageRow, original: string | null): Message {
  const opened = unseal(vault, `case-message:${row.id}`, row.content)
  return {
    id: row.id,
    caseId: row.case_id,
    participant: row.participant_id,
    direction: knownWord(['in', 'out', 'note'], row.direction, 'a case'),
    channel: knownWord(['mail', 'form', 'console', 'rules'], row.channel, 'a case'),
    author: row.author,
    isVerified: row.is_verified === 1,
    isSilent: row.is_silent === 1,
    at: row.at,
    size: row.size,
    copies: row.copies,
    letter: row.letter === null ? null : knownWord(letterStates, row.letter, 'a case'),
    content: opened ? (JSON.parse(opened.toString()) as Content) : { text: '' },
    original,
  }
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
