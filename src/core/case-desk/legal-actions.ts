import { isSameMailbox } from '../../standards/mail-address.ts'
import { plainText } from '../../base/plain-text.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { formatPrefix, parseListable, type Prefix } from '../../standards/prefix.ts'
import { actorName, permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { joinCase, restrictCase } from '../cases/actions.ts'
import { lockCase } from '../cases/hold-actions.ts'
import { findCase, participantsOf } from '../cases/look-actions.ts'
import type { Case } from '../cases/case.ts'
import { answerCase, noteIn, showRestricted, type CaseView } from '../cases/desk-actions.ts'
import { mayHandle } from '../cases/legal.ts'
import { longestAnswer, readAnswer } from '../cases/message.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { requestIdsOf } from '../delisting/case-actions.ts'
import { grantsCovering } from '../owners/actions.ts'
import type { Claim, Owner } from '../owners/claim.ts'

/** Marking a case so that only the verified owner of the address space is spoken to, looking into it, answering, and ending that. */

/** Who has proven to own all of the network that a case is about; the narrowest network first. */
export async function ownersFor(
  ctx: Context,
  id: string,
): Promise<readonly { readonly claim: Claim; readonly owner: Owner }[]> {
  permit(ctx.actor, 'case.legal')
  const it = await findCase(ctx, id)
  if (!it) throw new Refusal('case.not-found')
  return await ownersOver(ctx, it)
}

async function ownersOver(
  ctx: Context | Tx,
  { about }: Case,
): Promise<readonly { readonly claim: Claim; readonly owner: Owner }[]> {
  const prefix: Prefix | undefined = about === null ? undefined : orThrow(parseListable(about))
  return prefix ? await grantsCovering(ctx, prefix) : []
}

/**
 * From now on only this owner is spoken to. `how`: in which way whoever marks it made sure that it is the owner whom they speak with; kept as
 * a note in the case, beside the proof of the network that the system holds. Throws `case.not-found`, `case.closed`, `case.restricted` where
 * it is marked already, `case.no-owner`, `case.empty`, `case.too-long`.
 */
export async function markLegal(
  ctx: Context,
  input: { readonly id: string; readonly claim: string; readonly how: string },
): Promise<void> {
  permit(ctx.actor, 'case.legal')
  const how = plainText(orThrow(readAnswer(input.how)), longestAnswer)
  await transact(ctx, async (tx) => {
    const it = await lockCase(tx, input.id)
    if (!it) throw new Refusal('case.not-found')
    if (it.state === 'closed') throw new Refusal('case.closed')
    if (it.legal !== null) throw new Refusal('case.restricted')
    const found = (await ownersOver(tx, it)).find(({ claim }) => claim.id === input.claim)
    if (!found) throw new Refusal('case.no-owner')
    const { claim, owner } = found
    const { proof } = claim
    if (proof === null) throw new Refusal('case.no-owner')
    const participant = await threadOf(tx, it, owner)
    const checkedAt = claim.checkedAt ?? claim.sinceAt ?? claim.createdAt
    const facts = {
      owner: owner.id,
      claim: claim.id,
      proof,
      checked: new Date(checkedAt).toISOString(),
    }
    await record(tx, { action: 'case.legal', subject: `case:${it.id}`, facts })
    const legal = {
      at: tx.clock.now(),
      by: actorName(tx.actor),
      participant,
      claim: claim.id,
      prefix: formatPrefix(claim.prefix),
      proof,
      checkedAt,
    }
    await restrictCase(tx, it.id, legal, await partsOf(tx, it))
    await noteIn(tx, it.id, how)
  })
}

/**
 * The thread of the owner: their own where they take part already as the owner, with this very mailbox. Another's thread may have its name
 * only because somebody typed it: who proves an address has no need to show the mailbox.
 */
async function threadOf(tx: Tx, it: Case, owner: Owner): Promise<string> {
  const own = (await participantsOf(tx, it.id)).find(
    (each) => each.role === 'owner' && isSameMailbox(each.mailbox, owner.mailbox),
  )
  if (own) return own.id
  const { mailbox, language } = owner
  return (await joinCase(tx, it, { role: 'owner', mailbox, language })).participant.id
}

/** What else belongs to the case: what those who take part asked for. */
async function partsOf(tx: Tx, { id }: Case): Promise<readonly string[]> {
  const threads = (await participantsOf(tx, id)).map((each) => each.id)
  return (await requestIdsOf(tx, threads)).map((each) => `delist-request:${each}`)
}

/** A restricted case, and whether the proof that it rests on stands. */
export interface RestrictedView extends CaseView {
  readonly isOwnerStill: boolean
}

/** A case with everything in it; the look is written down. */
export async function lookInto(ctx: Context, id: string): Promise<RestrictedView> {
  permit(ctx.actor, 'case.legal')
  await transact(ctx, async (tx) => {
    const it = await lockCase(tx, id)
    if (!it) throw new Refusal('case.not-found')
    await record(tx, { action: 'case.legal-viewed', subject: `case:${id}`, facts: {} })
  })
  const view = await showRestricted(ctx, id)
  return { ...view, isOwnerStill: await isOwnerStill(ctx, view.case) }
}

/** Whether the mailbox that a restricted case is spoken of with holds a proof of all of its network now, that of then or a newer one. */
async function isOwnerStill(ctx: Context, it: Case): Promise<boolean> {
  const owner = (await participantsOf(ctx, it.id)).find(({ id }) => id === it.legal?.participant)
  if (!owner) return false
  const grants = await ownersOver(ctx, it)
  return grants.some((each) => isSameMailbox(each.owner.mailbox, owner.mailbox))
}

/** Answers a case, restricted or not (`answerCase`). Throws `case.owner-gone` where the proof of the owner has ended: nobody knows who would read it. */
export async function answerAnyCase(ctx: Context, input: Parameters<typeof answerCase>[1]): Promise<Case> {
  await mustReachOwner(ctx, input.id)
  return await answerCase(ctx, input)
}

/**
 * Before anything is decided that the owner of a restricted case would be written of: throws `case.owner-gone` where their proof has ended. Of other
 * cases, and of those who may not look into this one, it says nothing.
 */
export async function mustReachOwner(ctx: Context, id: string): Promise<void> {
  const it = await findCase(ctx, id)
  const isRestricted = it !== undefined && it.legal !== null && mayHandle(ctx.actor, it) === undefined
  if (isRestricted && !(await isOwnerStill(ctx, it))) throw new Refusal('case.owner-gone')
}

/** Everybody in it is spoken to again; what was said with the owner stays in the owner's thread. */
export async function endLegal(ctx: Context, id: string): Promise<void> {
  permit(ctx.actor, 'case.legal')
  await transact(ctx, async (tx) => {
    const it = await lockCase(tx, id)
    if (!it || it.legal === null) throw new Refusal('case.not-found')
    await record(tx, { action: 'case.legal-ended', subject: `case:${id}`, facts: {} })
    await restrictCase(tx, id, null)
  })
}
