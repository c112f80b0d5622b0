import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Row = Tables['idempotent_answers']

export async function byKey(queries: Kysely<Tables>, key: string): Promise<Row | undefined> {
  return await queries
    .selectFrom('idempotent_answers')
    .select(['key', 'request_hash', 'status', 'body', 'at'])
    .where('key', '=', key)
    .executeTakeFirst()
}

export async function insert(queries: Kysely<Tables>, row: Row): Promise<void> {
  await queries
    .insertInto('idempotent_answers')
    .values(row)
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
}
