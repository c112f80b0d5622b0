import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>
type Row = Tables['sender_checks']

const columns = ['domain', 'unit', 'at', 'faults', 'warnings'] as const

/** The later one stays. */
export async function put(queries: Queries, row: Row): Promise<void> {
  await queries
    .insertInto('sender_checks')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['domain', 'unit']).doUpdateSet((eb) => ({
        at: eb.ref('excluded.at'),
        faults: eb.ref('excluded.faults'),
        warnings: eb.ref('excluded.warnings'),
      })),
    )
    .execute()
}

/** The latest of this domain with this address or without one. */
export async function latest(
  queries: Queries,
  { domain, unit, since }: { readonly domain: string; readonly unit: string; readonly since: number },
): Promise<Row | undefined> {
  return await queries
    .selectFrom('sender_checks')
    .select(columns)
    .where('domain', '=', domain)
    .where('unit', 'in', [unit, ''])
    .where('at', '>=', since)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The latest with this address, whatever the domain. */
export async function latestOfUnit(queries: Queries, unit: string, since: number): Promise<Row | undefined> {
  return await queries
    .selectFrom('sender_checks')
    .select(columns)
    .where('unit', '=', unit)
    .where('at', '>=', since)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
}
