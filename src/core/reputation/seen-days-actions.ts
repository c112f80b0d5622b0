import { day, hour } from '../../base/clock.ts'
import type { Context } from '../context.ts'
import { messagesOf } from './known-sender.ts'
import { countsOf } from './recall-actions.ts'
import * as store from './store.ts'

/** Messages of these units together that were let in on each day (UTC) of a span, by midnight, from hourly counters; days without are absent. */
export async function messagesOn(
  ctx: Context,
  units: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<number, number>> {
  const days = new Map<number, number>()
  for (const row of await store.hoursOfUnits(ctx.db.queries, units, Math.floor(from / hour))) {
    const at = row.hour * hour
    if (at >= to) continue
    const midnight = at - (at % day)
    days.set(midnight, (days.get(midnight) ?? 0) + messagesOf(countsOf(row)))
  }
  return days
}
