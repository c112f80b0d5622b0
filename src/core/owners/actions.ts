import { hash } from 'node:crypto'
import { day } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { Conflict } from '../../db/open.ts'
import { formatPrefix, showPrefix, type Prefix } from '../../standards/prefix.ts'
import { record } from '../audit/actions.ts'
import type { AuditAction } from '../audit/names.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { spend, spendAll } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import type { OwnerState } from '../outbox/letter-words.ts'
import {
  allows,
  end,
  grant,
  mostClaims,
  noFacts,
  proofsOf,
  reaches,
  readRange,
  type Claim,
  type ClaimEnd,
  type LookedProof,
  type Owner,
  type Proof,
} from './claim.ts'
import { lookEverywhere, type Looked } from './look.ts'
import * as store from './store.ts'
import * as claimStore from './claim-store.ts'

/** How long what has ended is still shown to its owner. */
const endedShownMs = 30 * day

/** Claims an address or a network, up to /16 and /32. A claim that is held already is given again. */
export async function claimRange(ctx: Context, owner: Owner, text: string): Promise<Claim> {
  const prefix = orThrow(readRange(text))
  return await transact(ctx, async (tx) => {
    const held = await claimStore.heldClaim(tx.queries, owner.id, prefix)
    if (held) return held
    await spend(tx, 'owners.claims.day', owner.id)
    const mine = await claimStore.ownClaims(tx.queries, owner.id, tx.clock.now())
    // Parts are given by others: else somebody could keep them from claiming what is theirs.
    const own = mine.filter(({ parentId, state }) => parentId === null && state !== 'ended')
    if (own.length >= mostClaims) throw new Refusal('owners.too-many', { most: mostClaims })
    const claim = newClaim(tx, owner, prefix)
    await claimStore.insertClaim(tx.queries, claim)
    await note(tx, claim, 'owner-claim.started')
    return claim
  })
}

/** An open claim, with a token of its own. */
export function newClaim(tx: Tx, owner: Owner, prefix: Prefix): Claim {
  const [token, now] = [newId(), tx.clock.now()]
  return {
    id: newId(),
    ownerId: owner.id,
    prefix,
    token,
    value: hash('sha256', `postern-owner\0${owner.id}\0${formatPrefix(prefix)}\0${token}`, 'base64url'),
    state: 'open',
    proof: null,
    parentId: null,
    createdAt: now,
    sinceAt: null,
    checkedAt: null,
    failedAt: null,
    expiresAt: now + tx.settings.owners.openMs,
    endedAt: null,
    endedWhy: null,
    contact: null,
    remindedAt: null,
    facts: noFacts,
    version: 1,
  }
}

/** Grants over a whole network with whoever holds them, the narrowest first. For actions that have asked for a permission. */
export async function grantsCovering(
  ctx: Context | Tx,
  prefix: Prefix,
): Promise<readonly { readonly claim: Claim; readonly owner: Owner }[]> {
  const queries = 'queries' in ctx ? ctx.queries : ctx.db.queries
  const grants = await claimStore.grantsOver(queries, prefix, ctx.clock.now())
  const claims = grants.filter((claim) => reaches(claim, prefix))
  const owners = await store.ownersAmong(
    queries,
    claims.map(({ ownerId }) => ownerId),
  )
  return claims.flatMap((claim) => {
    const owner = owners.get(claim.ownerId)
    return owner ? [{ claim, owner }] : []
  })
}

/** What the owner claims and holds, in the order of the addresses. */
export async function listOwnClaims(ctx: Context, owner: Owner): Promise<readonly Claim[]> {
  return await claimStore.ownClaims(ctx.db.queries, owner.id, ctx.clock.now() - endedShownMs)
}

/** One claim of the owner, with what of it is given to others. Throws `owners.not-found` for anybody else's. */
export async function showOwnClaim(
  ctx: Context,
  owner: Owner,
  id: string,
): Promise<{ readonly claim: Claim; readonly parts: readonly Part[] }> {
  const claim = await ownClaim(ctx, owner, id)
  return { claim, parts: await readParts(ctx, claim) }
}

/** A part of a claim that somebody else holds. */
export interface Part {
  readonly id: string
  readonly prefix: Prefix
  readonly mailbox: string
  readonly sinceAt: number | null
}

async function readParts(ctx: Context, claim: Claim): Promise<readonly Part[]> {
  const parts = await claimStore.partsOf(ctx.db.queries, claim.id)
  const owners = await store.ownersAmong(
    ctx.db.queries,
    parts.map(({ ownerId }) => ownerId),
  )
  return parts.map(({ id, prefix, ownerId, sinceAt }) => ({
    id,
    prefix,
    mailbox: owners.get(ownerId)?.mailbox ?? '',
    sinceAt,
  }))
}

export async function ownClaim(ctx: Context, owner: Owner, id: string): Promise<Claim> {
  const claim = await claimStore.ownClaim(ctx.db.queries, owner.id, id)
  if (!claim) throw new Refusal('owners.not-found')
  return claim
}

