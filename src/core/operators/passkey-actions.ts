import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { randomId } from '../../base/id.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { isSame, mac } from '../../base/secret.ts'
import { record } from '../audit/actions.ts'
import { spendChallenge } from '../challenges/actions.ts'
import { as, transact, type Context, type Tx } from '../context.ts'
import { spendAll } from '../limits/actions.ts'
import { isFresh, rolesOf, type Session } from './operator.ts'
import {
  challengeMs,
  isCounterGrowing,
  mostPasskeys,
  readPasskeyName,
  rpIdOf,
  type Passkey,
  type PasskeyPurpose,
} from './passkey.ts'
import { openSession, renewSession, sessionHash, type SessionSecret } from './session-actions.ts'
import * as store from './store.ts'

export type { Passkey } from './passkey.ts'

/**
 * Passkeys by WebAuthn: the person is verified by the authenticator (UV), the RP ID is the console's host, and each challenge
 * is bound to what it is for and to the session it is for, and counts once. A challenge is signed, not stored: to show a page changes
 * nothing.
 */

/** EdDSA, ES256 and RS256 (RFC 9053, RFC 8812): what authenticators have. */
const algorithms = [-8, -7, -257]

/** What the browser is handed for one ceremony, as JSON. Throws `passkey.unusable` where the console has no address. */
export async function passkeyOptions(
  ctx: Context,
  input: { readonly purpose: PasskeyPurpose; readonly session?: string | undefined },
): Promise<object> {
  const rpID = rpIdOf(originOf(ctx))
  const challenge = Buffer.from(issueChallenge(ctx, boundTo(ctx, input)))
  if (input.purpose === 'sign-in')
    return await generateAuthenticationOptions({ rpID, challenge, userVerification: 'required' })
  const name = ownName(ctx)
  const rows = await store.passkeysOf(ctx.db.queries, name)
  const known = rows.map(({ id, transports }) => ({ id, transports: split(transports) }))
  if (input.purpose === 'confirm')
    return await generateAuthenticationOptions({
      rpID,
      challenge,
      userVerification: 'required',
      allowCredentials: known,
    })
  return await generateRegistrationOptions({
    rpID,
    rpName: ctx.settings.provider.name,
    userName: name,
    userID: Uint8Array.from(mac(ctx.keys.hashes, `passkey-user\0${name}`)),
    challenge,
    attestationType: 'none',
    excludeCredentials: known,
    supportedAlgorithmIDs: algorithms,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/** Signs in whoever holds a passkey of ours. `answer`: JSON of the browser's credential. Says `sign-in.failed` whatever was wrong. */
export async function signInByPasskey(
  ctx: Context,
  input: { readonly answer: string; readonly client: string },
): Promise<SessionSecret> {
  await spendTry(ctx, input.client)
  const shown = await verify(ctx, input.answer, boundTo(ctx, { purpose: 'sign-in' }))
  const operator = await store.operatorByName(ctx.db.queries, shown.row.operator)
  if (!operator) throw new Refusal('sign-in.failed')
  const { name } = operator
  return await transact(as(ctx, { kind: 'operator', name, roles: rolesOf(operator) }), async (tx) => {
    await use(tx, shown)
    return await openSession(tx, { name, way: 'passkey' })
  })
}

/** A passkey shown by an operator who is in, before a deed that does much at once (security CON-6). Gives the session's new secret. */
export async function confirmByPasskey(
  ctx: Context,
  input: { readonly answer: string; readonly session: string; readonly client: string },
): Promise<SessionSecret> {
  const name = ownName(ctx)
  await spendTry(ctx, input.client)
  const shown = await verify(ctx, input.answer, boundTo(ctx, { purpose: 'confirm', session: input.session }))
  if (shown.row.operator !== name) throw new Refusal('sign-in.failed')
  return await transact(ctx, async (tx) => {
    await use(tx, shown)
    return await renewSession(tx, { name, session: input.session, way: 'passkey' })
  })
}

/** Throws `permission.denied` unless they have just shown who they are; who has nothing to show it with must have just signed in. */
export async function permitNewKey(ctx: Context, session: Session): Promise<void> {
  const { hasPassword, passkeys } = await waysIn(ctx)
  const now = ctx.clock.now()
  const since = hasPassword || passkeys.length > 0 ? session.confirmedAt : session.createdAt
  if (!isFresh({ confirmedAt: since }, now))
    throw new Refusal('permission.denied', { permission: 'passkey.add' })
}

/** Adds a passkey to the operator who asks. Throws `passkey.unusable` when the browser's answer is not good. */
export async function addPasskey(
  ctx: Context,
  input: {
    readonly answer: string
    readonly name: string
    readonly session: Session
    readonly secret: string
  },
): Promise<void> {
  const operator = ownName(ctx)
  await permitNewKey(ctx, input.session)
  const name = orThrow(readPasskeyName(input.name))
  const made = await verifyNew(ctx, input.answer, boundTo(ctx, { purpose: 'add', session: input.secret }))
  await transact(ctx, async (tx) => {
    await spendOnce(tx, made.challenge)
    const own = await store.passkeysOf(tx.queries, operator)
    if (own.length >= mostPasskeys) throw new Refusal('passkey.unusable')
    const isNew = await store.insertPasskey(tx.queries, {
      ...made.row,
      operator,
      name,
      created_at: tx.clock.now(),
      used_at: null,
      revoked_at: null,
    })
    if (!isNew) throw new Refusal('passkey.unusable')
    await record(tx, { action: 'operator.passkey-added', subject: `operator:${operator}`, facts: { name } })
  })
}

/** From now on the passkey opens nothing. Of one's own only: another's is not found. */
export async function revokePasskey(ctx: Context, id: string): Promise<void> {
  const operator = ownName(ctx)
  await transact(ctx, async (tx) => {
    const name = await store.revokePasskey(tx.queries, { id, operator, now: tx.clock.now() })
    if (name === undefined) throw new Refusal('passkey.not-found')
    await record(tx, { action: 'operator.passkey-revoked', subject: `operator:${operator}`, facts: { name } })
  })
}

/** How the operator who asks can sign in. */
export interface WaysIn {
  readonly hasPassword: boolean
  readonly passkeys: readonly Passkey[]
  /** Accounts at OpenID providers, by their issuers. */
  readonly issuers: readonly string[]
}

export async function waysIn(ctx: Context): Promise<WaysIn> {
  const name = ownName(ctx)
  const operator = await store.operatorByName(ctx.db.queries, name)
  const rows = await store.passkeysOf(ctx.db.queries, name)
  const identities = await store.identitiesOf(ctx.db.queries, name)
  return {
    hasPassword: operator !== undefined && operator.password_hash !== '',
    passkeys: rows.map((row) => ({
      id: row.id,
      name: row.name,
      createdAt: row.created_at,
      usedAt: row.used_at,
      isBackedUp: row.backed_up === 1,
    })),
    issuers: identities.map(({ issuer }) => issuer),
  }
}

interface Shown {
  readonly row: store.PasskeyRow
  readonly counter: number
  readonly isBackedUp: boolean
  readonly challenge: OpenedChallenge
}

async function verify(ctx: Context, answer: string, bound: string): Promise<Shown> {
  const response = readJson(answer) as AuthenticationResponseJSON | undefined
  const row = await store.passkeyById(ctx.db.queries, String(response?.id ?? '').slice(0, 1400))
  if (response === undefined || row === undefined) throw new Refusal('sign-in.failed')
  const opened: OpenedChallenge[] = []
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    ...expectedBy(ctx, bound, opened),
    credential: {
      id: row.id,
      publicKey: Uint8Array.from(Buffer.from(row.public_key, 'base64url')),
      // The compare-and-swap below looks at the counter, so that two at once do not both pass.
      counter: 0,
    },
  }).catch(failed(ctx))
  const [challenge] = opened
  if (!verified || challenge === undefined || !isCounterGrowing(row.counter, authenticationInfo.newCounter))
    throw new Refusal('sign-in.failed')
  return {
    row,
    counter: authenticationInfo.newCounter,
    isBackedUp: authenticationInfo.credentialBackedUp,
    challenge,
  }
}

async function verifyNew(ctx: Context, answer: string, bound: string) {
  const response = readJson(answer) as RegistrationResponseJSON | undefined
  if (response === undefined) throw new Refusal('passkey.unusable')
  const opened: OpenedChallenge[] = []
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response,
    ...expectedBy(ctx, bound, opened),
    supportedAlgorithmIDs: algorithms,
  }).catch((error: unknown) => {
    ctx.log.warn('passkey.unusable', { error })
    throw new Refusal('passkey.unusable')
  })
  const [challenge] = opened
  if (!verified || challenge === undefined || !registrationInfo) throw new Refusal('passkey.unusable')
  const { credential, credentialDeviceType, credentialBackedUp } = registrationInfo
  const row = {
    id: credential.id,
    public_key: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: (credential.transports ?? []).filter((each) => /^[a-z-]{1,20}$/.test(each)).join(' '),
    backup_eligible: credentialDeviceType === 'multiDevice' ? 1 : 0,
    backed_up: credentialBackedUp ? 1 : 0,
  }
  return { row, challenge }
}

