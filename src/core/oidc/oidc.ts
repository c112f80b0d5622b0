import { minute } from '../../base/clock.ts'
import type { OidcBegun, OidcClaims } from '../../net/oidc-client.ts'

/** How long somebody may take at the provider. */
export const oidcMs = 10 * minute

/** What a browser keeps, sealed, while it is at the provider. */
export interface OidcErrand extends Omit<OidcBegun, 'url'> {
  /** Where to go afterwards: a path of ours. */
  readonly next: string
  readonly expiresAt: number
}

/** What the browser comes back with. */
export interface OidcAnswer {
  readonly errand: string
  /** `code=…&state=…&iss=…` */
  readonly query: string
}

/** The texts of a claim that is one text or a list of them, such as groups. */
export function textsOf({ claims }: OidcClaims, name: string): readonly string[] {
  const given = claims[name]
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  return list.filter((each): each is string => typeof each === 'string' && each !== '')
}

/** Whether the provider says that it has verified the claim `email`, and no other (OpenID Connect Core §5.1). */
export function isMailVerified({ claims }: OidcClaims): boolean {
  return claims['email_verified'] === true
}
