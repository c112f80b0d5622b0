import { Refusal } from '../../base/refusal.ts'
import type { OidcClaims } from '../../net/oidc-client.ts'
import { parseMailbox, type MailAddress } from '../../standards/mail-address.ts'
import { isMailVerified, textsOf } from '../oidc/oidc.ts'
import type { Settings } from '../settings.ts'
import { mustBeOurs } from './recipient.ts'

type ProviderSettings = NonNullable<Settings['recipients']['oidc']>

/**
 * The mailbox of ours that the provider says somebody has. `recipients.mailbox-unverified` where it does not stand for it, and
 * `recipients.provider-foreign` for one of somebody else's domain.
 */
export function mailboxOf(
  { mailboxClaim, mailboxProof }: ProviderSettings,
  domains: readonly string[],
  claims: OidcClaims,
): MailAddress | Refusal {
  // What is verified is `email`, whatever else the token says (OpenID Connect Core §5.1).
  const isProven = mailboxProof === 'claim' || (mailboxClaim === 'email' && isMailVerified(claims))
  const given = claims.claims[mailboxClaim]
  const mailbox = typeof given === 'string' && isProven ? parseMailbox(given.trim()) : undefined
  if (mailbox === undefined || mailbox instanceof Refusal) return new Refusal('recipients.mailbox-unverified')
  const foreign = mustBeOurs(domains, mailbox)
  return foreign ? new Refusal('recipients.provider-foreign', foreign.facts) : mailbox
}

/** Of their groups those that `admins` names: of the others a session keeps nothing. */
export function groupsThatCount(
  { groupsClaim }: ProviderSettings,
  admins: Settings['recipients']['admins'],
  claims: OidcClaims,
): readonly string[] {
  if (groupsClaim === undefined) return []
  const theirs = textsOf(claims, groupsClaim)
  const named = admins.flatMap(({ group }) => (group !== undefined && theirs.includes(group) ? [group] : []))
  return [...new Set(named)].toSorted()
}
