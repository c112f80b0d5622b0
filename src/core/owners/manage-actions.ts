import { Refusal } from '../../base/refusal.ts'
import { permit } from '../actor.ts'
import { transact, type Context } from '../context.ts'
import { endClaim } from './actions.ts'
import type { Claim, ClaimState, Owner } from './claim.ts'
import * as store from './store.ts'
import * as claimStore from './claim-store.ts'

/** Claims of all owners, newest first, in pages; for operators. */
export async function listClaims(
  ctx: Context,
  wanted: {
    readonly state?: ClaimState | undefined
    /** `next` of the page before. */
    readonly after?: string | undefined
    readonly limit: number
  },
): Promise<{
  readonly claims: readonly { readonly claim: Claim; readonly owner: Owner }[]
  readonly next?: string
}> {
  permit(ctx.actor, 'owner.read')
  const { state, after, limit } = wanted
  const claims = await claimStore.listClaims(ctx.db.queries, {
    state,
    after: after === undefined ? undefined : readCursor(after),
    limit: limit + 1,
  })
  const last = claims[limit - 1]?.claim
  if (claims.length <= limit || !last) return { claims }
  return { claims: claims.slice(0, limit), next: `${last.createdAt}.${last.id}` }
}

function readCursor(cursor: string): { readonly createdAt: number; readonly id: string } {
  const [, createdAt, id] = /^(\d{1,15})\.([0-9a-z]{26})$/.exec(cursor) ?? []
  if (createdAt === undefined || id === undefined)
    throw new Refusal('form.invalid', { field: 'after', why: 'cursor' })
  return { createdAt: Number(createdAt), id }
}

/** One claim with its owner, for operators. */
export async function showClaim(
  ctx: Context,
  id: string,
): Promise<{ readonly claim: Claim; readonly owner: Owner }> {
  permit(ctx.actor, 'owner.read')
  const claim = await claimStore.anyClaim(ctx.db.queries, id)
  const owner = claim && (await store.ownerById(ctx.db.queries, claim.ownerId))
  if (!claim || !owner) throw new Refusal('owners.not-found')
  return { claim, owner }
}

/** An operator ends a claim, and with it the parts of it that were given to others; their owners are written to. */
export async function revokeClaim(ctx: Context, id: string): Promise<void> {
  permit(ctx.actor, 'owner.manage')
  await transact(ctx, async (tx) => {
    const claim = await claimStore.anyClaim(tx.queries, id)
    if (!claim) throw new Refusal('owners.not-found')
    if (claim.state === 'ended') throw new Refusal('owners.ended')
    await endClaim(tx, claim, 'revoked')
  })
}