function expectedBy(ctx: Context, bound: string, opened: OpenedChallenge[]) {
  const origin = originOf(ctx)
  return {
    expectedChallenge: (given: string) => {
      const challenge = openChallenge(ctx, bound, given)
      if (challenge) opened.push(challenge)
      return challenge !== undefined
    },
    expectedOrigin: origin,
    expectedRPID: rpIdOf(origin),
    requireUserVerification: true,
  }
}

function failed(ctx: Context): (error: unknown) => never {
  return (error) => {
    ctx.log.warn('sign-in.failed', { error })
    throw new Refusal('sign-in.failed')
  }
}

async function use(tx: Tx, { row, counter, isBackedUp, challenge }: Shown): Promise<void> {
  await spendOnce(tx, challenge)
  const used = { id: row.id, before: row.counter, counter, isBackedUp, now: tx.clock.now() }
  if (!(await store.usePasskey(tx.queries, used))) throw new Refusal('sign-in.failed')
}

async function spendOnce(tx: Tx, { nonce, expiresAt }: OpenedChallenge): Promise<void> {
  try {
    await spendChallenge(tx, { id: `passkey:${nonce}`, expiresAt })
  } catch (error) {
    throw error instanceof Refusal ? new Refusal('sign-in.failed') : error
  }
}

