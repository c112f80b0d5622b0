import { randomBytes } from 'node:crypto'
import { Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { isAlive, longestSessionMs, noteUseMs, rolesOf, type Session } from './operator.ts'
import * as store from './store.ts'

/** What the browser keeps, and the word that the session's forms carry. */
export interface SessionSecret {
  readonly session: string
  readonly csrf: string
}

/** How somebody came in: it stands in the audit. */
export type WayIn = 'password' | 'passkey' | 'oidc' | 'link'

/**
 * Opens a session under a new id of 256 bits. `confirmedAt`: when they last showed that they sit there; now unless said
 * otherwise.
 */
export async function openSession(
  tx: Tx,
  { name, way, confirmedAt }: { readonly name: string; readonly way: WayIn; readonly confirmedAt?: number },
): Promise<SessionSecret> {
  const { session, csrf } = newSecret()
  const now = tx.clock.now()
  await store.insertSession(tx.queries, {
    id_hash: sessionHash(tx, session),
    operator: name,
    csrf,
    created_at: now,
    seen_at: now,
    expires_at: now + longestSessionMs,
    confirmed_at: confirmedAt ?? null,
  })
  await record(tx, { action: 'operator.signed-in', subject: `operator:${name}`, facts: { way } })
  return { session, csrf }
}

/**
 * Notes that whoever sits there has shown it anew, and gives the session another id: what was stolen before is worth nothing
 * (security CON-2). Throws `session.required` when it has ended.
 */
export async function renewSession(
  tx: Tx,
  { name, session, way }: { readonly name: string; readonly session: string; readonly way: WayIn },
): Promise<SessionSecret> {
  const next = newSecret()
  const isOpen = await store.renewSession(tx.queries, {
    operator: name,
    hash: sessionHash(tx, session),
    nextHash: sessionHash(tx, next.session),
    csrf: next.csrf,
    now: tx.clock.now(),
  })
  if (!isOpen) throw new Refusal('session.required')
  await record(tx, { action: 'operator.confirmed', subject: `operator:${name}`, facts: { way } })
  return next
}

function newSecret(): SessionSecret {
  return {
    session: randomBytes(32).toString('base64url'),
    csrf: randomBytes(32).toString('base64url'),
  }
}

/** The session of this secret, unless it has ended; being asked keeps it from falling idle. */
export async function findSession(ctx: Context, session: string): Promise<Session | undefined> {
  const hash = sessionHash(ctx, session)
  const row = await store.sessionByHash(ctx.db.queries, hash)
  const now = ctx.clock.now()
  if (!row || !isAlive({ seenAt: row.seen_at, expiresAt: row.expires_at }, now)) return undefined
  if (now - row.seen_at >= noteUseMs) await store.noteSeen(ctx.db.queries, hash, now)
  return {
    name: row.operator,
    roles: rolesOf(row),
    csrf: row.csrf,
    createdAt: row.created_at,
    confirmedAt: row.confirmed_at ?? row.created_at,
    expiresAt: row.expires_at,
  }
}

/** Ends the session of this secret; one that has ended already is no error. */
export async function signOut(ctx: Context, session: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const name = await store.deleteSession(tx.queries, sessionHash(tx, session))
    if (name !== undefined)
      await record(tx, { action: 'operator.signed-out', subject: `operator:${name}`, facts: {} })
  })
}

/** Ends every session of the operator who asks. */
export async function signOutEverywhere(ctx: Context): Promise<void> {
  const { actor } = ctx
  if (actor.kind !== 'operator') throw new Refusal('session.required')
  await transact(ctx, async (tx) => {
    const sessions = await store.deleteSessionsOf(tx.queries, actor.name)
    await record(tx, {
      action: 'operator.signed-out-everywhere',
      subject: `operator:${actor.name}`,
      facts: { sessions },
    })
  })
}

/** How a session is stored, and what a challenge to its owner is bound to. */
export function sessionHash(ctx: Context, session: string): string {
  return mac(ctx.keys.hashes, `session\0${session.slice(0, 100)}`).toString('base64url')
}
