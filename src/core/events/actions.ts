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

/** Keeps outcomes, each once per source; gives those that were new. They are durable when this resolves. */
export async function keepOutcomes(
  ctx: Context,
  source: string,
  outcomes: readonly MessageOutcome[],
): Promise<readonly MessageOutcome[]> {
  return await transact(ctx, async (tx) => {
    const now = tx.clock.now()
    const fresh: MessageOutcome[] = []
    for (const outcome of outcomes) {
      const at = outcome.at > now + aheadMs ? now : outcome.at
      const { id, ip, queueId } = outcome
      const isNew = await store.insertOutcome(tx.queries, {
        source,
        id,
        queue_id: queueId,
        ip,
        outcome: outcome.outcome,
        at,
        received_at: now,
      })
      if (isNew) fresh.push({ ...outcome, at })
    }
    return fresh
  })
}

/** When an MTA said that it accepted the message with this queue id from this address, if it did. */
export async function acceptedAt(tx: Tx, queueId: string, ip: string): Promise<number | undefined> {
  return await store.acceptedAt(tx.queries, queueId, ip)
}
