import type { Prefix } from '../../standards/prefix.ts'
import type { Cause, ListingClass } from '../../access/reasons.ts'
import type { Context, Tx } from '../context.ts'
import { takeTurn } from '../edges/actions.ts'
import { lift, putCarveOut, putListing, setDegraded } from './actions.ts'
import { engineName, isRange, mayBeListed, type EndWhy, type Evidence, type Listing } from './listing.ts'
import * as store from './store.ts'

/** What the engine's own judgement asks to be listed: one sender or, by the range rule, one range. */
export interface EngineWish {
  readonly prefix: Prefix
  readonly cause: Cause
  readonly class: ListingClass
  readonly endsAt: number
  readonly evidence: readonly Evidence[]
}

/** A member that the range's listing is not about. */
export interface EngineCarveOut {
  readonly prefix: Prefix
  readonly effect: 'pass'
  readonly within: Prefix
}

/** Puts what the engine found on the list. What a person listed stays as it is, and what is protected is left alone. */
export async function listByEngine(tx: Tx, wish: EngineWish | EngineCarveOut): Promise<void> {
  if (mayBeListed(wish.prefix, tx.settings)) return
  await takeTurn(tx)
  const active = await store.byPrefix(tx.queries, wish.prefix, 'active')
  if (active && active.actor !== engineName) return
  if ('effect' in wish) {
    const range = await store.byPrefix(tx.queries, wish.within, 'active')
    if (range?.actor === engineName) await putCarveOut(tx, wish.prefix, range)
    return
  }
  const { prefix, cause, evidence } = wish
  const endsAt = Math.ceil(wish.endsAt / 1000) * 1000
  const fields = { prefix, cause, class: wish.class, evidence, effect: 'refuse', endsAt } as const
  await putListing(tx, { ...fields, note: '', url: null, test: null }, true)
}

/** What the engine listed only puts off from now on, or refuses again. */
export async function degradeByEngine(tx: Tx, prefix: Prefix, isDegraded: boolean): Promise<void> {
  await takeTurn(tx)
  const active = await store.byPrefix(tx.queries, prefix, 'active')
  if (active?.actor !== engineName || active.effect !== 'refuse') return
  if (((active.degradedAt ?? null) !== null) !== isDegraded) await setDegraded(tx, active, isDegraded)
}

/** Takes back what the engine listed, and of a range what was carved out of it. */
export async function liftByEngine(tx: Tx, prefix: Prefix, why: EndWhy): Promise<void> {
  await takeTurn(tx)
  const active = await store.byPrefix(tx.queries, prefix, 'active')
  if (active?.actor !== engineName) return
  await lift(tx, active, why)
  if (!isRange(active)) return
  for (const carved of await store.carvedIn(tx.queries, prefix, engineName))
    await lift(tx, carved, 'superseded')
}

/** Listings in force, with `ofEngine`, and those that ended since; by the engine or by anybody. */
export async function listingsBy(
  ctx: Context,
  { endedSince, ofEngine = false }: { readonly endedSince: number; readonly ofEngine?: boolean },
): Promise<readonly Listing[]> {
  return await store.endedSince(ctx.db.queries, endedSince, ofEngine ? engineName : undefined)
}

/** What the engine listed of one prefix: in force, or ended since. Oldest first. */
export async function engineListingsOf(
  ctx: Context,
  prefix: Prefix,
  endedSince: number,
): Promise<readonly Listing[]> {
  return await store.ofPrefixBy(ctx.db.queries, prefix, engineName, endedSince)
}
