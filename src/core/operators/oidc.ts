import { Refusal } from '../../base/refusal.ts'
import type { OidcClaims } from '../../net/oidc-client.ts'
import { roles, type Role } from '../actor.ts'
import { isMailVerified, textsOf } from '../oidc/oidc.ts'
import type { OidcSettings } from '../settings.ts'

/** What an errand to the provider is for: to sign in, or to tie the account to an operator who is in. */
export type OidcPurpose = 'sign-in' | 'connect'

/** Throws nothing: a refusal when the account may not come in at all, whoever it belongs to. */
export function checkAccount({ domains }: OidcSettings, claims: OidcClaims): Refusal | undefined {
  if (domains.length === 0) return undefined
  const { email } = claims.claims
  const domain = typeof email === 'string' ? email.slice(email.lastIndexOf('@') + 1).toLowerCase() : ''
  return isMailVerified(claims) && domains.includes(domain) ? undefined : new Refusal('operator.not-admitted')
}

/** The roles of its groups, in our order; empty when it has none of them. */
export function rolesByGroup({ groups, groupsClaim }: OidcSettings, claims: OidcClaims): readonly Role[] {
  const names = textsOf(claims, groupsClaim)
  const granted = groups.filter(({ group }) => names.includes(group)).flatMap((each) => each.roles)
  return roles.filter((role) => granted.includes(role))
}

/** A name for a newcomer, made of what the provider calls them: 2 to 32 characters that a name may have. */
export function nameWish({ claims }: OidcClaims): string {
  const { preferred_username: username, email } = claims
  const given = [username, email].find((text): text is string => typeof text === 'string' && text !== '')
  const plain = (given ?? '')
    .split('@', 1)[0]
    ?.toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[^a-z]+/g, '')
    .slice(0, 28)
  return plain !== undefined && plain.length >= 2 ? plain : 'operator'
}

/** When the provider last saw them show who they are; never, where it does not say. Milliseconds. */
export function authenticatedAt({ claims }: OidcClaims, now: number): number {
  const { auth_time: seconds } = claims
  return typeof seconds === 'number' ? Math.min(now, seconds * 1000) : 0
}
