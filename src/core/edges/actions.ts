import { minute } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import { changeToJson } from '../../access/feed-frame.ts'
import type { TableChange } from '../../access/listing-entry.ts'
import { transact, type Context, type Tx } from '../context.ts'
import * as store from './store.ts'

/** An edge as core last saw it. */
export interface Edge {
  readonly name: string
  readonly version: string
  /** Feed number it has applied. */
  readonly seq: number
  readonly seenAt: number
  readonly connected: boolean
}

/** When an edge had applied a change; `at` null while it has not. */
export interface EdgeAck {
  readonly name: string
  readonly seq: number
  readonly at: number | null
}

/**
 * Appends a numbered change for the edges, in the transaction that made it true.
 * The head's row is the lock: numbers are committed in order and without a gap.
 */
export async function tellEdges(tx: Tx, change: TableChange): Promise<number> {
  return await append(tx, changeToJson(change))
}

/**
 * Takes its turn among the transactions that change the table, before they read what they decide on.
 * They would queue at the feed's head anyway; waiting here, none has to begin again.
 */
export async function takeTurn(tx: Tx): Promise<void> {
  await store.lockHead(tx.queries)
}

/** Tells edges to fetch the table anew, after a bulk import. */
export async function tellEdgesToResync(tx: Tx): Promise<number> {
  return await append(tx, { kind: 'resync' })
}

async function append(tx: Tx, change: object): Promise<number> {
  const seq = await store.nextSeq(tx.queries)
  await store.insertChange(tx.queries, { seq, at: tx.clock.now(), change: JSON.stringify(change) })
  tx.afterCommit('feed')
  return seq
}

/** The feed's number and epoch now. */
export async function feedHead(ctx: Context): Promise<{ readonly seq: number; readonly epoch: string }> {
  return await store.readHead(ctx.db.queries)
}

/** Makes the first epoch; on an existing database it changes nothing. A restored backup begins a new one (`renew`). */
export async function beginEpoch(ctx: Context, renew = false): Promise<string> {
  return await transact(ctx, async (tx) => {
    const { epoch } = await store.readHead(tx.queries)
    if (epoch !== '' && !renew) return epoch
    const next = newId()
    await store.setEpoch(tx.queries, next)
    return next
  })
}

/** Up to `limit` changes after `seq`, in order. */
export async function changesAfter(
  ctx: Context,
  seq: number,
  limit: number,
): Promise<readonly { readonly seq: number; readonly change: string }[]> {
  return await store.changesAfter(ctx.db.queries, seq, limit)
}

/** Notes that an edge is here, or has gone. */
export async function noteEdge(
  ctx: Context,
  edge: {
    readonly name: string
    readonly version: string
    readonly seq: number
    readonly connected: boolean
  },
): Promise<void> {
  await store.saveEdge(ctx.db.queries, {
    ...edge,
    connected: edge.connected ? 1 : 0,
    seen_at: ctx.clock.now(),
    core: ctx.core,
  })
}

/** Notes that an edge has applied everything up to `seq`; a second note of the same number changes nothing. */
export async function noteAck(ctx: Context, edge: string, seq: number, at: number): Promise<void> {
  await store.insertAck(ctx.db.queries, { edge, seq, at })
  ctx.wakes.wake('delisting')
}

/** At start nobody is connected to this core. */
export async function forgetConnections(ctx: Context): Promise<void> {
  await store.setDisconnected(ctx.db.queries, ctx.core)
}

/** A core says twice a minute that an edge of its is there; one that has died cannot say that it is not. */
const elsewhereMs = 2 * minute

export async function listEdges(ctx: Context): Promise<readonly Edge[]> {
  const rows = await store.listEdges(ctx.db.queries)
  const oldest = ctx.clock.now() - elsewhereMs
  return rows.map((row) => ({
    name: row.name,
    version: row.version,
    seq: row.seq,
    seenAt: row.seen_at,
    connected: row.connected === 1 && (row.core === ctx.core || row.seen_at >= oldest),
  }))
}

/** Which edges have applied the change with this number, and when. Edges gone for longer than `staleMs` are left out. */
export async function acksOf(ctx: Context, seq: number, staleMs: number): Promise<readonly EdgeAck[]> {
  const [edges, acks] = await Promise.all([listEdges(ctx), store.firstAcks(ctx.db.queries, seq)])
  const oldest = ctx.clock.now() - staleMs
  return edges
    .filter((edge) => edge.connected || edge.seenAt >= oldest)
    .map(({ name, seq: applied }) => {
      const ack = acks.find((row) => row.edge === name)
      return { name, seq: ack?.seq ?? applied, at: ack?.at ?? null }
    })
}
