import { hour, minute } from '../../base/clock.ts'
import type { Standing } from '../../access/standing.ts'
import type { Address } from '../../standards/ip.ts'
import { formatPrefix, unitOf, type Prefix } from '../../standards/prefix.ts'
import { readName, type SenderName } from '../../standards/reverse-name.ts'
import type { Context } from '../context.ts'
import { forecastsFor } from '../forecasts/actions.ts'
import { endOf, forecastOn, perHourOf, type Forecast } from '../forecasts/forecast.ts'
import { standingsHead, standingsOf } from '../standings/actions.ts'
import { evidenceKinds, nothing, type Counts } from './evidence.ts'
import type { Grade } from './grade.ts'
import { rangeOf } from './groups.ts'
import { foundOf } from './listing-rule.ts'
import { rememberedIn } from './memory-actions.ts'
import { passedOf, type HourOfSender, type KnownSender, type Raise } from './known-sender.ts'
import { reputationSettings } from './own-settings.ts'
import {
  countsOf,
  ownListings,
  ptrOf,
  recallHours,
  recallListing,
  recallRange,
  recallSender,
  writtenOf,
  type HourRow,
  type WrittenDown,
} from './recall-actions.ts'
import type { Examined } from './mind.ts'
import { Reputation } from './reputation.ts'

/** Standings that nobody has confirmed for longer hold nobody up. */
const heldMs = 15 * minute

/**
 * What is known of an address from the database alone: the same on every core, whether or not one judges. The rules are those of the
 * engine, over what it wrote down of this sender; breaks in pattern of the last minutes are known to the engine only, and show in the
 * standing that it told the edges.
 */
export async function knownSender(ctx: Context, address: Address): Promise<KnownSender> {
  const unit = unitOf(address)
  const now = ctx.clock.now()
  const key = formatPrefix(unit)
  const written = await writtenOf(ctx, unit)
  const { row, rows } = written
  const examined = await examine(ctx, unit, written)
  const name = readName(ptrOf(row), unit)
  const { standing, standingKey } = await standingFor(ctx, unit, name)
  const { confirmedAt } = await standingsHead(ctx)
  const { assessment, sender } = examined
  const hours = hoursIn(rows)
  return {
    unit: key,
    since: row?.since_at ?? null,
    seenAt: row?.seen_at ?? null,
    name: { kind: name.kind, text: name.text },
    home: row?.home ?? null,
    grade: gradeFor(ctx, examined, standing),
    counts: assessment.counts,
    bounds: assessment.limits,
    line: assessment.line,
    prior: assessment.prior,
    isSteady: assessment.isSteady,
    standing,
    standingKey,
    raise: standingKey === key ? raiseIn(standing, await forecastsFor(ctx, key), now) : null,
    isHeld: now - confirmedAt < heldMs,
    passed: passedOf(hours, now),
    recurrence: sender.lapses.filter((at) => now - at < ctx.settings.listing.recurrenceMs).length,
    hours,
    sources: sender.evidence.said(now).map(({ source, counts }) => ({ source, counts })),
    onlySource: onlySource(ctx, unit, written, examined) ?? null,
  }
}

/** As the engine remembered it last, with the break in pattern that it may have seen; else by its counters. */
function onlySource(ctx: Context, unit: Prefix, { row }: WrittenDown, counted: Examined): string | undefined {
  const now = ctx.clock.now()
  const settings = reputationSettings(ctx.settings)
  const remembered =
    row === undefined || row.memory === null
      ? counted
      : new Reputation(settings).examineAs(unit, rememberedIn(row), now)
  const { sender, assessment } = remembered
  return sender.listing === undefined ? foundOf(sender, assessment, settings.tuning, now)?.only : undefined
}

/** The sender in a judgement of its own. */
async function examine(ctx: Context, unit: Prefix, written: WrittenDown): Promise<Examined> {
  const now = ctx.clock.now()
  const settings = reputationSettings(ctx.settings)
  const judge = new Reputation(settings)
  const mean = written.row?.prior ?? undefined
  // Nobody has said yet what to expect of it: that is what its neighbours are.
  if (mean === undefined) await recallRange(ctx, judge, unit, formatPrefix(unit))
  const listings = await ownListings(ctx, unit)
  // First the listings: what was before the end of the last one counts no more.
  recallSender(judge, unit, { row: written.row, rows: [] }, now)
  for (const listing of listings) recallListing(judge, listing)
  recallHours(judge, unit, written.rows, now)
  const examined = judge.examine(unit, now)
  if (examined === undefined) throw new Error(`${formatPrefix(unit)} was recalled and is not remembered`)
  const { sender } = examined
  if (mean === undefined || sender.past !== undefined) return examined
  sender.past = { mean, strength: settings.tuning.priorStrength }
  return judge.examine(unit, now) ?? examined
}

/** Whether the budget that the edges were told is the one of today's forecast. */
function raiseIn(standing: Standing, forecasts: readonly Forecast[], now: number): Raise | null {
  const perHour = perHourOf(forecasts, now)
  const [largest] = forecasts.filter((each) => perHourOf([each], now) === perHour)
  if (largest === undefined || standing.kind !== 'hourly' || standing.reason !== 'new-sender') return null
  if (perHour === 0 || standing.perHour !== perHour) return null
  return { until: endOf(largest), perDay: forecastOn(largest, now), perHour }
}

/** What the edges go by, looked up as they do (`edge/standings.ts`). */
async function standingFor(
  ctx: Context,
  unit: Prefix,
  name: SenderName,
): Promise<Pick<KnownSender, 'standing' | 'standingKey'>> {
  const keys = [
    formatPrefix(unit),
    ...(name.organisation === undefined ? [] : [`org ${name.organisation}`]),
    formatPrefix(rangeOf(unit)),
    `kind ${name.kind}`,
  ]
  const told = await standingsOf(ctx, keys)
  for (const key of keys) {
    const standing = told.get(key)
    if (standing !== undefined) return { standing, standingKey: key }
  }
  const { newPerHour } = reputationSettings(ctx.settings).rules
  return {
    standing: { kind: 'hourly', perHour: newPerHour, reason: 'new-sender' },
    standingKey: null,
  }
}

function gradeFor(ctx: Context, { sender, assessment }: Examined, standing: Standing): Grade {
  if (reputationSettings(ctx.settings).isProtected(sender.unit, sender.name.text)) return 'trusted'
  if (sender.listing !== undefined && sender.listing.ends > ctx.clock.now()) return 'bad'
  const { grade } = assessment
  const isSuspicious = standing.kind !== 'free' && standing.reason === 'suspicious'
  return isSuspicious && grade !== 'bad' && grade !== 'new' ? 'poor' : grade
}

/** Every hour once, with what all sources counted. */
function hoursIn(rows: readonly HourRow[]): readonly HourOfSender[] {
  const hours = new Map<number, Counts>()
  for (const row of rows) {
    const before = hours.get(row.hour) ?? nothing
    const more = countsOf(row)
    const sums = Object.fromEntries(evidenceKinds.map((kind) => [kind, before[kind] + more[kind]]))
    hours.set(row.hour, { ...nothing, ...sums })
  }
  return [...hours].map(([which, counts]) => ({ at: which * hour, counts }))
}
