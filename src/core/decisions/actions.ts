import type { DecisionRecord, LetThrough } from '../../access/feed-frame.ts'
import type { ReasonName } from '../../access/reasons.ts'
import type { Prefix } from '../../standards/prefix.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import type { Context } from '../context.ts'
import { transact } from '../context.ts'
import * as store from './store.ts'

/** A decision as the edge recorded it, for people. */
export interface Decision {
  readonly edge: string
  readonly at: number
  readonly stage: string
  readonly ip: string
  readonly helo: string | null
  readonly ptr: string | null
  readonly mailFrom: string | null
  readonly code: number
  readonly status: string
  readonly reason: string
  readonly listing: string | null
  readonly count: number
  readonly mode: string
  /** Feed number of the table that decided. */
  readonly table: number
}

/** Keeps what an edge shipped; the same batch again changes nothing. */
export async function saveDecisions(
  ctx: Context,
  records: readonly DecisionRecord[],
  letThroughs: readonly LetThrough[],
): Promise<void> {
  await transact(ctx, async (tx) => {
    for (const each of records) await store.upsertRecord(tx.queries, each)
    for (const each of letThroughs) await store.insertLetThrough(tx.queries, each)
  })
}

/** The decision that a case link was minted for; undefined until the edge has shipped it. */
export async function findDecision(
  ctx: Context,
  link: {
    readonly edge: string
    readonly unit: Prefix
    readonly minute: number
    readonly reason: ReasonName
    readonly listing: string | null
  },
): Promise<Decision | undefined> {
  return await store.byLink(ctx.db.queries, { ...link, unit: formatPrefix(link.unit) })
}

/** Decisions about an address's unit, newest first. */
export async function decisionsAbout(
  ctx: Context,
  unit: Prefix,
  limit: number,
): Promise<readonly Decision[]> {
  return await store.byUnit(ctx.db.queries, formatPrefix(unit), limit)
}

/** Refusals since a time: messages refused, and how many decisions they came from. */
export async function countRefusals(ctx: Context, since: number): Promise<number> {
  return await store.countSince(ctx.db.queries, since)
}
