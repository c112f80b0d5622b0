import { sql } from 'kysely'
import { setImmediate as breathe } from 'node:timers/promises'
import { record } from '../audit/actions.ts'
import { transact, type Context } from '../context.ts'
import { keepSince, mostToDelete, type Keep } from './retention.ts'
import * as store from './store.ts'

/** Rows deleted in one transaction: others wait for no longer than that. */
const batch = 1000

/**
 * Deletes what has been kept long enough, table by table, oldest first; gives the counts. At most 5 % of a table (or 1,000
 * rows, whichever is more) in one run, so that a wrong clock cannot empty it. The audit is never deleted.
 */
export async function purge(ctx: Context, signal?: AbortSignal): Promise<Readonly<Record<string, number>>> {
  const deleted: Record<string, number> = {}
  for (const expired of expiredRows(keepSince(ctx.settings, ctx.clock.now()), ctx.clock.now())) {
    if (signal?.aborted) break
    const count = await purgeTable(ctx, expired, signal)
    if (count > 0) deleted[expired.table] = (deleted[expired.table] ?? 0) + count
  }
  if (Object.keys(deleted).length > 0) {
    await transact(ctx, async (tx) => await record(tx, { action: 'retention.purged', subject: 'retention', facts: deleted }))
  }
  return deleted
}

async function purgeTable(ctx: Context, expired: store.Expired, signal?: AbortSignal): Promise<number> {
  const due = await store.countExpired(ctx.db.queries, expired, batch + 1)
  if (due === 0) return 0
  // Counting a large table is work, so only when the brake could matter.
  const most = due <= batch ? batch : mostToDelete(await store.countRows(ctx.db.queries, expired.table))
  let gone = 0
  while (gone < most && !signal?.aborted) {
    const limit = Math.min(batch, most - gone)
    const now = await ctx.db.transaction(async (queries) => await store.deleteExpired(queries, expired, limit))
    gone += now
    if (now < limit) break
    await breathe()
  }
  return gone
}

function expiredRows(keep: Keep, now: number): readonly store.Expired[] {
  const finished = sql`state in ('sent', 'kept', 'dead', 'bounced') and created_at < ${keep.requests}`
  return [
    { table: 'feed_changes', key: ['seq'], by: 'seq', where: sql`at < ${keep.feedChanges}` },
    { table: 'edge_acks', key: ['edge', 'seq'], by: 'seq', where: sql`at < ${keep.requests}` },
    { table: 'decision_records', key: ['edge', 'boot', 'seq'], by: 'at', where: sql`at < ${keep.decisions}` },
    { table: 'let_throughs', key: ['edge', 'boot', 'seq'], by: 'at', where: sql`at < ${keep.decisions}` },
    { table: 'message_outcomes', key: ['source', 'id'], by: 'received_at', where: sql`received_at < ${keep.decisions}` },
    { table: 'watches', key: ['unit'], by: 'until_at', where: sql`until_at < ${keep.ended}` },
    // A request that a person still has to decide waits, however old.
    { table: 'delist_requests', key: ['id'], by: 'created_at', where: sql`created_at < ${keep.requests} and state <> 'review'` },
    { table: 'listings', key: ['id'], by: 'ended_at', where: sql`state = 'ended' and ended_at < ${keep.endedListings}` },
    { table: 'letters', key: ['id'], by: 'created_at', where: finished },
    { table: 'webhook_deliveries', key: ['id'], by: 'created_at', where: finished },
    { table: 'suppressions', key: ['mailbox_hash'], by: 'until_at', where: sql`until_at <= ${now}` },
    { table: 'limit_windows', key: ['key'], by: 'until_at', where: sql`until_at <= ${now}` },
    { table: 'sessions', key: ['id_hash'], by: 'expires_at', where: sql`expires_at <= ${now}` },
    { table: 'spent_challenges', key: ['id'], by: 'expires_at', where: sql`expires_at < ${keep.ended}` },
    { table: 'idempotent_answers', key: ['key'], by: 'at', where: sql`at < ${keep.ended}` },
    { table: 'leases', key: ['name'], by: 'until_at', where: sql`until_at < ${keep.ended}` },
  ]
}
