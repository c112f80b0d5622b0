import { getDomain } from 'tldts'

/**
 * The organisational domain of a name by the public suffix list (RFC 7489 §3.2): `example.org` of `mx1.mail.example.org`.
 * Undefined for addresses, single labels and public suffixes themselves.
 */
export function organisationOf(name: string): string | undefined {
  return getDomain(name, { allowPrivateDomains: true, validateHostname: false }) ?? undefined
}
