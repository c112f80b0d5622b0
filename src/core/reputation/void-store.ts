import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>

/** Units that a source counted for from an hour on, in order, after the given one. */
export async function unitsOfSource(
  queries: Queries,
  source: string,
  since: number,
  after: string,
  limit: number,
): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('evidence_hours')
    .select('unit')
    .distinct()
    .where('source', '=', source)
    .where('hour', '>=', since)
    .where('unit', '>', after)
    .orderBy('unit')
    .limit(limit)
    .execute()
  return rows.map(({ unit }) => unit)
}

/** What a source has sent since a time, or says of a time since then; by number, after the given one. */
export async function saidSince(
  queries: Queries,
  source: string,
  since: number,
  after: number,
  limit: number,
): Promise<readonly Pick<Tables['mail_events'], 'seq' | 'unit' | 'at' | 'backfill' | 'body'>[]> {
  return await queries
    .selectFrom('mail_events')
    .select(['seq', 'unit', 'at', 'backfill', 'body'])
    .where('seq', '>', after)
    .where('source', '=', source)
    .where((eb) => eb.or([eb('at', '>=', since), eb('received_at', '>=', since)]))
    .orderBy('seq')
    .limit(limit)
    .execute()
}

/** Rows of one unit, hour and source; one an era. */
export async function hourRows(
  queries: Queries,
  row: Pick<Tables['evidence_hours'], 'unit' | 'hour' | 'source'>,
): Promise<readonly Tables['evidence_hours'][]> {
  return await queries
    .selectFrom('evidence_hours')
    .selectAll()
    .where('unit', '=', row.unit)
    .where('hour', '=', row.hour)
    .where('source', '=', row.source)
    .orderBy('era', 'desc')
    .execute()
}

export async function replaceHour(queries: Queries, row: Tables['evidence_hours']): Promise<void> {
  const { unit, hour, source, era, ...counts } = row
  const place = queries
    .updateTable('evidence_hours')
    .set(counts)
    .where('unit', '=', unit)
    .where('hour', '=', hour)
  await place.where('source', '=', source).where('era', '=', era).execute()
}

/** What a source counted from an hour on is gone; gives how many rows that were. */
export async function deleteHours(queries: Queries, source: string, since: number): Promise<number> {
  const { numDeletedRows } = await queries
    .deleteFrom('evidence_hours')
    .where('source', '=', source)
    .where('hour', '>=', since)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

/** What `saidSince` gives is gone; gives how many events that were. */
export async function deleteEvents(queries: Queries, source: string, since: number): Promise<number> {
  const { numDeletedRows } = await queries
    .deleteFrom('mail_events')
    .where('source', '=', source)
    .where((eb) => eb.or([eb('at', '>=', since), eb('received_at', '>=', since)]))
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
