import { setImmediate as breathe } from 'node:timers/promises'
import { record } from '../audit/actions.ts'
import { transact, type Context } from '../context.ts'
import { keepSince, mostOfLarge, mostToDelete, type PurgedTable } from './retention.ts'
import * as store from './store.ts'

/** How many rows went, of which tables. */
export type Purged = Readonly<Partial<Record<PurgedTable, number>>>

/** Rows deleted in one transaction: others wait for no longer than that. */
const batch = 1000

/**
 * Deletes what has been kept long enough, table by table, oldest first; gives the counts. At most 5 % of a table (or 1,000
 * rows, whichever is more) in one run, so that a wrong clock cannot empty it. The audit is never deleted.
 */
export async function purge(ctx: Context, signal?: AbortSignal): Promise<Purged> {
  const deleted: { -readonly [Table in keyof Purged]: Purged[Table] } = {}
  for (const expired of store.expiredRows(keepSince(ctx.settings, ctx.clock.now()), ctx.clock.now())) {
    if (signal?.aborted) break
    const count = await purgeTable(ctx, expired, signal)
    if (count > 0) deleted[expired.table] = (deleted[expired.table] ?? 0) + count
  }
  if (Object.keys(deleted).length > 0) {
    await transact(
      ctx,
      async (tx) => await record(tx, { action: 'retention.purged', subject: 'retention', facts: deleted }),
    )
  }
  return deleted
}

async function purgeTable(ctx: Context, expired: store.Expired, signal?: AbortSignal): Promise<number> {
  const due = await store.countExpired(ctx.db.queries, expired, batch + 1)
  if (due === 0) return 0
  // Counting a large table is work, so only when the brake could matter.
  const most = due <= batch ? batch : await mostOf(ctx, expired)
  let gone = 0
  while (gone < most && !signal?.aborted) {
    const limit = Math.min(batch, most - gone)
    const now = await ctx.db.transaction(
      async (queries) => await store.deleteExpired(queries, expired, limit),
    )
    gone += now
    if (now < limit) break
    await breathe()
  }
  return gone
}

async function mostOf(ctx: Context, expired: store.Expired): Promise<number> {
  return expired.isLarge === true ? mostOfLarge : mostToDelete(await store.countRows(ctx.db.queries, expired))
}
