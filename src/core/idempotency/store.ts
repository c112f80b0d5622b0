import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>
type Row = Tables['idempotent_answers']

export async function byKey(queries: Queries, key: string): Promise<Row | undefined> {
  return await queries
    .selectFrom('idempotent_answers')
    .select(['key', 'request_hash', 'status', 'body', 'at', 'core'])
    .where('key', '=', key)
    .executeTakeFirst()
}

/** False when somebody has the key already. */
export async function insert(queries: Queries, row: Row): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('idempotent_answers')
    .values(row)
    .onConflict((conflict) => conflict.column('key').doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** Compare and swap: false when the row is not as it was any more. */
export async function replace(queries: Queries, was: Row, row: Omit<Row, 'key'>): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('idempotent_answers')
    .set(row)
    .where('key', '=', was.key)
    .where('status', '=', was.status)
    .where('at', '=', was.at)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function remove(queries: Queries, { key, status, at }: Row): Promise<void> {
  await queries
    .deleteFrom('idempotent_answers')
    .where('key', '=', key)
    .where('status', '=', status)
    .where('at', '=', at)
    .execute()
}

/** Those of this core that have this status. */
export async function removeAll(queries: Queries, core: string, status: number): Promise<void> {
  await queries
    .deleteFrom('idempotent_answers')
    .where('core', '=', core)
    .where('status', '=', status)
    .execute()
}
