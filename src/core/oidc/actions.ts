import { Refusal } from '../../base/refusal.ts'
import { seal, unseal } from '../../base/seal.ts'
import type { OidcClaims, OidcClient } from '../../net/oidc-client.ts'
import { spendChallenge } from '../challenges/actions.ts'
import { transact, type Context } from '../context.ts'
import { spendAll, type Cost } from '../limits/actions.ts'
import { oidcMs, type OidcAnswer, type OidcErrand } from './oidc.ts'

/**
 * There and back to an OpenID provider, whoever is sent. The errand is sealed and kept by the browser alone; `bound` says what it is for,
 * and one for something else does not open.
 */

/**
 * Sends somebody to the provider: the address to go to, and an errand for the browser to keep. Nothing is stored. Throws
 * `sign-in.provider-away` when the provider does not answer.
 */
export async function beginErrand(
  ctx: Context,
  provider: OidcClient,
  { bound, next }: { readonly bound: string; readonly next: string },
): Promise<{ readonly url: string; readonly errand: string }> {
  try {
    const { url, ...kept } = await provider.begin()
    const errand: OidcErrand = { next, ...kept, expiresAt: ctx.clock.now() + oidcMs }
    return { url, errand: seal(ctx.keys.vault, bound, JSON.stringify(errand)) }
  } catch (error) {
    ctx.log.error('sign-in.provider-away', { error })
    throw new Refusal('sign-in.provider-away')
  }
}

/** Undefined when it is not for this, was changed, or is too old. */
export function openErrand(ctx: Context, sealed: string, bound: string): OidcErrand | undefined {
  const plain = unseal(ctx.keys.vault, bound, sealed)
  if (plain === undefined) return undefined
  const errand = JSON.parse(plain.toString()) as OidcErrand
  return errand.expiresAt > ctx.clock.now() ? errand : undefined
}

/**
 * The claims of a good answer. An errand counts once, whatever comes of it, and each costs of the budget `limit`. Says `sign-in.failed`
 * whatever is wrong; the log has the cause.
 */
export async function redeemErrand(
  ctx: Context,
  provider: OidcClient,
  { errand: sealed, query }: OidcAnswer,
  { bound, limit }: { readonly bound: string; readonly limit: Cost },
): Promise<{ readonly claims: OidcClaims; readonly next: string }> {
  const errand = openErrand(ctx, sealed, bound)
  if (errand === undefined || query.length > 8192) throw new Refusal('sign-in.failed')
  await transact(ctx, async (tx) => {
    await spendAll(tx, [limit])
    await spendChallenge(tx, { id: `oidc:${errand.state}`, expiresAt: errand.expiresAt })
  }).catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'pow.replayed' ? new Refusal('sign-in.failed') : error
  })
  try {
    return { claims: await provider.finish(query, errand), next: errand.next }
  } catch (error) {
    ctx.log.warn('sign-in.failed', { client: limit.key, error })
    throw new Refusal('sign-in.failed')
  }
}
