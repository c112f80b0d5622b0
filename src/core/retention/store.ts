import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>

/** Rows of one table whose time has passed. */
export interface Expired {
  readonly table: keyof Tables
  /** Columns of the primary key. */
  readonly key: readonly string[]
  /** Oldest first, by this column. */
  readonly by: string
  readonly where: RawBuilder<unknown>
}

export async function countRows(queries: Queries, table: keyof Tables): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(queries)
  return rows[0]?.count ?? 0
}

/** How many have expired, counting no further than `most`. */
export async function countExpired(queries: Queries, { table, where }: Expired, most: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (select 1 from ${sql.table(table)} where ${where} limit ${most}) some_rows
  `.execute(queries)
  return rows[0]?.count ?? 0
}

/** Deletes at most `limit` of them, oldest first; gives how many. */
export async function deleteExpired(queries: Queries, { table, key, by, where }: Expired, limit: number): Promise<number> {
  const columns = sql.join(key.map((name) => sql.ref(name)))
  const { rows } = await sql`
    delete from ${sql.table(table)} where (${columns}) in (
      select ${columns} from ${sql.table(table)} where ${where} order by ${sql.ref(by)} limit ${limit}
    ) returning 1 as gone
  `.execute(queries)
  return rows.length
}
