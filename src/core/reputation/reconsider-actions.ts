import { day, hour } from '../../base/clock.ts'
import { breathe } from '../../base/steps.ts'
import { covers, formatPrefix, type Prefix } from '../../standards/prefix.ts'
import { as, transact, type Context } from '../context.ts'
import { liftByEngine, listingsBy } from '../listings/engine-actions.ts'
import { isRange, type Listing } from '../listings/listing.ts'
import { evidenceKinds } from './evidence.ts'
import { findingOf } from './listing-rule.ts'
import { reputationSettings } from './own-settings.ts'
import {
  countsOf,
  ownListings,
  recallHours,
  recallListing,
  recallRange,
  recallSender,
  writtenOf,
  type HourRow,
} from './recall-actions.ts'
import { oldEra } from './pending.ts'
import { Reputation } from './reputation.ts'
import { Testimony } from './testimony.ts'

/** Which of the engine's listings: those of a sender of these, or those that began since a time. */
export type Wanted = { readonly units: readonly Prefix[] } | { readonly since: number }

/** A break in pattern is looked for in the last day before the listing: what the engine saw of it at the time is not written down. */
const breakMs = day
const mostReporters = 256

/**
 * Looks at listings of the engine again, by the evidence that is written down now, and ends those that it does not carry. Gives those
 * that were ended. May be done any number of times.
 */
export async function reconsider(ctx: Context, wanted: Wanted): Promise<readonly Listing[]> {
  const engine = as(ctx, { kind: 'system', name: 'engine' })
  const now = ctx.clock.now()
  const listings = await listingsBy(ctx, { endedSince: now, ofEngine: true })
  const ended: Listing[] = []
  for (const listing of listings) {
    const isInForce = listing.state === 'active' && listing.endsAt > now
    if (!isInForce || listing.effect !== 'refuse' || !isWanted(listing, wanted)) continue
    if (await (isRange(listing) ? rangeStands(ctx, listing) : senderStands(ctx, listing))) continue
    await transact(engine, async (tx) => await liftByEngine(tx, listing.prefix, 'evidence'))
    ended.push(listing)
    await breathe()
  }
  return ended
}

function isWanted({ prefix, sinceAt }: Listing, wanted: Wanted): boolean {
  return 'since' in wanted ? sinceAt >= wanted.since : wanted.units.some((unit) => covers(prefix, unit))
}

/** As the evidence was when it was listed, or as it is now. */
async function senderStands(ctx: Context, listing: Listing): Promise<boolean> {
  const written = await writtenOf(ctx, listing.prefix)
  const earlier = (await ownListings(ctx, listing.prefix)).filter(({ id }) => id !== listing.id)
  const settings = reputationSettings(ctx.settings)
  return [listing.sinceAt, ctx.clock.now()].some((at) => {
    const judge = new Reputation(settings)
    recallSender(judge, listing.prefix, { row: written.row, rows: [] }, at)
    for (const each of earlier) recallListing(judge, each)
    recallHours(judge, listing.prefix, written.rows, at)
    const examined = judge.examine(listing.prefix, at)
    if (examined === undefined) return false
    const { sender, assessment } = examined
    const late = written.rows.filter(
      (row) => row.hour * hour > Math.max(at - breakMs, sender.watermark) && row.hour * hour <= at,
    )
    sender.reporters = reportersOf(assessment.counts.complaints)
    sender.trial = {
      since: at - breakMs,
      evidence: evidenceIn(late, settings.tuning.halfLife),
      reporters: reportersOf(late.reduce((sum, { complaints }) => sum + complaints, 0)),
      isSteady: assessment.isSteady,
      isBreak: true,
    }
    return findingOf(sender, assessment, settings.tuning, at) !== undefined
  })
}

/** Whether its members would get the range listed once more. */
async function rangeStands(ctx: Context, listing: Listing): Promise<boolean> {
  const judge = new Reputation(reputationSettings(ctx.settings))
  await recallRange(ctx, judge, listing.prefix, '')
  const prefix = formatPrefix(listing.prefix)
  return judge
    .takeNotes()
    .some((note) => note.kind === 'added' && formatPrefix(note.listing.prefix) === prefix)
}

function evidenceIn(rows: readonly HourRow[], halfLife: number): Testimony {
  const evidence = new Testimony(halfLife)
  for (const row of rows) {
    const counts = countsOf(row)
    const witness = { source: row.source, isOld: row.era === oldEra }
    for (const kind of evidenceKinds)
      if (counts[kind] !== 0) evidence.tell(kind, counts[kind], row.hour * hour, witness)
  }
  return evidence
}

/** Who complained is not written down, but nobody counts twice a day: so many were it about. */
function reportersOf(complaints: number): Set<string> {
  const count = Math.min(mostReporters, Math.ceil(complaints))
  return new Set(Array.from({ length: count }, (_, nth) => `${nth}`))
}
