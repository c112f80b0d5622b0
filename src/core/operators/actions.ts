import { randomBytes } from 'node:crypto'
import { randomId } from '../../base/id.ts'
import { hashPassword, isPassword, nobodysHash } from '../../base/password.ts'
import { Refusal } from '../../base/refusal.ts'
import { seal, unseal } from '../../base/seal.ts'
import { mac, Secret } from '../../base/secret.ts'
import { formatBase32, otpauthUri, verifyTotp } from '../../standards/totp.ts'
import { permit, roles, type Role } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { as, transact, type Context } from '../context.ts'
import { spendAll, trySpend } from '../limits/actions.ts'
import {
  checkName,
  checkPassword,
  isAlive,
  longestSessionMs,
  noteUseMs,
  type Operator,
  type Session,
} from './operator.ts'
import * as store from './store.ts'

export type { Operator, Session } from './operator.ts'

/** What a new operator must be told; nobody can ask for it a second time. */
export interface NewOperator {
  readonly name: string
  readonly role: Role
  /** When it was made for them. */
  readonly password?: string
  /** Base 32, for typing into an authenticator app. */
  readonly totpSecret: string
  /** The same, for a QR code. */
  readonly totpUri: string
}

/** Lets somebody in to the console: a password of at least 15 characters (made when not given) and a code from an authenticator app. */
export async function addOperator(
  ctx: Context,
  input: { readonly name: string; readonly role: Role; readonly password?: string | undefined },
): Promise<NewOperator> {
  permit(ctx.actor, 'operator.manage')
  const { name, role } = input
  const password = input.password ?? newPassword()
  const refusal = checkName(name) ?? checkPassword(password)
  if (refusal) throw refusal
  const passwordHash = await hashPassword(password)
  // RFC 4226 §4: 160 bits.
  const secret = new Secret(randomBytes(20))
  await transact(ctx, async (tx) => {
    const isNew = await store.insertOperator(tx.queries, {
      name,
      role,
      password_hash: passwordHash,
      totp_secret: seal(tx.keys.vault, sealedFor(name), secret.reveal()),
      totp_step: 0,
      created_at: tx.clock.now(),
      removed_at: null,
    })
    if (!isNew) throw new Refusal('operator.exists', { name })
    await record(tx, { action: 'operator.added', subject: `operator:${name}`, facts: { role } })
  })
  const totpSecret = formatBase32(secret.reveal())
  const totpUri = otpauthUri(secret, ctx.settings.provider.name, name)
  return { name, role, totpSecret, totpUri, ...(input.password === undefined ? { password } : {}) }
}

/** 100 bits, in groups that can be typed. */
function newPassword(): string {
  return [5, 5, 5, 5].map(randomId).join('-')
}

/** Everybody who may come in, by name. */
export async function listOperators(ctx: Context): Promise<readonly Operator[]> {
  permit(ctx.actor, 'operator.manage')
  const rows = await store.listOperators(ctx.db.queries)
  return rows.map((row) => ({ name: row.name, role: readRole(row.role), createdAt: row.created_at }))
}

/** Ends somebody's access, and their sessions with it. */
export async function removeOperator(ctx: Context, name: string): Promise<void> {
  permit(ctx.actor, 'operator.manage')
  await transact(ctx, async (tx) => {
    if (!(await store.removeOperator(tx.queries, name, tx.clock.now())))
      throw new Refusal('operator.not-found', { name: name.slice(0, 40) })
    const sessions = await store.deleteSessionsOf(tx.queries, name)
    await record(tx, { action: 'operator.removed', subject: `operator:${name}`, facts: { sessions } })
  })
}

/**
 * Signs in; gives the session's secret for a cookie and the word that its forms carry. Says `sign-in.failed` whatever was
 * wrong, and takes as long for a name that does not exist. `client` is the network that asks.
 */
export async function signIn(
  ctx: Context,
  input: { readonly name: string; readonly password: string; readonly code: string; readonly client: string },
): Promise<{ readonly session: string; readonly csrf: string }> {
  const name = input.name.trim().toLowerCase().slice(0, 64)
  await spendTry(ctx, name, input.client)
  const operator = await store.operatorByName(ctx.db.queries, name)
  const isRight = await isPassword(input.password, operator?.password_hash ?? nobodysHash)
  const step = verifyTotp(totpSecretOf(ctx, operator), input.code, ctx.clock.now(), operator?.totp_step)
  if (!operator || !isRight || step === undefined) {
    ctx.log.warn('sign-in.failed', { client: input.client })
    throw new Refusal('sign-in.failed')
  }
  return await beginSession(as(ctx, { kind: 'operator', name, role: readRole(operator.role) }), name, step)
}

