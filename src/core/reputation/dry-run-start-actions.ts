import { hour } from '../../base/clock.ts'
import type { MailEvent } from '../../access/mail-event.ts'
import { formatPrefix, unitOf, type Prefix } from '../../standards/prefix.ts'
import type { Context } from '../context.ts'
import { ownListings, recallHours, recallListing, recallSender } from './recall-actions.ts'
import type { Reputation } from './reputation.ts'
import * as store from './store.ts'

/** How far back the engine remembers too. */
const rememberedHours = 60 * 24
const atOnce = 200

/**
 * What was known at a time of whoever these events are about, for judgements that begin there: the hours before it, and the listings that
 * had begun. `known`: whom they know already.
 */
export async function recallAsOf(
  ctx: Context,
  judges: readonly Reputation[],
  events: readonly MailEvent[],
  start: number,
  known: Set<string>,
): Promise<void> {
  const units = new Map<string, Prefix>()
  for (const event of events) {
    const unit = unitOf(event.address)
    const key = formatPrefix(unit)
    if (!known.has(key)) units.set(key, unit)
  }
  const keys = [...units.keys()]
  for (let from = 0; from < keys.length; from += atOnce) {
    const some = keys.slice(from, from + atOnce)
    const rows = await store.sendersOf(ctx.db.queries, some)
    const first = Math.floor(start / hour) - rememberedHours
    const hours = Map.groupBy(await store.hoursOfUnits(ctx.db.queries, some, first), ({ unit }) => unit)
    for (const row of rows) {
      const unit = units.get(row.unit)
      const before = (hours.get(row.unit) ?? []).filter((each) => each.hour * hour < start)
      if (unit === undefined || before.length === 0) continue
      const listings = (await ownListings(ctx, unit)).filter(({ sinceAt }) => sinceAt < start)
      for (const judge of judges) {
        recallSender(judge, unit, { row: { ...row, seen_at: Math.min(row.seen_at, start) }, rows: [] }, start)
        for (const each of listings) {
          const isOver = each.endedAt !== null && each.endedAt <= start
          recallListing(judge, isOver ? each : { ...each, endedAt: null })
        }
        recallHours(judge, unit, before, start)
      }
    }
  }
  for (const key of keys) known.add(key)
}
