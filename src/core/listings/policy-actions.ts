import type { Cause } from '../../access/reasons.ts'
import type { Prefix } from '../../standards/prefix.ts'
import { as, transact, type Context } from '../context.ts'
import { takeTurn } from '../edges/actions.ts'
import { lift, putListing } from './actions.ts'
import { mayBeListed, policyActor, type Listing } from './listing.ts'
import * as store from './store.ts'

/** Listings looked through at once. */
const most = 1000

/** Lists one sender until a test passes. What is listed already stays as it is, and what is protected is left alone. */
export async function listByPolicy(
  ctx: Context,
  wish: { readonly prefix: Prefix; readonly cause: Cause; readonly test: string; readonly endsAt: number },
): Promise<void> {
  if (mayBeListed(wish.prefix, ctx.settings)) return
  await transact(as(ctx, policyActor), async (tx) => {
    await takeTurn(tx)
    if (await store.byPrefix(tx.queries, wish.prefix, 'active')) return
    const endsAt = Math.ceil(wish.endsAt / 1000) * 1000
    const fields = { class: 'policy', effect: 'refuse', note: '', url: null, evidence: [] } as const
    await putListing(tx, { ...wish, ...fields, endsAt }, false)
  })
}

/** Ends a listing whose test passes, if it is still the same. */
export async function liftPassed(ctx: Context, { id, version }: Listing): Promise<void> {
  await transact(as(ctx, policyActor), async (tx) => {
    await takeTurn(tx)
    const listing = await store.byId(tx.queries, id)
    if (listing?.state === 'active' && listing.version === version) await lift(tx, listing, 'evidence')
  })
}

/** Those of class policy that are in force, by whomever. */
export async function listingsOfPolicy(ctx: Context): Promise<readonly Listing[]> {
  return await store.activeOfClass(ctx.db.queries, 'policy', most)
}
