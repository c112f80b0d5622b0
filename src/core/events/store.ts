import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>

export async function acceptedAt(queries: Queries, queueId: string, ip: string): Promise<number | undefined> {
  const row = await queries
    .selectFrom('mail_events')
    .select('at')
    .where('queue_id', '=', queueId)
    .where('ip', '=', ip)
    .where('accepted', '=', 1)
    .orderBy('at')
    .executeTakeFirst()
  return row?.at
}

export type StoredEvent = Pick<Tables['mail_events'], 'seq' | 'source' | 'received_at' | 'backfill' | 'body'>

/** In order of their numbers. */
export async function eventsAfter(
  queries: Queries,
  seq: number,
  limit: number,
): Promise<readonly StoredEvent[]> {
  return await queries
    .selectFrom('mail_events')
    .select(['seq', 'source', 'received_at', 'backfill', 'body'])
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(limit)
    .execute()
}
