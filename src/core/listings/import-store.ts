import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'
import { formatPrefix, type Prefix } from '../../standards/prefix.ts'
import type { Listing } from './listing.ts'
import { fromRow, toRow } from './store.ts'

type Queries = Kysely<Tables>

/** Puts lines of an import aside; gives how many prefixes are new to it. Of two lines about one prefix the later end stands. */
export async function stage(
  queries: Queries,
  begun: { readonly name: string; readonly at: number },
  listings: readonly Listing[],
): Promise<number> {
  const prefixes = listings.map(({ prefix }) => formatPrefix(prefix))
  const known = await queries
    .selectFrom('import_lines')
    .select('prefix')
    .where('import', '=', begun.name)
    .where('prefix', 'in', prefixes)
    .execute()
  await queries
    .insertInto('import_lines')
    .values(
      listings.map((listing, index) => ({
        import: begun.name,
        prefix: prefixes[index] ?? '',
        ends_at: listing.endsAt,
        began_at: begun.at,
        listing: JSON.stringify(toRow(listing)),
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['import', 'prefix'])
        .doUpdateSet((eb) => ({ ends_at: eb.ref('excluded.ends_at'), listing: eb.ref('excluded.listing') }))
        .whereRef('import_lines.ends_at', '<', 'excluded.ends_at'),
    )
    .execute()
  return listings.length - known.length
}

/** The next lines of an import that are not in force yet. */
export async function staged(queries: Queries, name: string, limit: number): Promise<Listing[]> {
  const rows = await queries
    .selectFrom('import_lines')
    .select('listing')
    .where('import', '=', name)
    .orderBy('prefix')
    .limit(limit)
    .execute()
  return rows.map((row) => fromRow(JSON.parse(row.listing) as Tables['listings']))
}

/** Takes lines of an import away, because they are in force or never will be. */
export async function unstage(queries: Queries, name: string, prefixes: readonly Prefix[]): Promise<void> {
  await queries
    .deleteFrom('import_lines')
    .where('import', '=', name)
    .where('prefix', 'in', prefixes.map(formatPrefix))
    .execute()
}

/** The first import with lines put aside whose name comes after this one. */
export async function nextImport(
  queries: Queries,
  after: string,
): Promise<{ readonly name: string; readonly at: number } | undefined> {
  return await queries
    .selectFrom('import_lines')
    .select(['import as name', 'began_at as at'])
    .where('import', '>', after)
    .orderBy('import')
    .limit(1)
    .executeTakeFirst()
}

/** Ends listings that an import replaces. */
export async function supersede(
  queries: Queries,
  ids: readonly string[],
  by: string,
  now: number,
): Promise<void> {
  await queries
    .updateTable('listings')
    .set((eb) => ({
      state: 'ended',
      ended_at: now,
      ended_by: by,
      ended_why: 'superseded',
      version: eb('version', '+', 1),
    }))
    .where('id', 'in', ids)
    .execute()
}

export async function insertAll(queries: Queries, listings: readonly Listing[]): Promise<void> {
  await queries.insertInto('listings').values(listings.map(toRow)).execute()
}
