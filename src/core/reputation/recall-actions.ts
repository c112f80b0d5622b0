import { day, hour } from '../../base/clock.ts'
import type { Tables } from '../../db/schema.ts'
import type { Address } from '../../standards/ip.ts'
import { formatPrefix, prefixOf, unitLength, type Prefix } from '../../standards/prefix.ts'
import type { Context } from '../context.ts'
import { engineListingsOf } from '../listings/engine-actions.ts'
import type { Listing } from '../listings/listing.ts'
import type { Counts } from './evidence.ts'
import { rangeOf } from './groups.ts'
import type { Reputation } from './reputation.ts'
import * as store from './store.ts'

/** What is written down of senders, put back into a judgement. */

export type SenderRow = Tables['senders']
export type HourRow = Tables['evidence_hours']

/** How far back the engine remembers too. */
const rememberedMs = 60 * day

export interface WrittenDown {
  readonly row: SenderRow | undefined
  readonly rows: readonly HourRow[]
}

export async function writtenOf(ctx: Context, unit: Prefix): Promise<WrittenDown> {
  const { queries } = ctx.db
  const key = formatPrefix(unit)
  const [[row], rows] = await Promise.all([
    store.sendersOf(queries, [key]),
    store.hoursOfUnits(queries, [key], firstHour(ctx)),
  ])
  return { row, rows }
}

/** One sender with its evidence up to a time. */
export function recallSender(
  judge: Reputation,
  unit: Prefix,
  { row, rows }: WrittenDown,
  until: number,
): void {
  const [first] = rows
  judge.recall(unit, {
    since: row?.since_at ?? (first === undefined ? until : first.hour * hour),
    seen: row?.seen_at ?? until,
    ptr: ptrOf(row),
    home: row?.home ?? undefined,
  })
  recallHours(judge, unit, rows, until)
}

export function recallHours(judge: Reputation, unit: Prefix, rows: readonly HourRow[], until: number): void {
  for (const each of rows)
    if (each.hour * hour <= until)
      judge.recallEvidence(unit, countsOf(each), each.hour * hour + hour - 1, each)
}

/** Everybody of the range of a unit, but those in `without`. */
export async function recallRange(
  ctx: Context,
  judge: Reputation,
  range: Prefix,
  without: string,
): Promise<void> {
  const now = ctx.clock.now()
  const members = new Map(membersOf(rangeOf(range)).map((member) => [formatPrefix(member), member]))
  members.delete(without)
  const senders = await store.sendersOf(ctx.db.queries, [...members.keys()])
  if (senders.length === 0) return
  const units = senders.map(({ unit }) => unit)
  const hours = Map.groupBy(
    await store.hoursOfUnits(ctx.db.queries, units, firstHour(ctx)),
    ({ unit }) => unit,
  )
  for (const row of senders) {
    const unit = members.get(row.unit)
    if (unit) recallSender(judge, unit, { row, rows: hours.get(row.unit) ?? [] }, now)
  }
}

/** Listings that the judgement made of this prefix; without those that should never have been. */
export async function ownListings(ctx: Context, prefix: Prefix): Promise<readonly Listing[]> {
  const listings = await engineListingsOf(ctx, prefix, ctx.clock.now() - rememberedMs)
  return listings.filter(({ effect, endedWhy }) => effect === 'refuse' && endedWhy !== 'evidence')
}

export function recallListing(judge: Reputation, listing: Listing): void {
  const { prefix, cause, class: listingClass, sinceAt, endsAt, recurrence } = listing
  const isDegraded = (listing.degradedAt ?? null) !== null
  const own = { prefix, cause, class: listingClass, since: sinceAt, ends: endsAt, recurrence, isDegraded }
  judge.recallListing(own, listing.endedAt ?? undefined)
}

export function countsOf({ not_junk: notJunk, ...row }: HourRow): Counts {
  const { ham, bulk, spam, phish, malware, unjudged, recipients, unknown, traps, complaints } = row
  return { ham, bulk, spam, phish, malware, unjudged, recipients, unknown, traps, complaints, notJunk }
}

/** As a mail event says it: null without a name, undefined when that is not known. */
export function ptrOf(row: SenderRow | undefined): string | null | undefined {
  return row?.ptr === '' ? null : (row?.ptr ?? undefined)
}

function firstHour(ctx: Context): number {
  return Math.floor((ctx.clock.now() - rememberedMs) / hour)
}

/** The 256 units of a range. */
export function membersOf({ family, words }: Prefix): readonly Prefix[] {
  const [first, second, third, fourth] = words
  return Array.from({ length: 256 }, (_, nth) => {
    const member: Address =
      family === 4
        ? { family, words: [(first | nth) >>> 0, second, third, fourth] }
        : { family, words: [first, (second | nth) >>> 0, third, fourth] }
    return prefixOf(member, unitLength[family])
  })
}