/** Looks for the proof now, and grants the claim when it is there. */
export async function proveClaim(
  ctx: Context,
  owner: Owner,
  input: { readonly id: string; readonly proof: LookedProof },
): Promise<Looked> {
  const claim = await ownClaim(ctx, owner, input.id)
  if (claim.state === 'ended') throw new Refusal('owners.ended')
  if (!proofsOf(claim.prefix).includes(input.proof))
    throw new Refusal('form.invalid', { why: 'field', field: 'do' })
  await transact(ctx, async (tx) => {
    await spendAll(tx, [
      { name: 'owners.look.owner.hour', key: owner.id },
      { name: 'proof.request', key: claim.id },
    ])
  })
  const looked = await lookEverywhere(ctx.out, claim, input.proof)
  if (looked.proven) await grantClaim(ctx, owner, claim.id, input.proof)
  return looked
}

async function grantClaim(ctx: Context, owner: Owner, id: string, proof: LookedProof): Promise<void> {
  await transact(ctx, async (tx) => {
    const claim = await claimStore.ownClaim(tx.queries, owner.id, id)
    if (!claim || claim.state === 'ended') return
    const granted = grant(claim, proof, tx.clock.now(), tx.settings.owners.termMs)
    await saveClaim(tx, granted)
    await note(tx, granted, claim.state === 'granted' ? 'owner-claim.renewed' : 'owner-claim.granted')
    if (claim.state === 'open') await writeState(tx, granted, 'granted')
  })
}

/** The owner lets go of a claim, and with it of what was given of it to others. */
export async function giveUp(ctx: Context, owner: Owner, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const claim = await claimStore.ownClaim(tx.queries, owner.id, id)
    if (!claim) throw new Refusal('owners.not-found')
    if (claim.state !== 'ended') await endClaim(tx, claim, 'given-up')
  })
}

/** Ends a claim and everything that hangs on it; whoever held a part, or did not do it themselves, is written to. */
export async function endClaim(tx: Tx, claim: Claim, why: ClaimEnd): Promise<void> {
  const ended = end(claim, why, tx.clock.now())
  await saveClaim(tx, ended)
  await note(tx, ended, 'owner-claim.ended')
  if (claim.state === 'granted' && why !== 'given-up') await writeState(tx, ended, 'ended')
  for (const part of await claimStore.partsOf(tx.queries, claim.id))
    await endClaim(tx, part, 'delegation-ended')
}

export async function saveClaim(tx: Tx, claim: Claim): Promise<void> {
  if (!(await claimStore.updateClaim(tx.queries, claim)))
    throw new Conflict(`claim ${claim.id} was changed by somebody else`)
}

export async function note(tx: Tx, claim: Claim, action: AuditAction): Promise<void> {
  await record(tx, {
    action,
    subject: `owner-claim:${claim.id}`,
    facts: {
      owner: claim.ownerId,
      prefix: formatPrefix(claim.prefix),
      ...(claim.proof === null ? {} : { proof: claim.proof }),
      ...(claim.endedWhy === null ? {} : { why: claim.endedWhy }),
    },
  })
}

/** Tells the owner how a claim stands now. */
export async function writeState(tx: Tx, claim: Claim, state: OwnerState): Promise<void> {
  const owner = await store.ownerById(tx.queries, claim.ownerId)
  if (!owner) return
  await queueLetter(tx, {
    key: `owner-claim:${claim.id}:${state}:${claim.failedAt ?? claim.remindedAt ?? claim.version}`,
    kind: 'owner-state',
    mailbox: owner.mailbox,
    language: owner.language,
    slots: { prefix: showPrefix(claim.prefix), state, link: `${tx.settings.provider.site}/owners` },
  })
}

/** An owner of address space, and since when. */
export interface Holder {
  readonly owner: Owner
  /** The claim, and the network that they hold by it. */
  readonly claimId: string
  readonly prefix: Prefix
  readonly proof: Proof
  readonly sinceAt: number
}

/** Everybody who has proven to own a network that holds the whole prefix, the narrowest first. There may be several. */
export async function ownersOf(ctx: Context, prefix: Prefix): Promise<readonly Holder[]> {
  const grants = await claimStore.grantsOver(ctx.db.queries, prefix, ctx.clock.now())
  const owners = await store.ownersAmong(
    ctx.db.queries,
    grants.map(({ ownerId }) => ownerId),
  )
  return grants.flatMap(({ id, ownerId, prefix: held, proof, sinceAt }) => {
    const owner = owners.get(ownerId)
    const isHeld = owner && proof !== null && sinceAt !== null
    return isHeld ? [{ owner, claimId: id, prefix: held, proof, sinceAt }] : []
  })
}

/**
 * The grant by which this owner may ask for the prefix, the strongest of those that reach it; undefined when none does.
 */
export async function mayAskFor(ctx: Context, owner: Owner, prefix: Prefix): Promise<Holder | undefined> {
  const own = (await ownersOf(ctx, prefix)).filter((holder) => holder.owner.id === owner.id)
  return own.find(({ proof }) => allows(proof, 'range')) ?? own[0]
}

/** Networks that this owner holds now, each once. */
export async function heldBy(ctx: Context, owner: Owner): Promise<readonly Claim[]> {
  const now = ctx.clock.now()
  const claims = await claimStore.ownClaims(ctx.db.queries, owner.id, now)
  return claims.filter(({ state, expiresAt }) => state === 'granted' && expiresAt > now)
}
