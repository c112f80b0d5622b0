import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>
export type OwnListingRow = Tables['own_listings']
export type ListCheckRow = Tables['own_list_checks']

const columns = [
  'id',
  'zone',
  'address',
  'code',
  'said',
  'since_at',
  'seen_at',
  'ended_at',
  'began_told',
  'ended_told',
] as const

export async function openOnes(queries: Queries): Promise<readonly OwnListingRow[]> {
  return await queries
    .selectFrom('own_listings')
    .select(columns)
    .where('ended_at', 'is', null)
    .orderBy('since_at')
    .orderBy('address')
    .execute()
}

/** Those that have ended, the last one first. */
export async function endedOnes(queries: Queries, limit: number): Promise<readonly OwnListingRow[]> {
  return await queries
    .selectFrom('own_listings')
    .select(columns)
    .where('ended_at', 'is not', null)
    .orderBy('ended_at', 'desc')
    .limit(limit)
    .execute()
}

/** Those of a list that the operator has not been told of yet. */
export async function untold(
  queries: Queries,
  zone: string,
  what: 'began' | 'ended',
): Promise<readonly Pick<OwnListingRow, 'id' | 'address'>[]> {
  const all = queries.selectFrom('own_listings').select(['id', 'address']).where('zone', '=', zone)
  const due =
    what === 'began'
      ? all.where('began_told', '=', 0)
      : all.where('ended_at', 'is not', null).where('ended_told', '=', 0)
  return await due.orderBy('since_at').orderBy('address').execute()
}

/** Notes that an address is on a list; false when that was known. */
export async function insertListing(queries: Queries, row: OwnListingRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('own_listings')
    .values(row)
    .onConflict((conflict) => conflict.columns(['zone', 'address']).where('ended_at', 'is', null).doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** False when it has ended meanwhile. */
export async function updateOpen(
  queries: Queries,
  key: Pick<OwnListingRow, 'zone' | 'address'>,
  change: Partial<OwnListingRow>,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('own_listings')
    .set(change)
    .where('zone', '=', key.zone)
    .where('address', '=', key.address)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function markTold(
  queries: Queries,
  ids: readonly string[],
  change: Pick<Partial<OwnListingRow>, 'began_told' | 'ended_told'>,
): Promise<void> {
  for (let from = 0; from < ids.length; from += 500)
    await queries
      .updateTable('own_listings')
      .set(change)
      .where('id', 'in', ids.slice(from, from + 500))
      .execute()
}

export async function checks(queries: Queries): Promise<readonly ListCheckRow[]> {
  return await queries
    .selectFrom('own_list_checks')
    .select(['zone', 'at', 'answered_at', 'result', 'code'])
    .execute()
}

/** `answered_at` stays as it was where the row has none. */
export async function saveCheck(queries: Queries, row: ListCheckRow): Promise<void> {
  const { answered_at, ...rest } = row
  await queries
    .insertInto('own_list_checks')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('zone').doUpdateSet(answered_at === null ? rest : { ...rest, answered_at }),
    )
    .execute()
}
