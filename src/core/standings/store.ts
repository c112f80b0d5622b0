import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>
type Row = Tables['standings']

/** The last number, and what the head notes besides. Its row is the lock: numbers are committed in order. */
export async function readHead(queries: Queries): Promise<{ readonly seq: number; readonly value: string }> {
  return await queries
    .selectFrom('heads')
    .select(['seq', 'value'])
    .where('name', '=', 'standings')
    .executeTakeFirstOrThrow()
}

/** Takes `count` numbers and gives the last of them. */
export async function takeNumbers(queries: Queries, count: number): Promise<number> {
  const { seq } = await queries
    .updateTable('heads')
    .set((eb) => ({ seq: eb('seq', '+', count) }))
    .where('name', '=', 'standings')
    .returning('seq')
    .executeTakeFirstOrThrow()
  return seq
}

export async function setValue(queries: Queries, value: string): Promise<void> {
  await queries.updateTable('heads').set({ value }).where('name', '=', 'standings').execute()
}

/** No key twice. */
export async function put(queries: Queries, rows: readonly Row[]): Promise<void> {
  await queries
    .insertInto('standings')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({
        standing: eb.ref('excluded.standing'),
        seq: eb.ref('excluded.seq'),
      })),
    )
    .execute()
}

/** Rows after `seq` in order; dropped ones only after `droppedAfter`. */
export async function rowsAfter(
  queries: Queries,
  seq: number,
  droppedAfter: number,
  limit: number,
): Promise<readonly Row[]> {
  return await queries
    .selectFrom('standings')
    .select(['key', 'standing', 'seq'])
    .where('seq', '>', seq)
    .where((eb) => eb.or([eb('standing', 'is not', null), eb('seq', '>', droppedAfter)]))
    .orderBy('seq')
    .limit(limit)
    .execute()
}

/** Rows that say something, by key, after the given one. */
export async function rowsByKey(queries: Queries, afterKey: string, limit: number): Promise<readonly Row[]> {
  return await queries
    .selectFrom('standings')
    .select(['key', 'standing', 'seq'])
    .where('key', '>', afterKey)
    .where('standing', 'is not', null)
    .orderBy('key')
    .limit(limit)
    .execute()
}

export async function rowsOf(queries: Queries, keys: readonly string[]): Promise<readonly Row[]> {
  return await queries
    .selectFrom('standings')
    .select(['key', 'standing', 'seq'])
    .where('key', 'in', keys)
    .execute()
}

export async function deleteDropped(queries: Queries, upTo: number): Promise<void> {
  await queries.deleteFrom('standings').where('standing', 'is', null).where('seq', '<=', upTo).execute()
}
