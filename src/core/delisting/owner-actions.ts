import { orThrow, Refusal } from '../../base/refusal.ts'
import { mailboxKey } from '../../standards/mail-address.ts'
import { formatPrefix, parseListable, type Prefix } from '../../standards/prefix.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context } from '../context.ts'
import { takeTurn } from '../edges/actions.ts'
import { spend } from '../limits/actions.ts'
import { actingWithin, coveringListings } from '../listings/actions.ts'
import { effectOf, type Listing } from '../listings/listing.ts'
import { heldBy, mayAskFor } from '../owners/actions.ts'
import { allows, reaches, type Owner } from '../owners/claim.ts'
import { excludeSubAllocation } from '../owners/contact-actions.ts'
import { carryOut } from './decide-actions.ts'
import { newRequest } from './new-request.ts'
import type { DelistRequest, OutcomeFacts, OutcomeKind } from './request.ts'
import * as store from './store.ts'

/** Listings of one network that its owner is shown at once. */
const mostShown = 200

/** What acts inside the networks of an owner, each listing once. */
export async function listedInside(ctx: Context, owner: Owner): Promise<readonly Listing[]> {
  const found = new Map<string, Listing>()
  for (const claim of await heldBy(ctx, owner))
    for (const listing of await actingWithin(ctx, claim.prefix, mostShown))
      if (reaches(claim, listing.prefix)) found.set(listing.id, listing)
  return [...found.values()]
}

/** Listed networks that are wider than what the owner holds and refuse it too: the narrowest over each. */
export async function listedAround(ctx: Context, owner: Owner): Promise<readonly Prefix[]> {
  const found = new Map<string, Prefix>()
  for (const { prefix } of await heldBy(ctx, owner)) {
    const covering = await coveringListings(ctx, { family: prefix.family, words: prefix.words })
    const wider = covering.find(
      (each) =>
        each.prefix.length < prefix.length && effectOf(each, ctx.settings.reputation.mode) !== 'observe',
    )
    if (wider?.effect === 'refuse') found.set(wider.id, wider.prefix)
  }
  return [...found.values()]
}

/** How an owner's request stands. */
export interface OwnerRequest {
  readonly id: string
  readonly prefix: Prefix
  readonly createdAt: number
  readonly outcome: OutcomeKind | null
  readonly facts: OutcomeFacts
}

/** What this owner asked for lately, newest first. */
export async function listOwnerRequests(ctx: Context, owner: Owner): Promise<readonly OwnerRequest[]> {
  const requests = await store.ofOwner(
    ctx.db.queries,
    { mailbox: owner.mailbox, mailboxKey: mailboxKey(owner.mailbox) },
    20,
  )
  return requests.map(shown)
}

function shown({ id, unit, createdAt, outcome, outcomeFacts }: DelistRequest): OwnerRequest {
  return { id, prefix: unit, createdAt, outcome, facts: outcomeFacts }
}

/**
 * An owner asks for a sender or a listed range inside their network to be let in again: the rules of the portal for a request
 * that shows control. Throws `owners.not-found` for what they do not own.
 */
export async function askAsOwner(
  ctx: Context,
  owner: Owner,
  input: { readonly prefix: string; readonly note?: string | undefined },
): Promise<OwnerRequest> {
  const prefix = orThrow(parseListable(input.prefix.trim()))
  const held = await mayAskFor(ctx, owner, prefix)
  if (!held) throw new Refusal('owners.not-found')
  if (held.proof === 'rdap' && (await excludeSubAllocation(ctx, held.claimId, prefix)))
    throw new Refusal('owners.sub-allocated', { prefix: formatPrefix(prefix) })
  return await transact(ctx, async (tx) => {
    await takeTurn(tx)
    await spend(tx, 'owners.free.day', owner.id)
    const { request } = newRequest(tx, {
      ip: { family: prefix.family, words: prefix.words },
      unit: prefix,
      mailbox: owner.mailbox,
      language: owner.language,
      note: input.note ?? '',
      road: 'mail',
      control: 'owner',
      state: 'proven',
    })
    await store.insert(tx.queries, request)
    await record(tx, {
      action: 'delist-request.started',
      subject: `delist-request:${request.id}`,
      facts: { ip: formatPrefix(prefix), road: request.road, control: 'owner', owner: owner.id },
    })
    const decided = await carryOut(tx, request, allows(held.proof, 'range') ? held.prefix : undefined)
    if (decided instanceof Refusal) throw decided
    return shown(decided)
  })
}
