import { day } from '../../base/clock.ts'
import { permit } from '../actor.ts'
import type { Context } from '../context.ts'
import { incidentFigures } from '../incidents/actions.ts'
import type { ReportOutcome } from './report.ts'
import { figuresOf, publicCount, type DeskFigures, type PublicCount } from './statistics.ts'
import * as store from './store.ts'

/** The desk in figures of the last days, today included. */
export async function deskFigures(ctx: Context, wanted: { readonly days: number }): Promise<DeskFigures> {
  permit(ctx.actor, 'abuse.read')
  const now = ctx.clock.now()
  const until = now - (now % day) + day
  return await figuresWithin(ctx, { since: until - wanted.days * day, until })
}

async function figuresWithin(
  ctx: Context,
  span: { readonly since: number; readonly until: number },
): Promise<DeskFigures> {
  const reports = await store.countByDay(ctx.db.queries, span)
  const { incidents, acts } = await incidentFigures(ctx, span)
  return figuresOf(span, reports, incidents, acts)
}

/** A whole month as everybody may see it. */
export interface PublicMonth {
  /** `2026-04`, UTC. */
  readonly month: string
  readonly reports: PublicCount
  readonly incidents: PublicCount
  readonly acted: PublicCount
  readonly suspended: PublicCount
  readonly released: PublicCount
  readonly outcomes: Readonly<Record<ReportOutcome | 'open', PublicCount>>
  /** Whole hours, at least 1; null when fewer than ten incidents were acted on. */
  readonly medianHours: number | null
}

/** The whole months before this one, the newest first, at most `most`; none before the first report. Anybody may ask. */
export async function transparency(ctx: Context, most: number): Promise<readonly PublicMonth[]> {
  const first = await store.firstReceived(ctx.db.queries)
  const months: PublicMonth[] = []
  let until = monthOf(ctx.clock.now())
  while (first !== undefined && until > first && months.length < most) {
    const since = monthOf(until - 1)
    months.push(publicMonth(since, await figuresWithin(ctx, { since, until })))
    until = since
  }
  return months
}

/** The first moment of the month. */
function monthOf(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
}

const hourMs = 3_600_000

function publicMonth(at: number, figures: DeskFigures): PublicMonth {
  const { reports, incidents, acted, acts, outcomes, medianMs } = figures
  return {
    month: new Date(at).toISOString().slice(0, 7),
    reports: publicCount(reports),
    incidents: publicCount(incidents),
    acted: publicCount(acted),
    suspended: publicCount(acts.get('suspend') ?? 0),
    released: publicCount(acts.get('release') ?? 0),
    outcomes: {
      acted: publicCount(outcomes.acted),
      'no-violation': publicCount(outcomes['no-violation']),
      'not-ours': publicCount(outcomes['not-ours']),
      unproven: publicCount(outcomes.unproven),
      duplicate: publicCount(outcomes.duplicate),
      open: publicCount(outcomes.open),
    },
    medianHours: acted < 10 || medianMs === null ? null : Math.max(1, Math.round(medianMs / hourMs)),
  }
}
