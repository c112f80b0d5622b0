import { newId } from '../../base/id.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { transact, type Context } from '../context.ts'
import { spend } from '../limits/actions.ts'
import { endClaim, newClaim, note, saveClaim, writeState } from './actions.ts'
import { grant, mayDelegate, mostClaims, readRange, type Owner } from './claim.ts'
import * as store from './store.ts'
import * as claimStore from './claim-store.ts'

/**
 * Lets another mailbox look after a part of a proven network; it is written to. What it holds already stays as it is. Throws `owners.part-full` where
 * it looks after as many parts of others as it may.
 */
export async function givePart(
  ctx: Context,
  owner: Owner,
  input: { readonly id: string; readonly range: string; readonly mailbox: string },
): Promise<void> {
  const part = orThrow(readRange(input.range))
  const mailbox = orThrow(parseMailbox(input.mailbox.trim()))
  await transact(ctx, async (tx) => {
    const parent = await claimStore.ownClaim(tx.queries, owner.id, input.id)
    if (!parent) throw new Refusal('owners.not-found')
    const refusal = mayDelegate(parent, part)
    if (refusal) throw refusal
    await spend(tx, 'owners.claims.day', owner.id)
    const [at, { termMs }] = [tx.clock.now(), tx.settings.owners]
    const other = await store.putOwner(tx.queries, {
      id: newId(),
      mailbox,
      mailboxKey: mailbox.toLowerCase(),
      language: owner.language,
      at,
    })
    const held = await claimStore.heldClaim(tx.queries, other.id, part)
    if (held?.state === 'granted') return
    const theirs = await claimStore.ownClaims(tx.queries, other.id, at)
    const parts = theirs.filter(({ parentId, state }) => parentId !== null && state !== 'ended')
    if (parts.length >= mostClaims) throw new Refusal('owners.part-full', { most: mostClaims })
    const claim = held ?? newClaim(tx, other, part)
    if (!held) await claimStore.insertClaim(tx.queries, claim)
    const given = { ...grant(claim, 'delegation', at, termMs), parentId: parent.id }
    await saveClaim(tx, given)
    await note(tx, given, 'owner-claim.given')
    await writeState(tx, given, 'granted')
  })
}

/** Takes back a part that was given. */
export async function takePartBack(
  ctx: Context,
  owner: Owner,
  input: { readonly id: string; readonly part: string },
): Promise<void> {
  await transact(ctx, async (tx) => {
    const parent = await claimStore.ownClaim(tx.queries, owner.id, input.id)
    const part =
      parent && (await claimStore.partsOf(tx.queries, parent.id)).find(({ id }) => id === input.part)
    if (!part) throw new Refusal('owners.not-found')
    await endClaim(tx, part, 'delegation-ended')
  })
}
