import { Refusal } from '../../base/refusal.ts'
import { prefixesOf } from '../../standards/address-range.ts'
import { parseMailbox, type MailAddress } from '../../standards/mail-address.ts'
import { organisationOf } from '../../standards/organisation.ts'
import { covers, parseListable, formatPrefix, type Prefix } from '../../standards/prefix.ts'
import type { Registered } from '../registries/registered.ts'
import type { MailProof } from './claim.ts'

/** Who may be asked by mail whether a network is somebody's: only those whom somebody else names (security OWN-4). */
export interface Contact {
  readonly proof: MailProof
  readonly mailbox: MailAddress
}

/** Names of one address that are looked at, as for the record at the name. */
const mostNames = 3

/** Of what the registry names, the first of these. */
const mostRegistered = 5

export function registryContacts({ mailboxes }: Registered): readonly Contact[] {
  return mailboxes.slice(0, mostRegistered).map((mailbox) => ({ proof: 'rdap', mailbox }))
}

/**
 * postmaster@ (RFC 5321 §4.5.1) and abuse@ (RFC 2142 §4) of a confirmed name and of the domain of its organisation: whoever decides what
 * the name resolves to. They speak for the one address only.
 */
export function nameContacts(names: readonly string[]): readonly Contact[] {
  const domains = names.slice(0, mostNames).flatMap((name) => [organisationOf(name), name])
  return [...new Set(domains)].flatMap((domain) =>
    domain === undefined
      ? []
      : ['postmaster', 'abuse'].flatMap((local): Contact[] => {
          const mailbox = parseMailbox(`${local}@${domain}`)
          return mailbox instanceof Refusal ? [] : [{ proof: 'mail', mailbox }]
        }),
  )
}

/** Only a single IPv4 address is what its name speaks for; in IPv6 an address is not all of its /64. */
export function hasNames({ family, length }: Prefix): boolean {
  return family === 4 && length === 32
}

/** Parts of the claimed network that another object of the registry holds: in pieces that can be listed, so a narrower one counts as its unit. */
export function holesOf(claimed: Prefix, others: readonly Registered[]): readonly Prefix[] {
  const pieces = others
    .flatMap(({ range }) => prefixesOf(range) ?? [])
    .map((piece) => (piece.family === 6 && piece.length > 64 ? parseListable(shortened(piece)) : piece))
    .filter((piece): piece is Prefix => !(piece instanceof Refusal) && covers(claimed, piece))
  return [...new Map(pieces.map((piece) => [formatPrefix(piece), piece])).values()]
}

/** Its address alone, which is read as the /64 that holds it. */
function shortened(prefix: Prefix): string {
  return formatPrefix(prefix).replace(/\/\d+$/, '')
}
