import { day, hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { breathe } from '../../base/steps.ts'
import { readMailEvent } from '../../access/mail-event.ts'
import { parsePrefix } from '../../standards/prefix.ts'
import type { Context } from '../context.ts'
import { listingsBy } from '../listings/engine-actions.ts'
import { countsOf, ptrOf, recallListing } from './recall-actions.ts'
import type { Reputation } from './reputation.ts'
import type { Tellings } from './tellings.ts'
import * as store from './store.ts'

/** How far back senders and their evidence are remembered. */
const rememberedMs = 60 * day
/** How long a complaint finds its message (contracts 2). */
const messagesMs = 7 * day
/** Rows read at once. */
const pageSize = 500

/** Everything that was written down, for a judgement that begins; messages, and who told of them, up to the number `seq`. */
export async function recallAll(
  ctx: Context,
  judge: Reputation,
  tellings: Tellings,
  seq: number,
): Promise<void> {
  const since = ctx.clock.now() - rememberedMs
  await recallSenders(ctx, judge, since)
  for (const listing of await listingsBy(ctx, { endedSince: since, ofEngine: true })) {
    // One that should never have been leaves nothing behind.
    if (listing.effect === 'refuse' && listing.endedWhy !== 'evidence') recallListing(judge, listing)
  }
  await recallHours(ctx, judge, since)
  await recallMessages(ctx, judge, tellings, seq)
}

async function recallSenders(ctx: Context, judge: Reputation, since: number): Promise<void> {
  for (let unit: string | undefined = ''; unit !== undefined;) {
    const rows: Awaited<ReturnType<typeof store.sendersAfter>> = await store.sendersAfter(
      ctx.db.queries,
      unit,
      since,
      pageSize,
    )
    for (const row of rows) {
      const known = { since: row.since_at, seen: row.seen_at, ptr: ptrOf(row), home: row.home ?? undefined }
      judge.recall(orThrow(parsePrefix(row.unit)), known)
    }
    unit = rows.length < pageSize ? undefined : rows.at(-1)?.unit
    await breathe()
  }
}

async function recallHours(ctx: Context, judge: Reputation, since: number): Promise<void> {
  for (let after = { unit: '', hour: 0, source: '', era: 0 }; ;) {
    const rows = await store.hoursAfter(ctx.db.queries, after, Math.floor(since / hour), pageSize)
    for (const row of rows)
      judge.recallEvidence(orThrow(parsePrefix(row.unit)), countsOf(row), row.hour * hour + hour - 1, row.era)
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageSize) return
    after = last
    await breathe()
  }
}

async function recallMessages(
  ctx: Context,
  judge: Reputation,
  tellings: Tellings,
  until: number,
): Promise<void> {
  const { queries } = ctx.db
  let seq = await store.firstSince(queries, ctx.clock.now() - messagesMs)
  while (seq !== undefined && seq < until) {
    const rows = await store.eventsAfter(queries, seq, pageSize)
    for (const row of rows) {
      const event = row.seq > until ? undefined : readMailEvent(JSON.parse(row.body))
      if (typeof event !== 'object' || event.type !== 'message') continue
      const told = tellings.tell(event, row.source, row.received_at)
      judge.recallMessage(told.event, told.more)
    }
    seq = rows.length < pageSize ? undefined : rows.at(-1)?.seq
    await breathe()
  }
}
