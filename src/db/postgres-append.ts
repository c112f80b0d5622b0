import { sql, type Kysely } from 'kysely'
import { eventColumns, type NewMailEvent } from './append.ts'
import type { Tables } from './schema.ts'

/**
 * Appends mail events on PostgreSQL, inside a transaction: one statement for all rows. Whoever appends holds the head until the
 * commit, so nobody else's rows can come between the look for known ids and the insertion. Gives how many were new.
 */
export async function appendRows(queries: Kysely<Tables>, rows: readonly NewMailEvent[]): Promise<number> {
  const { rows: heads } = await sql<{ seq: number }>`
    select seq from heads where name = 'events' for update
  `.execute(queries)
  const head = heads[0]?.seq
  if (head === undefined) throw new Error('the head of the mail events is missing')
  const columns = sql.join(eventColumns.map((name) => sql.ref(name)))
  const { rows: fresh } = await sql`
    insert into mail_events (seq, ${columns})
    select cast(${head} as bigint) + row_number() over (order by place), ${columns}
    from (
      select distinct on (source, id) *
      from rows from (json_to_recordset(cast(${JSON.stringify(rows)} as json)) as (${recordType}))
        with ordinality as given (${columns}, place)
      order by source, id, place
    ) wanted
    where not exists (
      select 1 from mail_events known where known.id = wanted.id and known.source = wanted.source
    )
    returning 1 as fresh
  `.execute(queries)
  await queries
    .updateTable('heads')
    .set({ seq: head + fresh.length })
    .where('name', '=', 'events')
    .execute()
  return fresh.length
}

const types: Partial<Record<keyof NewMailEvent, string>> = {
  at: 'bigint',
  received_at: 'bigint',
  backfill: 'integer',
  accepted: 'integer',
}
const recordType = sql.raw(eventColumns.map((name) => `${name} ${types[name] ?? 'text'}`).join(', '))