async function spendTry(ctx: Context, client: string): Promise<void> {
  await transact(ctx, async (tx) => await spendAll(tx, [{ name: 'sign-in.client', key: client }]))
}

interface OpenedChallenge {
  readonly nonce: string
  readonly expiresAt: number
}

/** A challenge for one purpose, and but for signing in for one session. */
function boundTo(
  ctx: Context,
  { purpose, session }: { readonly purpose: PasskeyPurpose; readonly session?: string | undefined },
): string {
  if (purpose === 'sign-in') return purpose
  if (session === undefined) throw new Refusal('session.required')
  return `${purpose}\0${sessionHash(ctx, session)}`
}

/** `<end>.<nonce>.<mac>`: 128 random bits, more than WebAuthn §13.4.3 asks for. */
function issueChallenge(ctx: Context, bound: string): string {
  const open = `${ctx.clock.now() + challengeMs}.${randomId(26)}`
  return `${open}.${challengeMac(ctx, bound, open)}`
}

function openChallenge(ctx: Context, bound: string, given: string): OpenedChallenge | undefined {
  const text = Buffer.from(given.slice(0, 400), 'base64url').toString('latin1')
  const [, open = '', end, nonce = '', tag = ''] =
    /^((\d{1,15})\.([0-9a-z]{26}))\.([\w-]{43})$/.exec(text) ?? []
  const expiresAt = Number(end)
  if (!isSame(Buffer.from(tag), Buffer.from(challengeMac(ctx, bound, open)))) return undefined
  return expiresAt > ctx.clock.now() ? { nonce, expiresAt } : undefined
}

function challengeMac(ctx: Context, bound: string, open: string): string {
  return mac(ctx.keys.challenges, `passkey\0${bound}\0${open}`).toString('base64url')
}

function originOf(ctx: Context): string {
  const { origin } = ctx.settings.console
  if (origin === undefined) throw new Refusal('passkey.unusable')
  return origin
}

function ownName({ actor }: Context): string {
  if (actor.kind !== 'operator') throw new Refusal('session.required')
  return actor.name
}

function readJson(text: string): unknown {
  if (text.length > 16_384) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function split(text: string): string[] {
  return text === '' ? [] : text.split(' ')
}
