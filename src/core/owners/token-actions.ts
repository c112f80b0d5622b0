import { day } from '../../base/clock.ts'
import { newId, randomId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context } from '../context.ts'
import type { Owner } from './claim.ts'
import * as tokenStore from './token-store.ts'

/** A program that reads what belongs to an owner, and changes nothing. It sees what the owner holds at the moment that it asks. */
export interface OwnerToken {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
  readonly expiresAt: number
}

const mostTokens = 10

/** A year; then the owner makes another one, and so knows that somebody still wants it. */
const termMs = 365 * day

/** Its use is noted this often. */
const noteUseMs = day / 24

/** Makes a token `pto_…`; it is given here once and stored as a keyed hash. Throws `owners.token-name`, `owners.too-many-tokens`. */
export async function addOwnerToken(
  ctx: Context,
  owner: Owner,
  name: string,
): Promise<OwnerToken & { readonly token: string }> {
  if (!/^[A-Za-z0-9._-]{1,40}$/.test(name)) throw new Refusal('owners.token-name')
  const token = `pto_${randomId(52)}`
  const now = ctx.clock.now()
  const made = { id: newId(), name, createdAt: now, lastUsedAt: null, expiresAt: now + termMs }
  await transact(ctx, async (tx) => {
    const standing = await tokenStore.ownTokens(tx.queries, owner.id, now)
    if (standing.length >= mostTokens) throw new Refusal('owners.too-many-tokens', { most: mostTokens })
    await tokenStore.insertToken(tx.queries, owner.id, made, hashOf(tx, token))
    await record(tx, {
      action: 'owner-token.added',
      subject: `owner:${owner.id}`,
      facts: { token: made.id },
    })
  })
  return { ...made, token }
}

export async function listOwnerTokens(ctx: Context, owner: Owner): Promise<readonly OwnerToken[]> {
  return await tokenStore.ownTokens(ctx.db.queries, owner.id, ctx.clock.now())
}

/** From now on the token opens nothing. Throws `owners.not-found` for anybody else's. */
export async function removeOwnerToken(ctx: Context, owner: Owner, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    if (!(await tokenStore.deleteToken(tx.queries, owner.id, id))) throw new Refusal('owners.not-found')
    await record(tx, { action: 'owner-token.removed', subject: `owner:${owner.id}`, facts: { token: id } })
  })
}

/** Whose program this is; undefined for what is no token of ours, or none any more. */
export async function ownerOfToken(ctx: Context, token: string): Promise<Owner | undefined> {
  if (!/^pto_[0-9a-z]{52}$/.test(token)) return undefined
  const now = ctx.clock.now()
  const found = await tokenStore.tokenOwner(ctx.db.queries, hashOf(ctx, token), now)
  if (found === undefined) return undefined
  if (now - (found.lastUsedAt ?? 0) >= noteUseMs)
    await tokenStore.noteTokenUsed(ctx.db.queries, found.id, now)
  return found.owner
}

function hashOf(ctx: Pick<Context, 'keys'>, token: string): string {
  return mac(ctx.keys.hashes, `owner-token\0${token}`).toString('base64url')
}
