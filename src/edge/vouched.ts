import { mostSigners } from '../access/decision-record.ts'
import { vouchHash, vouchNetwork } from '../access/vouch.ts'
import { parseDomain } from '../standards/domain.ts'
import type { Address } from '../standards/ip.ts'
import type { EdgeState } from './state.ts'

/**
 * Whether a recipient vouches for a sender. Asked only where mail would not pass: then it costs one look-up of the network, and a hash
 * where anybody vouches for mail from it.
 */
export function isVouched(
  { vouchKey, table }: Pick<EdgeState, 'vouchKey' | 'table'>,
  mail: { readonly address: Address; readonly mailbox: string; readonly domain: string },
  now: number,
): boolean {
  const { address, mailbox, domain } = mail
  if (vouchKey === undefined || !table.vouches.concerns(address)) return false
  // Nobody vouches for reports of mail servers, which have no sender.
  const name = parseDomain(domain)
  if (name === undefined) return false
  const hash = vouchHash(vouchKey, { mailbox, domain: name, network: vouchNetwork(address) })
  return table.vouches.has(hash, now)
}

/** The same at the message door, where it is known which domains have signed. */
export function isVouchedBySignature(
  { vouchKey, table }: Pick<EdgeState, 'vouchKey' | 'table'>,
  { mailbox, signedBy }: { readonly mailbox: string; readonly signedBy: readonly string[] },
  now: number,
): boolean {
  if (vouchKey === undefined || !table.vouches.hasSigned) return false
  return signedBy.some((domain) =>
    table.vouches.has(vouchHash(vouchKey, { mailbox, domain, network: null }), now),
  )
}

/** Domains whose signature verified, as records and vouches name them. */
export function signersOf(dkim: readonly string[] | undefined): readonly string[] {
  return [...new Set((dkim ?? []).flatMap((name) => parseDomain(name, 2) ?? []))]
    .toSorted()
    .slice(0, mostSigners)
}
