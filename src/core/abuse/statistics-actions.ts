import { day } from '../../base/clock.ts'
import { permit } from '../actor.ts'
import type { Context } from '../context.ts'
import { incidentFigures } from '../incidents/actions.ts'
import { figuresOf, loopsOf, type DeskFigures, type LoopFigures } from './statistics.ts'
import * as store from './store.ts'

/** The desk in figures of the last days, today included. */
export async function deskFigures(ctx: Context, wanted: { readonly days: number }): Promise<DeskFigures> {
  permit(ctx.actor, 'abuse.read')
  const now = ctx.clock.now()
  const until = now - (now % day) + day
  return await figuresWithin(ctx, { since: until - wanted.days * day, until })
}

/** Reports of feedback loops by day and source, the last days, today included. */
export async function loopFigures(ctx: Context, wanted: { readonly days: number }): Promise<LoopFigures> {
  permit(ctx.actor, 'abuse.read')
  const now = ctx.clock.now()
  const since = now - (now % day) - (wanted.days - 1) * day
  return loopsOf(await store.countLoops(ctx.db.queries, since), since, wanted.days)
}

/** The same of any whole days; nobody has to ask for it. */
export async function figuresWithin(
  ctx: Context,
  span: { readonly since: number; readonly until: number },
): Promise<DeskFigures> {
  const reports = await store.countByDay(ctx.db.queries, span)
  const { incidents, acts } = await incidentFigures(ctx, span)
  return figuresOf(span, reports, incidents, acts)
}
