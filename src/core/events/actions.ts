import { minute } from '../../base/clock.ts'
import type { Context, Tx } from '../context.ts'
import { transact } from '../context.ts'
import * as store from './store.ts'

/** What an MTA says became of a message (contracts 2): the part of a mail event that this version uses. */
export interface MessageOutcome {
  /** Unique within its source for 72 hours. */
  readonly id: string
  readonly at: number
  readonly ip: string
  readonly queueId: string
  readonly outcome: 'accepted' | 'rejected' | 'deferred'
}

/** A source's clock may run ahead by this much; later times are taken for now. */
const aheadMs = 5 * minute

/** Rows in one transaction: others wait for no longer than that. */
const batch = 500

/**
 * Keeps outcomes, each once per source; they are durable when this resolves. Gives them with times that can be, and how many were new:
 * whoever was cut off in the middle sends them again, and hears all of them again.
 */
export async function keepOutcomes(
  ctx: Context,
  source: string,
  outcomes: readonly MessageOutcome[],
): Promise<{ readonly kept: readonly MessageOutcome[]; readonly fresh: number }> {
  const now = ctx.clock.now()
  const kept = outcomes.map((outcome) => (outcome.at > now + aheadMs ? { ...outcome, at: now } : outcome))
  let fresh = 0
  for (let from = 0; from < kept.length; from += batch) {
    const rows = kept.slice(from, from + batch)
    fresh += await transact(ctx, async (tx) => await insertAll(tx, source, rows, now))
  }
  return { kept, fresh }
}

async function insertAll(
  tx: Tx,
  source: string,
  outcomes: readonly MessageOutcome[],
  now: number,
): Promise<number> {
  let fresh = 0
  for (const { id, ip, queueId, outcome, at } of outcomes) {
    const row = { source, id, queue_id: queueId, ip, outcome, at, received_at: now }
    if (await store.insertOutcome(tx.queries, row)) fresh++
  }
  return fresh
}

/** When an MTA said that it accepted the message with this queue id from this address, if it did. */
export async function acceptedAt(tx: Tx, queueId: string, ip: string): Promise<number | undefined> {
  return await store.acceptedAt(tx.queries, queueId, ip)
}
