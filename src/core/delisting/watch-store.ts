import type { Kysely } from 'kysely'
import { padded } from '../../db/kept-statement.ts'
import type { Tables } from '../../db/schema.ts'
import { formatPrefix, type Prefix } from '../../standards/prefix.ts'

type Queries = Kysely<Tables>

export async function putWatch(queries: Queries, watch: Tables['watches']): Promise<void> {
  await queries
    .insertInto('watches')
    .values(watch)
    .onConflict((conflict) => conflict.column('unit').doUpdateSet(watch))
    .execute()
}

/** Ends the watch of a unit, if it began by then. */
export async function takeWatch(
  queries: Queries,
  unit: Prefix,
  begunBy: number,
): Promise<Tables['watches'] | undefined> {
  return await queries
    .deleteFrom('watches')
    .where('unit', '=', formatPrefix(unit))
    .where('since_at', '<=', begunBy)
    .returning(['unit', 'request_id', 'since_at', 'until_at'])
    .executeTakeFirst()
}

export async function isWatched(queries: Queries, unit: Prefix): Promise<boolean> {
  const row = await queries
    .selectFrom('watches')
    .select('unit')
    .where('unit', '=', formatPrefix(unit))
    .executeTakeFirst()
  return row !== undefined
}

/** Those of the units that are under watch. */
export async function watchedAmong(queries: Queries, units: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await queries.selectFrom('watches').select('unit').where('unit', 'in', padded(units)).execute()
  return new Set(rows.map(({ unit }) => unit))
}

export async function listWatches(queries: Queries, now: number): Promise<readonly Tables['watches'][]> {
  return await queries
    .selectFrom('watches')
    .select(['unit', 'request_id', 'since_at', 'until_at'])
    .where('until_at', '>', now)
    .orderBy('until_at', 'desc')
    .limit(10_000)
    .execute()
}
