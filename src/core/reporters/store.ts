import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>
export type ReporterRow = Tables['abuse_reporters']

const columns = [
  'id',
  'organisation',
  'mailbox',
  'counts_as',
  'since_at',
  'seen_at',
  'agreed',
  'disagreed',
] as const

/** Makes reporters known, or notes that they were heard of. Where no mailbox is given the one that is kept stays. */
export async function see(queries: Queries, rows: readonly ReporterRow[]): Promise<void> {
  await queries
    .insertInto('abuse_reporters')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        seen_at: eb.ref('excluded.seen_at'),
        mailbox: eb.fn.coalesce('excluded.mailbox', 'abuse_reporters.mailbox'),
      })),
    )
    .execute()
}

export async function byIds(queries: Queries, ids: readonly string[]): Promise<readonly ReporterRow[]> {
  const found: ReporterRow[] = []
  for (let from = 0; from < ids.length; from += 500) {
    const rows = await queries
      .selectFrom('abuse_reporters')
      .select(columns)
      .where('id', 'in', ids.slice(from, from + 500))
      .execute()
    found.push(...rows)
  }
  return found
}

export async function count(
  queries: Queries,
  ids: readonly string[],
  column: 'agreed' | 'disagreed',
  reports: number,
): Promise<void> {
  await queries
    .updateTable('abuse_reporters')
    .set((eb) => ({ [column]: eb(column, '+', reports) }))
    .where('id', 'in', ids)
    .execute()
}

export async function forget(queries: Queries, id: string): Promise<void> {
  await queries.updateTable('abuse_reporters').set({ mailbox: null }).where('id', '=', id).execute()
}
