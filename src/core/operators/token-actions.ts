import { randomId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { readRoles, sourceRoles, type SourceRole } from '../../access/source-roles.ts'
import { mac } from '../../base/secret.ts'
import { permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context } from '../context.ts'
import { checkName, noteUseMs } from './operator.ts'
import * as store from './store.ts'

/** `events` may report what happened to mail, `api` may change listings, `edge` may follow the feed. */
export const tokenKinds = ['events', 'api', 'edge'] as const
export type TokenKind = (typeof tokenKinds)[number]

/** A program that may come in. */
export interface Token {
  readonly name: string
  readonly kind: TokenKind
  /** What an `events` token may tell of; nothing for the other kinds. */
  readonly roles: readonly SourceRole[]
  readonly createdAt: number
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
}

export interface NewToken {
  readonly name: string
  readonly kind: TokenKind
  readonly roles?: readonly SourceRole[]
  readonly token: string
}

/**
 * Makes a token `ptn_<kind>_…`; it is given here once and stored as a keyed hash. An edge's is its pre-shared key for TLS,
 * which core can derive again.
 */
export async function addToken(
  ctx: Context,
  input: {
    readonly kind: TokenKind
    readonly name: string
    /** Of an `events` token; all when absent. */
    readonly roles?: readonly SourceRole[] | undefined
  },
): Promise<NewToken> {
  permit(ctx.actor, 'token.manage')
  const { kind, name } = input
  const refusal = checkName(name)
  if (refusal) throw refusal
  const roles = kind === 'events' ? (input.roles ?? sourceRoles) : []
  const createdAt = ctx.clock.now()
  const secret = kind === 'edge' ? ctx.keys.edgeFeed(name, createdAt).reveal().toString('hex') : randomId(52)
  const token = `ptn_${kind}_${secret}`
  await transact(ctx, async (tx) => {
    const row = {
      name,
      kind,
      roles: roles.join(' '),
      hash: hashOf(tx, token),
      created_at: createdAt,
      last_used_at: null,
      revoked_at: null,
    }
    if (!(await store.insertToken(tx.queries, row))) throw new Refusal('token.exists', { name })
    await record(tx, {
      action: 'token.added',
      subject: `token:${name}`,
      facts: { kind, ...(kind === 'events' ? { roles: roles.join(' ') } : {}) },
    })
  })
  return { name, kind, ...(kind === 'events' ? { roles } : {}), token }
}

/** Whose token it is, if it is one of this kind and in force. */
export async function findToken(ctx: Context, kind: TokenKind, token: string): Promise<Token | undefined> {
  if (!token.startsWith(`ptn_${kind}_`) || token.length > 100) return undefined
  const row = await store.tokenByHash(ctx.db.queries, kind, hashOf(ctx, token))
  if (!row) return undefined
  const now = ctx.clock.now()
  if (now - (row.last_used_at ?? 0) >= noteUseMs) await store.noteUsed(ctx.db.queries, row.name, now)
  return tokenOf(row)
}

/** From now on the token opens nothing. */
export async function revokeToken(ctx: Context, name: string): Promise<void> {
  permit(ctx.actor, 'token.manage')
  await transact(ctx, async (tx) => {
    const row = await store.revokeToken(tx.queries, name, tx.clock.now())
    if (row === undefined) throw new Refusal('token.not-found', { name: name.slice(0, 40) })
    await record(tx, {
      action: 'token.revoked',
      subject: `token:${name}`,
      facts: { kind: tokenOf(row).kind },
    })
  })
}

/** All tokens by name, revoked ones too. */
export async function listTokens(ctx: Context): Promise<readonly Token[]> {
  permit(ctx.actor, 'token.manage')
  return (await store.listTokens(ctx.db.queries)).map(tokenOf)
}

function tokenOf(row: store.TokenRow): Token {
  const kind = tokenKinds.find((name) => name === row.kind)
  if (kind === undefined) throw new Error(`token ${row.name} has the kind "${row.kind}", which there is not`)
  return {
    name: row.name,
    kind,
    roles: kind === 'events' ? (readRoles(row.roles) ?? sourceRoles) : [],
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  }
}

function hashOf(ctx: Context, token: string): string {
  return mac(ctx.keys.hashes, `token\0${token}`).toString('base64url')
}
