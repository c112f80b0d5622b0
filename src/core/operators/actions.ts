import { randomBytes } from 'node:crypto'
import { randomId } from '../../base/id.ts'
import { hashPassword, isPassword, nobodysHash } from '../../base/password.ts'
import { Refusal } from '../../base/refusal.ts'
import { seal, unseal } from '../../base/seal.ts'
import { Secret } from '../../base/secret.ts'
import { formatBase32, otpauthUri, verifyTotp } from '../../standards/totp.ts'
import { may, permit, type Permission, type Role } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { as, transact, type Context, type Tx } from '../context.ts'
import { spendAll, trySpend } from '../limits/actions.ts'
import { checkName, checkPassword, formerRole, rolesOf, type Operator } from './operator.ts'
import { openSession, renewSession, type SessionSecret } from './session-actions.ts'
import * as store from './store.ts'

export type { Operator, Session } from './operator.ts'
export { findSession, signOut, signOutEverywhere } from './session-actions.ts'

/** What a new operator must be told; nobody can ask for it a second time. */
export interface NewOperator {
  readonly name: string
  readonly roles: readonly Role[]
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
  input: { readonly name: string; readonly roles: readonly Role[]; readonly password?: string | undefined },
): Promise<NewOperator> {
  permit(ctx.actor, 'operator.manage')
  const { name, roles } = input
  const password = input.password ?? newPassword()
  const refusal = checkName(name) ?? checkPassword(password)
  if (refusal) throw refusal
  const passwordHash = await hashPassword(password)
  // RFC 4226 §4: 160 bits.
  const secret = new Secret(randomBytes(20))
  await transact(ctx, async (tx) => {
    await insertOperator(tx, {
      name,
      roles,
      passwordHash,
      totpSecret: seal(tx.keys.vault, sealedFor(name), secret.reveal()),
    })
  })
  const totpSecret = formatBase32(secret.reveal())
  const totpUri = otpauthUri(secret, ctx.settings.provider.name, name)
  return { name, roles, totpSecret, totpUri, ...(input.password === undefined ? { password } : {}) }
}

/** 100 bits, in groups that can be typed. */
function newPassword(): string {
  return [5, 5, 5, 5].map(randomId).join('-')
}

/** Lets somebody in who will have no password: by a link first, then by a passkey or an account at a provider. */
export async function addKeylessOperator(
  tx: Tx,
  { name, roles }: { readonly name: string; readonly roles: readonly Role[] },
): Promise<void> {
  const refusal = checkName(name)
  if (refusal) throw refusal
  await insertOperator(tx, { name, roles, passwordHash: '', totpSecret: '' })
}

/** Throws `operator.exists` for a name that is taken. */
async function insertOperator(
  tx: Tx,
  it: {
    readonly name: string
    readonly roles: readonly Role[]
    readonly passwordHash: string
    /** Sealed. */
    readonly totpSecret: string
  },
): Promise<void> {
  const roles = it.roles.join(' ')
  const isNew = await store.insertOperator(tx.queries, {
    name: it.name,
    role: formerRole(it.roles),
    roles,
    password_hash: it.passwordHash,
    totp_secret: it.totpSecret,
    totp_step: 0,
    created_at: tx.clock.now(),
    removed_at: null,
  })
  if (!isNew) throw new Refusal('operator.exists', { name: it.name })
  await record(tx, { action: 'operator.added', subject: `operator:${it.name}`, facts: { roles } })
}

/** Everybody who may come in, by name. */
export async function listOperators(ctx: Context): Promise<readonly Operator[]> {
  permit(ctx.actor, 'operator.read')
  const rows = await store.listOperators(ctx.db.queries)
  return rows.map((row) => ({ name: row.name, roles: rolesOf(row), createdAt: row.created_at }))
}

/** Names of those who are let in and may do this, in order. For actions that have asked for a permission of their own. */
export async function operatorsWith(ctx: Context, permission: Permission): Promise<readonly string[]> {
  const rows = await store.listOperators(ctx.db.queries)
  return rows
    .map((row) => ({ kind: 'operator', name: row.name, roles: rolesOf(row) }) as const)
    .filter((operator) => may(operator, permission))
    .map(({ name }) => name)
    .toSorted()
}

/** Ends somebody's access, and their sessions with it. */
export async function removeOperator(ctx: Context, name: string): Promise<void> {
  permit(ctx.actor, 'operator.manage')
  await transact(ctx, async (tx) => {
    if (!(await store.removeOperator(tx.queries, name, tx.clock.now())))
      throw new Refusal('operator.not-found', { name: name.slice(0, 40) })
    await store.deleteKeysOf(tx.queries, name, tx.clock.now())
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
): Promise<SessionSecret> {
  const name = input.name.trim().toLowerCase().slice(0, 64)
  await spendTry(ctx, name, input.client)
  const operator = await store.operatorByName(ctx.db.queries, name)
  const isRight = await isPassword(input.password, operator?.password_hash || nobodysHash)
  const step = verifyTotp(totpSecretOf(ctx, operator), input.code, ctx.clock.now(), operator?.totp_step)
  if (!operator || !isRight || step === undefined) {
    ctx.log.warn('sign-in.failed', { client: input.client })
    throw new Refusal('sign-in.failed')
  }
  return await beginSession(as(ctx, { kind: 'operator', name, roles: rolesOf(operator) }), name, step)
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

async function beginSession(ctx: Context, name: string, step: number): Promise<SessionSecret> {
  return await transact(ctx, async (tx) => {
    // Two sign-ins with one code: the second comes too late (RFC 6238 §5.2).
    if (!(await store.useStep(tx.queries, name, step))) throw new Refusal('sign-in.failed')
    return await openSession(tx, { name, way: 'password' })
  })
}

/**
 * Another code of the authenticator app, from an operator who is in, before a deed that does much at once (security CON-6). Gives the
 * session's new secret.
 * Throws `sign-in.failed`, or `limit.exceeded`: tries cost what signing in costs.
 */
export async function confirmSession(
  ctx: Context,
  input: { readonly session: string; readonly code: string; readonly client: string },
): Promise<SessionSecret> {
  const { actor } = ctx
  if (actor.kind !== 'operator') throw new Refusal('session.required')
  const { name } = actor
  await spendTry(ctx, name, input.client)
  const operator = await store.operatorByName(ctx.db.queries, name)
  const step = verifyTotp(totpSecretOf(ctx, operator), input.code, ctx.clock.now(), operator?.totp_step)
  if (step === undefined) throw new Refusal('sign-in.failed')
  return await transact(ctx, async (tx) => {
    if (!(await store.useStep(tx.queries, name, step))) throw new Refusal('sign-in.failed')
    return await renewSession(tx, { name, session: input.session, way: 'password' })
  })
}

/** A secret nobody has, for a name that does not exist or signs in otherwise. */
function totpSecretOf(ctx: Context, operator: store.OperatorRow | undefined): Secret {
  if (!operator || operator.totp_secret === '') return new Secret(randomBytes(20))
  const secret = unseal(ctx.keys.vault, sealedFor(operator.name), operator.totp_secret)
  if (!secret) throw new Error(`the TOTP secret of operator ${operator.name} was sealed with another key`)
  return new Secret(secret)
}

function sealedFor(name: string): string {
  return `totp:${name}`
}
