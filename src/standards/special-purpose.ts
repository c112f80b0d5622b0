import { Refusal } from '../base/refusal.ts'
import { embeddedAddress, type Address } from './ip.ts'
import { covers, formatPrefix, overlaps, parsePrefix, type Prefix } from './prefix.ts'

/**
 * Address space with a special purpose (RFC 6890, RFC 8190): the IANA IPv4 and IPv6 Special-Purpose Address
 * Registries as of October 2025, and the multicast and withdrawn blocks that stand in registries of their
 * own. `::ffff:0:0/96` is not among them: such an address is the IPv4 address inside it. No mail comes from
 * there that a listing could be about, and no connection of ours may go there.
 */
interface SpecialBlock {
  readonly prefix: Prefix
  /** As in the registry. */
  readonly name: string
  /**
   * Refused to connections, but as good as any other network in a listing: examples and tests speak of these.
   */
  readonly isDocumentation: boolean
}

const blocks: readonly SpecialBlock[] = [
  ['0.0.0.0/8', 'This network'],
  ['10.0.0.0/8', 'Private-Use'],
  ['100.64.0.0/10', 'Shared Address Space'],
  ['127.0.0.0/8', 'Loopback'],
  ['169.254.0.0/16', 'Link Local'],
  ['172.16.0.0/12', 'Private-Use'],
  ['192.0.0.0/24', 'IETF Protocol Assignments'],
  ['192.0.0.0/29', 'IPv4 Service Continuity Prefix'],
  ['192.0.0.8/32', 'IPv4 dummy address'],
  ['192.0.0.9/32', 'Port Control Protocol Anycast'],
  ['192.0.0.10/32', 'Traversal Using Relays around NAT Anycast'],
  ['192.0.0.170/31', 'NAT64/DNS64 Discovery'],
  ['192.0.2.0/24', 'Documentation (TEST-NET-1)'],
  ['192.31.196.0/24', 'AS112-v4'],
  ['192.52.193.0/24', 'AMT'],
  ['192.88.99.0/24', 'Deprecated (6to4 Relay Anycast)'],
  ['192.168.0.0/16', 'Private-Use'],
  ['192.175.48.0/24', 'Direct Delegation AS112 Service'],
  ['198.18.0.0/15', 'Benchmarking'],
  ['198.51.100.0/24', 'Documentation (TEST-NET-2)'],
  ['203.0.113.0/24', 'Documentation (TEST-NET-3)'],
  ['224.0.0.0/4', 'Multicast'],
  ['240.0.0.0/4', 'Reserved'],
  ['255.255.255.255/32', 'Limited Broadcast'],
  ['::/96', 'IPv4-compatible (deprecated)'],
  ['::/128', 'Unspecified Address'],
  ['::1/128', 'Loopback Address'],
  ['64:ff9b::/96', 'IPv4-IPv6 Translat.'],
  ['64:ff9b:1::/48', 'IPv4-IPv6 Translat.'],
  ['100::/64', 'Discard-Only Address Block'],
  ['100:0:0:1::/64', 'Dummy IPv6 Prefix'],
  ['2001::/23', 'IETF Protocol Assignments'],
  ['2001::/32', 'TEREDO'],
  ['2001:1::1/128', 'Port Control Protocol Anycast'],
  ['2001:1::2/128', 'Traversal Using Relays around NAT Anycast'],
  ['2001:1::3/128', 'DNS-SD Service Registration Protocol Anycast'],
  ['2001:2::/48', 'Benchmarking'],
  ['2001:3::/32', 'AMT'],
  ['2001:4:112::/48', 'AS112-v6'],
  ['2001:10::/28', 'Deprecated (previously ORCHID)'],
  ['2001:20::/28', 'ORCHIDv2'],
  ['2001:30::/28', 'Drone Remote ID Protocol Entity Tags (DETs) Prefix'],
  ['2001:db8::/32', 'Documentation'],
  ['2002::/16', '6to4'],
  ['2620:4f:8000::/48', 'Direct Delegation AS112 Service'],
  ['3fff::/20', 'Documentation'],
  ['5f00::/16', 'Segment Routing (SRv6) SIDs'],
  ['fc00::/7', 'Unique-Local'],
  ['fe80::/10', 'Link-Local Unicast'],
  ['fec0::/10', 'Site-Local Unicast (deprecated)'],
  ['ff00::/8', 'Multicast'],
].map(([text = '', name = '']) => {
  return { prefix: known(text), name, isDocumentation: name.startsWith('Documentation') }
})

/** What IANA has opened for allocation (RFC 4291 §2.4); the rest of IPv6 reaches nobody. */
const globalUnicast = known('2000::/3')
const nat64 = known('64:ff9b::/96')

/**
 * The narrowest special-purpose block that the address or prefix shares an address with, for a sentence:
 * `10.0.0.0/8 (Private-Use)`. Documentation prefixes are ordinary here.
 */
export function specialPurpose(range: Address | Prefix): string | undefined {
  let found: SpecialBlock | undefined
  for (const block of blocks) {
    if (block.isDocumentation || !overlaps(block.prefix, range)) continue
    if (found === undefined || block.prefix.length > found.prefix.length) found = block
  }
  return found && `${formatPrefix(found.prefix)} (${found.name})`
}

/**
 * Whether a connection of ours may go there: outside every special-purpose block, documentation included, and
 * in IPv6 inside allocated space. Blocks that IANA calls globally reachable are refused too: their anycast
 * addresses are answered by the nearest router, which is ours. Behind the NAT64 prefix the IPv4 address
 * counts (RFC 6052 §3.1).
 */
export function isGlobal(address: Address): boolean {
  const inner = covers(nat64, address) ? embeddedAddress(address) : undefined
  if (inner !== undefined) return isGlobal(inner)
  if (address.family === 6 && !covers(globalUnicast, address)) return false
  return !blocks.some((block) => covers(block.prefix, address))
}

function known(text: string): Prefix {
  const prefix = parsePrefix(text)
  if (prefix instanceof Refusal) throw new Error(`${text} is no prefix`, { cause: prefix })
  return prefix
}
