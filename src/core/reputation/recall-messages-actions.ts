import { day } from '../../base/clock.ts'
import { breathe } from '../../base/steps.ts'
import { recallMailEvent } from '../../access/mail-event.ts'
import type { Context } from '../context.ts'
import type { Reputation } from './reputation.ts'
import type { Tellings } from './tellings.ts'
import * as store from './store.ts'

/** How long a complaint finds its message (contracts 2). */
const messagesMs = 7 * day
/** No more messages than that are remembered. */
const mostMessages = 3_000_000
/** Rows read at once. */
const pageSize = 500

/** Messages that complaints may be about, and who told of them, for a judgement that begins: up to the number `until`. */
export async function recallMessages(
  ctx: Context,
  judge: Reputation,
  tellings: Tellings,
  until: number,
): Promise<void> {
  const { queries } = ctx.db
  const first = await store.firstSince(queries, ctx.clock.now() - messagesMs)
  let seq = first === undefined ? undefined : Math.max(first, until - mostMessages)
  while (seq !== undefined && seq < until) {
    const rows = await store.eventsAfter(queries, seq, pageSize)
    for (const row of rows) {
      const event = row.seq > until ? undefined : recallMailEvent(row.body)
      if (event?.type !== 'message') continue
      const told = tellings.tell(event, row.source, row.received_at)
      judge.recallMessage(told.event, told.more)
    }
    seq = rows.length < pageSize ? undefined : rows.at(-1)?.seq
    await breathe()
  }
}
