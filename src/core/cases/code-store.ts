import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>

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
