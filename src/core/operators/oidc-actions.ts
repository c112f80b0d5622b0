import { Refusal } from '../../base/refusal.ts'
import type { OidcClaims, OidcClient } from '../../net/oidc-client.ts'
import type { Role } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { as, transact, type Context, type Tx } from '../context.ts'
import { beginErrand, openErrand, redeemErrand } from '../oidc/actions.ts'
import type { OidcAnswer } from '../oidc/oidc.ts'
import type { OidcSettings } from '../settings.ts'
import { addKeylessOperator } from './actions.ts'
import { authenticatedAt, checkAccount, nameWish, rolesByGroup, type OidcPurpose } from './oidc.ts'
import { formerRole, rolesOf } from './operator.ts'
import { openSession, type SessionSecret } from './session-actions.ts'
import * as store from './store.ts'

/** Sends somebody to the provider, with an errand to keep. Throws `sign-in.provider-away`. */
export async function beginOidc(
  ctx: Context,
  provider: OidcClient,
  { purpose, next }: { readonly purpose: OidcPurpose; readonly next: string },
): Promise<{ readonly url: string; readonly errand: string }> {
  return await beginErrand(ctx, provider, { bound: boundTo(ctx, purpose), next })
}

/** An answer, and whose tries it counts among. */
export interface OperatorAnswer extends OidcAnswer {
  readonly client: string
}

/**
 * Signs in the operator whose account it is, by issuer and subject. Says `sign-in.failed` whatever is wrong with the answer, and
 * `operator.not-admitted` when the answer is good and nobody here has that account.
 */
export async function signInByOidc(
  ctx: Context,
  provider: OidcClient,
  answer: OperatorAnswer,
): Promise<SessionSecret & { readonly next: string }> {
  const { claims, settings, next } = await redeem(ctx, provider, answer, 'sign-in')
  const refusal = checkAccount(settings, claims)
  if (refusal) throw refusal
  const system = as(ctx, { kind: 'system', name: 'oidc' })
  return await transact(system, async (tx) => {
    const { name, roles } = await admit(tx, settings, claims)
    await store.noteIdentityUsed(tx.queries, { ...claims, now: tx.clock.now() })
    const own = { ...tx, ...as(tx, { kind: 'operator', name, roles }) }
    const confirmedAt = authenticatedAt(claims, tx.clock.now())
    return { ...(await openSession(own, { name, way: 'oidc', confirmedAt })), next }
  })
}

/** Ties the account to the operator who asks. Throws `operator.identity-taken` when it is somebody's. */
export async function connectOidc(
  ctx: Context,
  provider: OidcClient,
  answer: OperatorAnswer,
): Promise<{ readonly next: string }> {
  const { actor } = ctx
  if (actor.kind !== 'operator') throw new Refusal('session.required')
  const { claims, settings, next } = await redeem(ctx, provider, answer, 'connect')
  const refusal = checkAccount(settings, claims)
  if (refusal) throw refusal
  await transact(ctx, async (tx) => {
    await tie(tx, claims, { name: actor.name, isByGroup: false })
    await record(tx, {
      action: 'operator.identity-added',
      subject: `operator:${actor.name}`,
      facts: { issuer: claims.issuer },
    })
  })
  return { next }
}

/** What the errand was for; undefined when it is not of this browser, or too old. */
export function purposeOf(ctx: Context, errand: string): OidcPurpose | undefined {
  return (['sign-in', 'connect'] as const).find(
    (purpose) => openErrand(ctx, errand, boundTo(ctx, purpose)) !== undefined,
  )
}

async function redeem(
  ctx: Context,
  provider: OidcClient,
  answer: OperatorAnswer,
  purpose: OidcPurpose,
): Promise<{ readonly claims: OidcClaims; readonly settings: OidcSettings; readonly next: string }> {
  const settings = ctx.settings.console.oidc
  if (settings === undefined) throw new Refusal('sign-in.failed')
  const limit = { name: 'sign-in.client', key: answer.client } as const
  return { settings, ...(await redeemErrand(ctx, provider, answer, { bound: boundTo(ctx, purpose), limit })) }
}

/** An errand to connect an account is its operator's own. */
function boundTo({ actor }: Context, purpose: OidcPurpose): string {
  return purpose === 'sign-in'
    ? 'oidc:sign-in'
    : `oidc:connect:${actor.kind === 'operator' ? actor.name : ''}`
}

async function admit(
  tx: Tx,
  settings: OidcSettings,
  claims: OidcClaims,
): Promise<{ readonly name: string; readonly roles: readonly Role[] }> {
  const known = await store.identity(tx.queries, claims.issuer, claims.subject)
  if (known?.by_group === 0) return await operatorOf(tx, known.operator)
  const roles = settings.newcomers === 'by-group' ? rolesByGroup(settings, claims) : []
  if (roles.length === 0) throw new Refusal('operator.not-admitted')
  if (known === undefined) return { name: await welcome(tx, claims, roles), roles }
  const operator = await operatorOf(tx, known.operator)
  if (operator.roles.join(' ') !== roles.join(' ')) await changeRoles(tx, operator.name, roles)
  return { name: operator.name, roles }
}

async function operatorOf(
  tx: Tx,
  name: string,
): Promise<{ readonly name: string; readonly roles: readonly Role[] }> {
  const row = await store.operatorByName(tx.queries, name)
  if (!row) throw new Refusal('operator.not-admitted')
  return { name, roles: rolesOf(row) }
}

async function changeRoles(tx: Tx, name: string, roles: readonly Role[]): Promise<void> {
  await store.setRoles(tx.queries, { name, role: formerRole(roles), roles: roles.join(' ') })
  await record(tx, {
    action: 'operator.roles-changed',
    subject: `operator:${name}`,
    facts: { roles: roles.join(' '), why: 'groups' },
  })
}

/** A newcomer under the first free name. */
async function welcome(tx: Tx, claims: OidcClaims, roles: readonly Role[]): Promise<string> {
  const wish = nameWish(claims)
  for (let nth = 1; nth <= 99; nth++) {
    const name = nth === 1 ? wish : `${wish}-${nth}`
    if (await store.operatorByName(tx.queries, name)) continue
    await addKeylessOperator(tx, { name, roles })
    await tie(tx, claims, { name, isByGroup: true })
    return name
  }
  throw new Refusal('operator.exists', { name: wish })
}

async function tie(
  tx: Tx,
  { issuer, subject }: OidcClaims,
  { name, isByGroup }: { readonly name: string; readonly isByGroup: boolean },
): Promise<void> {
  const isNew = await store.insertIdentity(tx.queries, {
    issuer,
    subject,
    operator: name,
    by_group: isByGroup ? 1 : 0,
    created_at: tx.clock.now(),
    used_at: null,
  })
  if (!isNew) throw new Refusal('operator.identity-taken')
}
