import { parseDomain } from '../standards/domain.ts'
import { organisationOf } from '../standards/organisation.ts'
import { unitLength } from '../standards/prefix.ts'
import type { ListingEntry } from './listing-entry.ts'

/**
 * A good domain in a bad neighbourhood: at RCPT a message from a listed range only claims its domain (MAIL FROM); at its end it is known
 * whether the domain signed it (DKIM, RFC 6376) or lets that address send for it (SPF, RFC 7208). So the claim of a good domain passes at
 * RCPT, where the message door is there to hold it to that.
 */

/** What the content filter found out about a message; what is undefined was not found out. */
export interface Proof {
  readonly mailFrom?: string | undefined
  /** Of `mailFrom`: so a pass is aligned with what was claimed. */
  readonly spf?: string | undefined
  /** Signing domains that verified. */
  readonly dkim?: readonly string[] | undefined
}

/** Whether a listing yields to the claim of a good domain: it is about a neighbourhood, and nobody wants it looked into by a person. */
export function isOpenToClaims({ prefix, class: listingClass }: ListingEntry): boolean {
  return listingClass === 'self-service' && prefix.length < unitLength[prefix.family]
}

/** The organisation that a MAIL FROM, mailbox or domain, claims to be of; undefined of the null sender. */
export function claimedBy(mailFrom: string): string | undefined {
  const domain = parseDomain(mailFrom.slice(mailFrom.lastIndexOf('@') + 1), 2)
  return domain === undefined ? undefined : organisationOf(domain)
}

/** Whether the message is of whom it claims to be; undefined when that could not be found out just now. */
export function isProven({ mailFrom = '', spf, dkim }: Proof): boolean | undefined {
  const claimed = claimedBy(mailFrom)
  if (claimed === undefined) return false
  if (spf === 'pass' || dkim?.some((domain) => claimedBy(domain) === claimed) === true) return true
  return dkim === undefined || spf === undefined || spf === 'temperror' ? undefined : false
}
