import { Refusal } from '../base/refusal.ts'
import { isWithin } from './domain.ts'
import { parseAddress, type Address } from './ip.ts'
import { organisationOf } from './organisation.ts'
import { covers, type Prefix } from './prefix.ts'
import type { Hop } from './received.ts'
import { specialPurpose } from './special-purpose.ts'

/**
 * Which of a message's trace fields (RFC 5321 §4.4) tells where it came from. Each server writes above those before it, so that only
 * the topmost can be believed, as far down as they were written by servers that one knows; everything below the first stranger is the
 * stranger's word.
 */
export interface OurServers {
  /** Host names and domains; names below them count. */
  readonly names: readonly string[]
  readonly networks: readonly Prefix[]
}

/**
 * The hop at which the message came in from outside: the first from the top, all of them written by servers of ours, whose client is
 * neither ours nor in a special-purpose network. Undefined when the top was not written by us, or a line of ours names no client.
 */
export function handoverOf(hops: readonly Hop[], ours: OurServers): Hop | undefined {
  for (const hop of hops) {
    // qmail: `(qmail 4711 invoked by uid 89)`.
    if (hop.from === undefined && hop.by === undefined) continue
    if (!isOurs(hop, ours)) return undefined
    if (hop.from === undefined || isHandedOn(hop)) continue
    const client = hop.ip === undefined ? undefined : parseAddress(hop.ip)
    if (client === undefined || client instanceof Refusal) return undefined
    if (!isInside(client, ours)) return hop
  }
  return undefined
}

/** Whether a message was written inside: every server that it passed is ours, and so is every client that one of them names. */
export function isFromInside(hops: readonly Hop[], ours: OurServers): boolean {
  return hops.every((hop) => {
    if (hop.from === undefined && hop.by === undefined) return true
    if (!isOurs(hop, ours)) return false
    if (hop.from === undefined || isHandedOn(hop)) return true
    const client = hop.ip === undefined ? undefined : parseAddress(hop.ip)
    return client !== undefined && !(client instanceof Refusal) && isInside(client, ours)
  })
}

/**
 * The hop at which a message probably came in to a receiver that nobody has told us about: the first from the top whose client is
 * outside of special-purpose networks and not of the receiver's own organisation. A guess, to be called one.
 */
export function probableHandover(hops: readonly Hop[]): Hop | undefined {
  return hops.find(({ ip, ptr, helo, by }) => {
    const address = ip === undefined ? undefined : parseAddress(ip)
    if (address === undefined || address instanceof Refusal || specialPurpose(address)) return false
    const receiver = by === undefined ? undefined : organisationOf(by)
    const client = organisationOf(ptr ?? helo ?? '')
    return receiver === undefined || client !== receiver
  })
}

/** Whether a server of ours wrote the line. A content filter calls itself `localhost`; above the handover nobody else does. */
export function isOurs({ by = '', byIp }: Hop, { names, networks }: OurServers): boolean {
  if (by === 'localhost' || names.some((name) => isWithin(by, name.toLowerCase()))) return true
  return [byIp, by.replace(/^\[(.*)\]$/, '$1')].some((text) => {
    const address = text === undefined ? undefined : parseAddress(text)
    return address !== undefined && !(address instanceof Refusal) && isIn(networks, address)
  })
}

/** Within one machine: `with LMTP` over a socket of the file system names no address. */
function isHandedOn(hop: Hop): boolean {
  return hop.ip === undefined && /^(?:lmtp|local)/i.test(hop.with ?? '')
}

function isInside(address: Address, { networks }: OurServers): boolean {
  return isIn(networks, address) || specialPurpose(address) !== undefined
}

function isIn(networks: readonly Prefix[], address: Address): boolean {
  return networks.some((network) => covers(network, address))
}
