import { isSameMailbox } from '../../standards/mail-address.ts'
import { permit } from '../actor.ts'
import { transact, type Context } from '../context.ts'
import { findRegistered } from '../registries/actions.ts'
import { identityOf } from '../registries/registered.ts'
import { endClaim, note, saveClaim, writeState } from './actions.ts'
import { afterLook, afterRegistry, lookedProofs, recheckMs, type Claim } from './claim.ts'
import { nameContacts } from './contact.ts'
import { lookFor, verdictOf } from './look.ts'
import * as claimStore from './claim-store.ts'

/** Claims looked at in one run of the job. */
const mostAtOnce = 20

/**
 * Looks again for the proofs that were not looked for in a day, asks the registries once a week; ends what has been missing for too long,
 * and what is over; tells owners in time whose contact has to confirm anew.
 */
export async function recheckClaims(
  ctx: Context,
): Promise<{ readonly looked: number; readonly ended: number }> {
  permit(ctx.actor, 'owner.manage')
  const now = ctx.clock.now()
  const { contactRecheckMs, contactReminderMs } = ctx.settings.owners
  let ended = 0
  for (const { id } of await claimStore.overdue(ctx.db.queries, now, mostAtOnce)) {
    ended += (await expire(ctx, id)) ? 1 : 0
  }
  for (const { id } of await claimStore.dueForReminder(ctx.db.queries, now + contactReminderMs, mostAtOnce))
    await remind(ctx, id)
  const before = { usual: now - recheckMs, registry: now - contactRecheckMs }
  const due = await claimStore.dueForLook(ctx.db.queries, before, mostAtOnce)
  for (const claim of due) ended += (await lookAgain(ctx, claim)) ? 1 : 0
  return { looked: due.length, ended }
}

async function expire(ctx: Context, id: string): Promise<boolean> {
  return await transact(ctx, async (tx) => {
    const claim = await claimStore.anyClaim(tx.queries, id)
    if (!claim || claim.state === 'ended' || claim.expiresAt > tx.clock.now()) return false
    await endClaim(tx, claim, 'expired')
    return true
  })
}

async function remind(ctx: Context, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const claim = await claimStore.anyClaim(tx.queries, id)
    if (!claim || claim.state !== 'granted' || claim.remindedAt !== null) return
    const reminded = { ...claim, remindedAt: tx.clock.now() }
    await saveClaim(tx, reminded)
    await writeState(tx, reminded, 'renew')
  })
}

/** Whether the claim has ended with it. */
async function lookAgain(ctx: Context, claim: Claim): Promise<boolean> {
  if (claim.proof === 'rdap') return await askAgain(ctx, claim)
  const proof = lookedProofs.find((each) => each === claim.proof)
  const seen =
    proof === undefined ? await lookAtContact(ctx, claim) : verdictOf(await lookFor(ctx.out, claim, proof))
  return await transact(ctx, async (tx) => {
    const current = await claimStore.anyClaim(tx.queries, claim.id)
    if (!current || current.state !== 'granted' || current.version !== claim.version) return false
    const after = afterLook(current, seen, tx.clock.now(), tx.settings.owners.termMs)
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

/** Whether the name of the address still is one that the contact stands for. */
async function lookAtContact(
  ctx: Context,
  { prefix, contact }: Claim,
): Promise<'proven' | 'missing' | 'temperror'> {
  const names = await ctx.out.confirmedNames(prefix)
  if (names === 'temperror') return 'temperror'
  const isNamed = nameContacts(names).some(({ mailbox }) => isSameMailbox(mailbox, contact ?? ''))
  return isNamed ? 'proven' : 'missing'
}

async function askAgain(ctx: Context, claim: Claim): Promise<boolean> {
  const found = await findRegistered(ctx, claim.prefix)
  const seen =
    found.kind === 'found'
      ? {
          registered: identityOf(found.registered),
          hasContact: found.registered.mailboxes.some((each) => isSameMailbox(each, claim.contact ?? '')),
        }
      : found.kind
  return await transact(ctx, async (tx) => {
    const current = await claimStore.anyClaim(tx.queries, claim.id)
    if (!current || current.state !== 'granted' || current.version !== claim.version) return false
    const now = tx.clock.now()
    const after = afterRegistry(current, seen, now, tx.settings.owners.contactGraceMs)
    if (after.kind === 'ends') {
      await endClaim(tx, current, after.why)
      return true
    }
    const failedAt = after.kind === 'holds' ? null : (current.failedAt ?? now)
    const looked = { ...current, checkedAt: now, failedAt }
    await saveClaim(tx, looked)
    if (after.kind === 'fails') {
      await note(tx, looked, 'owner-claim.failing')
      await writeState(tx, looked, 'contact-gone')
    }
    return false
  })
}
