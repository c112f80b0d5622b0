import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>

/** False when the source told this event before. */
export async function insertOutcome(queries: Queries, row: Tables['message_outcomes']): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('message_outcomes')
    .values(row)
    .onConflict((conflict) => conflict.columns(['source', 'id']).doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

export async function acceptedAt(queries: Queries, queueId: string, ip: string): Promise<number | undefined> {
  const row = await queries
    .selectFrom('message_outcomes')
    .select('at')
    .where('queue_id', '=', queueId)
    .where('ip', '=', ip)
    .where('outcome', '=', 'accepted')
    .orderBy('at')
    .executeTakeFirst()
  return row?.at
}
