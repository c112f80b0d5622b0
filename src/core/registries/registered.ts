import { day, hour } from '../../base/clock.ts'
import type { AddressRange } from '../../standards/address-range.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import { abuseMailboxes, registrantOf, type RdapNetwork } from '../../standards/rdap.ts'

/** What a registry says of a network, as far as it matters who may speak for it. */
export interface Registered {
  /** The server that said it. */
  readonly server: string
  readonly handle: string
  readonly name: string
  readonly country: string
  /** Who holds it, by what the registry calls them; empty when it does not say. */
  readonly registrant: string
  readonly range: AddressRange
  /** Mailboxes for abuse; none when the registry names none, or hides them. */
  readonly mailboxes: readonly MailAddress[]
  /** Names of what the server says it left out. */
  readonly redacted: readonly string[]
}

/** How long an answer is used again; registries shut out who asks for the same over and over (security CHK-6). */
export const keptMs = day
/** The same where nobody knew the network: it may have been registered just now. */
export const noneKeptMs = hour

export function registeredOf(network: RdapNetwork, server: string): Registered {
  const { handle, name, country, range, redacted } = network
  return {
    server,
    handle,
    name,
    country,
    registrant: registrantOf(network),
    range,
    mailboxes: abuseMailboxes(network),
    redacted,
  }
}

/** The object by what stays while its holder does: what it is called, and who holds it. */
export function identityOf({ handle, registrant }: Registered): string {
  return `${handle}|${registrant}`
}
