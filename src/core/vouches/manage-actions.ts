import { Refusal } from '../../base/refusal.ts'
import { vouchNetwork } from '../../access/vouch.ts'
import type { Address } from '../../standards/ip.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { permit } from '../actor.ts'
import { transact, type Context } from '../context.ts'
import { takeTurn } from '../edges/actions.ts'
import { end } from './actions.ts'
import * as store from './store.ts'
import type { Vouch } from './vouch.ts'

/** Vouches of all recipients, newest first, in pages; for operators. */
export async function listVouches(
  ctx: Context,
  wanted: {
    readonly isActive: boolean
    /** Only those for the network of this address. */
    readonly about?: Address | undefined
    /** `next` of the page before. */
    readonly after?: string | undefined
    readonly limit: number
  },
): Promise<{ readonly vouches: readonly Vouch[]; readonly next?: string }> {
  permit(ctx.actor, 'vouch.read')
  const { isActive, about, after, limit } = wanted
  const vouches = await store.list(ctx.db.queries, {
    isActive,
    network: about && formatPrefix(vouchNetwork(about)),
    after: after === undefined ? undefined : readCursor(after),
    limit: limit + 1,
  })
  const last = vouches[limit - 1]
  if (vouches.length <= limit || !last) return { vouches }
  return { vouches: vouches.slice(0, limit), next: `${last.sinceAt}.${last.id}` }
}

function readCursor(cursor: string): { readonly at: number; readonly id: string } {
  const [, at, id] = /^(\d{1,15})\.([0-9a-z]{26})$/.exec(cursor) ?? []
  if (at === undefined || id === undefined)
    throw new Refusal('form.invalid', { field: 'after', why: 'cursor' })
  return { at: Number(at), id }
}

/** One vouch, for operators. */
export async function showVouch(ctx: Context, id: string): Promise<Vouch> {
  permit(ctx.actor, 'vouch.read')
  const it = await store.byId(ctx.db.queries, id)
  if (!it) throw new Refusal('vouches.not-found')
  return it
}

/** An operator ends a vouch. The recipient sees that on the page of their vouches, and can vouch again after a new refusal. */
export async function revokeVouch(ctx: Context, id: string): Promise<void> {
  permit(ctx.actor, 'vouch.revoke')
  await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const it = await store.byId(tx.queries, id)
    if (!it) throw new Refusal('vouches.not-found')
    if (it.endedAt !== null) throw new Refusal('vouches.ended')
    await end(tx, it, 'revoked')
  })
}

/** How many vouches act now for mail from the network of this address. */
export async function countVouchesFor(ctx: Context, address: Address): Promise<number> {
  const networks = [formatPrefix(vouchNetwork(address))]
  return await store.countActive(ctx.db.queries, ctx.clock.now(), { networks })
}
