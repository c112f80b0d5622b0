import { permit } from '../actor.ts'
import { transact, type Context } from '../context.ts'
import { endClaim, note, saveClaim, writeState } from './actions.ts'
import { afterLook, lookedProofs, recheckMs, type Claim } from './claim.ts'
import { lookFor, verdictOf } from './look.ts'
import * as store from './store.ts'

/** Claims looked at in one run of the job. */
const mostAtOnce = 20

/** Looks again for the proofs that were not looked for in a day; ends what has been missing for a day, and what is over. */
export async function recheckClaims(
  ctx: Context,
): Promise<{ readonly looked: number; readonly ended: number }> {
  permit(ctx.actor, 'owner.manage')
  const now = ctx.clock.now()
  let ended = 0
  for (const { id } of await store.overdue(ctx.db.queries, now, mostAtOnce)) {
    ended += (await expire(ctx, id)) ? 1 : 0
  }
  const due = await store.dueForLook(ctx.db.queries, now - recheckMs, mostAtOnce)
  for (const claim of due) ended += (await lookAgain(ctx, claim)) ? 1 : 0
  return { looked: due.length, ended }
}

async function expire(ctx: Context, id: string): Promise<boolean> {
  return await transact(ctx, async (tx) => {
    const claim = await store.anyClaim(tx.queries, id)
    if (!claim || claim.state === 'ended' || claim.expiresAt > tx.clock.now()) return false
    await endClaim(tx, claim, 'expired')
    return true
  })
}

async function lookAgain(ctx: Context, claim: Claim): Promise<boolean> {
  const proof = lookedProofs.find((each) => each === claim.proof)
  if (proof === undefined) return false
  const looked = await lookFor(ctx.out, claim, proof)
  return await transact(ctx, async (tx) => {
    const current = await store.anyClaim(tx.queries, claim.id)
    if (!current || current.state !== 'granted' || current.version !== claim.version) return false
    const after = afterLook(current, verdictOf(looked), tx.clock.now(), tx.settings.owners.termMs)
    if (after.kind === 'ends') {
      await endClaim(tx, current, 'proof-gone')
      return true
    }
    await saveClaim(tx, after.claim)
    if (after.kind === 'fails') {
      await note(tx, after.claim, 'owner-claim.failing')
      await writeState(tx, after.claim, 'failing')
    }
    return false
  })
}
