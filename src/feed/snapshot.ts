import { breathe, inSteps } from '../base/steps.ts'
import { changeFromJson } from '../access/feed-frame.ts'
import { encodeSnapshotSteps } from '../access/snapshot.ts'
import { ListingTable } from '../access/table.ts'
import { changesAfter, feedHead } from '../core/edges/actions.ts'
import type { Context } from '../core/context.ts'
import { listWatches } from '../core/delisting/follow-actions.ts'
import { entriesPage } from '../core/listings/actions.ts'
import { activeVouches } from '../core/vouches/actions.ts'

/** The whole table at one number of the feed, ready to send. */
export interface Snapshot {
  readonly epoch: string
  readonly seq: number
  readonly bytes: Uint8Array
}

/** Gives a snapshot with at least this number. */
export type Snapshots = (atLeast: number) => Promise<Snapshot>

/** Rows read at once: a few milliseconds in which nobody else is served. */
const pageSize = 500

/** A snapshot is kept this long for the next edge that needs one. */
const keptMs = 60_000

/** Builds one snapshot at a time and lends it to every edge that asks soon after. What is being built when `signal` aborts, ends with its reason. */
export function snapshotCache(ctx: Context, signal: AbortSignal): Snapshots {
  let building: Promise<Snapshot> | undefined
  let kept: { readonly at: number; readonly snapshot: Snapshot } | undefined
  return async (atLeast) => {
    if (kept && kept.snapshot.seq >= atLeast && ctx.clock.elapsed() - kept.at < keptMs) return kept.snapshot
    let snapshot: Snapshot
    do {
      building ??= buildSnapshot(ctx, signal).finally(() => (building = undefined))
      snapshot = await building
    } while (snapshot.seq < atLeast)
    const held = { at: ctx.clock.elapsed(), snapshot }
    kept = held
    setTimeout(() => void (kept === held && (kept = undefined)), keptMs).unref()
    return snapshot
  }
}

/**
 * Reads the table in pages, so that core goes on working, and brings it to one number:
 * every row is read at some moment after `seq`, so the changes since then, applied in order, give exactly the state at the last of them.
 */
export async function buildSnapshot(ctx: Context, signal?: AbortSignal): Promise<Snapshot> {
  for (;;) {
    const { epoch, seq } = await feedHead(ctx)
    const table = new ListingTable()
    for (const { unit, until } of await listWatches(ctx)) table.apply({ kind: 'watch', unit, until })
    for (const vouch of await activeVouches(ctx)) table.apply({ kind: 'vouch', vouch })
    let last = ''
    for (;;) {
      const page = await entriesPage(ctx, last, pageSize)
      for (const entry of page) table.put(entry)
      const end = page.at(-1)
      if (!end) break
      last = end.id
      await breathe()
      signal?.throwIfAborted()
    }
    const reached = await catchUp(ctx, table, seq)
    const { epoch: now } = await feedHead(ctx)
    if (reached === undefined || now !== epoch) continue
    const steps = encodeSnapshotSteps(table, { epoch, seq: reached, at: ctx.clock.now() })
    return { epoch, seq: reached, bytes: await inSteps(steps, () => ctx.clock.elapsed()) }
  }
}

/** Applies what has happened since `seq`; undefined when a bulk import makes the table stale as a whole. */
async function catchUp(ctx: Context, table: ListingTable, seq: number): Promise<number | undefined> {
  let reached = seq
  for (;;) {
    const changes = await changesAfter(ctx, reached, pageSize)
    for (const each of changes) {
      const json: unknown = JSON.parse(each.change)
      if (isResync(json)) return undefined
      table.apply(changeFromJson(json))
      reached = each.seq
    }
    if (changes.length < pageSize) return reached
    await breathe()
  }
}

/** Whether a stored change says that edges must take the whole table anew. */
export function isResync(change: unknown): boolean {
  return typeof change === 'object' && change !== null && 'kind' in change && change.kind === 'resync'
}
