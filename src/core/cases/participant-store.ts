import { knownWord } from '../../base/known-word.ts'
import { sql, type Kysely } from 'kysely'
import type { Language } from '../../access/reasons.ts'
import type { Tables } from '../../db/schema.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import { helpedAnswers, participantRoles, type Helped, type Participant } from './participant.ts'

type Queries = Kysely<Tables>
type ParticipantRow = Tables['case_participants']

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

export async function setWithdrawn(queries: Queries, id: string, at: number | null): Promise<void> {
  await queries.updateTable('case_participants').set({ withdrawn_at: at }).where('id', '=', id).execute()
}

export async function setHelped(queries: Queries, id: string, helped: Helped): Promise<void> {
  await queries.updateTable('case_participants').set({ helped }).where('id', '=', id).execute()
}

/** They and what was said with them belong to the other case from now on. */
export async function moveParticipants(queries: Queries, ids: readonly string[], to: string): Promise<void> {
  if (ids.length === 0) return
  await queries.updateTable('case_participants').set({ case_id: to }).where('id', 'in', ids).execute()
  await queries.updateTable('case_messages').set({ case_id: to }).where('participant_id', 'in', ids).execute()
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
    role: knownWord(participantRoles, row.role, 'a case'),
    // Read and folded before it was kept.
    mailbox: row.mailbox as MailAddress,
    mailboxKey: row.mailbox_key,
    language: knownWord<Language>(['en', 'zh-CN'], row.language, 'a case'),
    sinceAt: row.since_at,
    withdrawnAt: row.withdrawn_at,
    helped: row.helped === null ? null : knownWord(helpedAnswers, row.helped, 'a case'),
  }
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
