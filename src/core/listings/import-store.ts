import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>

/** A line that is read and checked: the listing's prefix and end, and the listing as text. */
export interface Line {
  readonly prefix: string
  readonly endsAt: number
  readonly listing: string
}

/** Puts lines of an import aside; gives how many prefixes are new to it. Of two lines about one prefix the later end stands. */
export async function stage(
  queries: Queries,
  begun: { readonly name: string; readonly at: number },
  lines: readonly Line[],
): Promise<number> {
  const known = await queries
    .selectFrom('import_lines')
    .select('prefix')
    .where('import', '=', begun.name)
    .where(
      'prefix',
      'in',
      lines.map(({ prefix }) => prefix),
    )
    .execute()
  await queries
    .insertInto('import_lines')
    .values(
      lines.map(({ prefix, endsAt, listing }) => ({
        import: begun.name,
        prefix,
        ends_at: endsAt,
        began_at: begun.at,
        listing,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['import', 'prefix'])
        .doUpdateSet((eb) => ({ ends_at: eb.ref('excluded.ends_at'), listing: eb.ref('excluded.listing') }))
        .whereRef('import_lines.ends_at', '<', 'excluded.ends_at'),
    )
    .execute()
  return lines.length - known.length
}

/** The next lines of an import that are not in force yet. */
export async function staged(queries: Queries, name: string, limit: number): Promise<readonly Line[]> {
  return await queries
    .selectFrom('import_lines')
    .select(['prefix', 'ends_at as endsAt', 'listing'])
    .where('import', '=', name)
    .orderBy('prefix')
    .limit(limit)
    .execute()
}

/** Takes lines of an import away, because they are in force or never will be. */
export async function unstage(queries: Queries, name: string, lines: readonly Line[]): Promise<void> {
  await queries
    .deleteFrom('import_lines')
    .where('import', '=', name)
    .where(
      'prefix',
      'in',
      lines.map(({ prefix }) => prefix),
    )
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