/**
 * Spent and kept before anything is looked at: a try that is undone would be a try for nothing. What others spend of a name leaves
 * each client tries of its own, fewer while the name is tried from many places: nobody can lock an operator out from elsewhere.
 */
async function spendTry(ctx: Context, name: string, client: string): Promise<void> {
  const key = `${client} ${name}`
  await transact(
    ctx,
    async (tx) =>
      await spendAll(tx, [
        { name: 'sign-in.client', key: client },
        { name: 'sign-in.name', key },
      ]),
  )
  await transact(ctx, async (tx) => {
    if ((await trySpend(tx, [{ name: 'sign-in.name.all', key: name }])) === undefined) return
    ctx.log.warn('sign-in.besieged', { name })
    await spendAll(tx, [{ name: 'sign-in.name.besieged', key }])
  })
}

async function beginSession(
  ctx: Context,
  name: string,
  step: number,
): Promise<{ readonly session: string; readonly csrf: string }> {
  const [session, csrf] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')]
  await transact(ctx, async (tx) => {
    // Two sign-ins with one code: the second comes too late (RFC 6238 §5.2).
    if (!(await store.useStep(tx.queries, name, step))) throw new Refusal('sign-in.failed')
    const now = tx.clock.now()
    await store.insertSession(tx.queries, {
      id_hash: sessionHash(tx, session),
      operator: name,
      csrf,
      created_at: now,
      seen_at: now,
      expires_at: now + longestSessionMs,
      confirmed_at: null,
    })
    await record(tx, { action: 'operator.signed-in', subject: `operator:${name}`, facts: {} })
  })
  return { session, csrf }
}

/** The session of this secret, unless it has ended; being asked keeps it from falling idle. */
export async function findSession(ctx: Context, session: string): Promise<Session | undefined> {
  const hash = sessionHash(ctx, session.slice(0, 100))
  const row = await store.sessionByHash(ctx.db.queries, hash)
  const now = ctx.clock.now()
  if (!row || !isAlive({ seenAt: row.seen_at, expiresAt: row.expires_at }, now)) return undefined
  if (now - row.seen_at >= noteUseMs) await store.noteSeen(ctx.db.queries, hash, now)
  return {
    name: row.operator,
    role: readRole(row.role),
    csrf: row.csrf,
    createdAt: row.created_at,
    confirmedAt: row.confirmed_at ?? row.created_at,
    expiresAt: row.expires_at,
  }
}

/**
 * Another code of the authenticator app, from an operator who is in, before a deed that does much at once (security CON-6).
 * Throws `sign-in.failed`, or `limit.exceeded`: tries cost what signing in costs.
 */
export async function confirmSession(
  ctx: Context,
  input: { readonly session: string; readonly code: string; readonly client: string },
): Promise<void> {
  const { actor } = ctx
  if (actor.kind !== 'operator') throw new Refusal('session.required')
  const { name } = actor
  await spendTry(ctx, name, input.client)
  const operator = await store.operatorByName(ctx.db.queries, name)
  const step = verifyTotp(totpSecretOf(ctx, operator), input.code, ctx.clock.now(), operator?.totp_step)
  if (step === undefined) throw new Refusal('sign-in.failed')
  await transact(ctx, async (tx) => {
    if (!(await store.useStep(tx.queries, name, step))) throw new Refusal('sign-in.failed')
    const hash = sessionHash(tx, input.session.slice(0, 100))
    if (!(await store.noteConfirmed(tx.queries, hash, tx.clock.now()))) throw new Refusal('session.required')
    await record(tx, { action: 'operator.confirmed', subject: `operator:${name}`, facts: {} })
  })
}

/** Ends the session of this secret; one that has ended already is no error. */
export async function signOut(ctx: Context, session: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const name = await store.deleteSession(tx.queries, sessionHash(tx, session.slice(0, 100)))
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

/** A secret nobody has, for a name that does not exist. */
function totpSecretOf(ctx: Context, operator: store.OperatorRow | undefined): Secret {
  if (!operator) return new Secret(randomBytes(20))
  const secret = unseal(ctx.keys.vault, sealedFor(operator.name), operator.totp_secret)
  if (!secret) throw new Error(`the TOTP secret of operator ${operator.name} was sealed with another key`)
  return new Secret(secret)
}

function sealedFor(name: string): string {
  return `totp:${name}`
}

function sessionHash(ctx: Context, session: string): string {
  return mac(ctx.keys.hashes, `session\0${session}`).toString('base64url')
}

function readRole(text: string): Role {
  const role = roles.find((name) => name === text)
  if (role === undefined) throw new Error(`an operator has the role "${text}", which there is not`)
  return role
}
