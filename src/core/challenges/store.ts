import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

/** False when the challenge was spent before. */
export async function insertSpent(
  queries: Kysely<Tables>,
  row: Tables['spent_challenges'],
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('spent_challenges')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}
