import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>
type Row = Tables['audit_records']

export interface Head {
  readonly seq: number
  /** Hash of the last record; empty before the first. */
  readonly value: string
}

/** Takes the next numbers, and with them the lock: whoever comes next waits until this transaction ends. Gives the last of them. */
export async function takeNumbers(queries: Queries, count: number): Promise<Head> {
  return await queries
    .updateTable('heads')
    .set((eb) => ({ seq: eb('seq', '+', count) }))
    .where('name', '=', 'audit')
    .returning(['seq', 'value'])
    .executeTakeFirstOrThrow()
}

export async function insertRecords(queries: Queries, rows: readonly Row[]): Promise<void> {
  await queries.insertInto('audit_records').values(rows).execute()
}

export async function setHead(queries: Queries, hash: string): Promise<void> {
  await queries.updateTable('heads').set({ value: hash }).where('name', '=', 'audit').execute()
}

export async function readHead(queries: Queries): Promise<Head> {
  return await queries
    .selectFrom('heads')
    .select(['seq', 'value'])
    .where('name', '=', 'audit')
    .executeTakeFirstOrThrow()
}

/** Numbers of records that the head does not know of. */
export async function countBeyond(queries: Queries): Promise<number> {
  const { count } = await queries
    .selectFrom('audit_records')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('seq', '>', (eb) => eb.selectFrom('heads').select('seq').where('name', '=', 'audit'))
    .executeTakeFirstOrThrow()
  return count
}

export async function recordsAfter(
  queries: Queries,
  seq: number,
  upTo: number,
  limit: number,
): Promise<Row[]> {
  return await queries
    .selectFrom('audit_records')
    .select(['seq', 'at', 'actor', 'action', 'subject', 'facts', 'previous', 'hash'])
    .where('seq', '>', seq)
    .where('seq', '<=', upTo)
    .orderBy('seq')
    .limit(limit)
    .execute()
}

export async function newestRecords(
  queries: Queries,
  wanted: {
    readonly subject?: string | undefined
    readonly before?: number | undefined
    readonly limit: number
  },
): Promise<Pick<Row, 'seq' | 'at' | 'actor' | 'action' | 'subject' | 'facts'>[]> {
  let query = queries.selectFrom('audit_records').select(['seq', 'at', 'actor', 'action', 'subject', 'facts'])
  if (wanted.subject !== undefined) query = query.where('subject', '=', wanted.subject)
  if (wanted.before !== undefined) query = query.where('seq', '<', wanted.before)
  return await query.orderBy('seq', 'desc').limit(wanted.limit).execute()
}
