import { day } from '../../base/clock.ts'
import type { Context, Tx } from '../context.ts'
import type { Forecast } from './forecast.ts'
import * as store from './store.ts'
import type { WarmUp, WarmUpState } from './warm-up.ts'

/** How long the edges are told anew of who had a forecast: longer than any core is away between two looks. */
const heardMs = day

/** Of some units, all ever asked for. */
const mostFor = 100

/**
 * Agreed forecasts by unit (`192.0.2.45/32`), none of their days above what the operator allows. A unit whose last forecast has ended within a
 * day is there with none, so that what the edges were told of it is taken back whoever judges now.
 */
export async function agreedForecasts(
  ctx: Context,
  now: number,
): Promise<ReadonlyMap<string, readonly Forecast[]>> {
  const found = new Map<string, readonly Forecast[]>()
  for (const { unit, state, forecast } of await store.currentWarmUps(ctx.db.queries, {
    since: now - heardMs,
  })) {
    const before = found.get(unit) ?? []
    found.set(unit, state === 'agreed' ? [...before, capped(ctx, forecast)] : before)
  }
  return found
}

/** The agreed forecasts of one unit. */
export async function forecastsFor(ctx: Context, unit: string): Promise<readonly Forecast[]> {
  const now = ctx.clock.now()
  const found = await store.currentWarmUps(ctx.db.queries, { since: now, unit })
  return found.flatMap(({ state, forecast }) => (state === 'agreed' ? [capped(ctx, forecast)] : []))
}

export async function addWarmUp(tx: Tx, warmUp: WarmUp): Promise<void> {
  await store.insert(tx.queries, warmUp)
}

/** Everything but its addresses. Callers hold its case. */
export async function saveWarmUp(tx: Tx, warmUp: WarmUp): Promise<void> {
  await store.save(tx.queries, warmUp)
}

/** The warm-ups of these threads. */
export async function warmUpsOf(
  ctx: Context | Tx,
  participants: readonly string[],
): Promise<readonly WarmUp[]> {
  return await store.warmUpsOf('queries' in ctx ? ctx.queries : ctx.db.queries, participants)
}

/** All that were asked for one of these units, the latest first. Callers ask which of their cases may be read. */
export async function warmUpsFor(ctx: Context, units: readonly string[]): Promise<readonly WarmUp[]> {
  return await store.warmUpsFor(ctx.db.queries, units, mostFor)
}

/** Those in these states by thread, after the given one. */
export async function warmUpsIn(
  ctx: Context,
  states: readonly WarmUpState[],
  page: { readonly after: string; readonly limit: number },
): Promise<readonly WarmUp[]> {
  return await store.warmUpsIn(ctx.db.queries, states, page)
}

function capped({ settings }: Context, forecast: Forecast): Forecast {
  return { ...forecast, most: Math.min(forecast.most, settings.support.warmUp.perDay) }
}
