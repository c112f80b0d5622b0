import type { Address } from './ip.ts'
import { prefixOf, type Prefix } from './prefix.ts'

/**
 * Names in the reverse tree (RFC 1035 §3.5, RFC 3596 §2.5): one label for each octet of an IPv4 address, one for each nibble of an
 * IPv6 address, least significant first. Zones are cut at labels; a network that ends between two is several zones.
 */

/** `45.2.0.192.in-addr.arpa`; the name at which the PTR record of the address stands. */
export function reverseNameOf(address: Address): string {
  return zoneOf({ ...address, length: address.family === 4 ? 32 : 128 })
}

/**
 * The zones that make up the network, in the order of their addresses: `192.0.2.0/23` has two of /24, `2001:db8::/33` eight of
 * /36. An IPv4 network longer than /24 lies inside one zone of /24, which is given.
 */
export function reverseZonesOf(prefix: Prefix): readonly string[] {
  const step = prefix.family === 4 ? 8 : 4
  const length = Math.ceil(prefix.length / step) * step
  if (prefix.family === 4 && length > 24) return [zoneOf(prefixOf(prefix, 24))]
  const count = 2 ** (length - prefix.length)
  return Array.from({ length: count }, (_, index) => zoneOf(nth(prefix, length, index)))
}

/** Every address of an IPv4 network, /16 at most: 65,536. */
export function addressesOf(prefix: Prefix): readonly Address[] {
  const [first] = prefix.words
  return Array.from({ length: 2 ** (32 - prefix.length) }, (_, index) => ({
    family: prefix.family,
    words: [(first + index) >>> 0, 0, 0, 0],
  }))
}

/** The zone of a network whose length is a whole number of labels. */
function zoneOf({ family, words, length }: Prefix): string {
  const [step, base, tree] = family === 4 ? [8, 10, 'in-addr.arpa'] : [4, 16, 'ip6.arpa']
  const labels = Array.from({ length: length / step }, (_, index) => {
    const bit = index * step
    const word = words[bit >>> 5] ?? 0
    return ((word >>> (32 - step - (bit & 31))) & ((1 << step) - 1)).toString(base)
  })
  return [...labels.toReversed(), tree].join('.')
}

/** The part number `index` of the network, cut into parts of this length. */
function nth(prefix: Prefix, length: number, index: number): Prefix {
  const at = length - 1
  const words = prefix.words.map((word, place) =>
    place === at >>> 5 ? (word | (index << (31 - (at & 31)))) >>> 0 : word,
  )
  const [a = 0, b = 0, c = 0, d = 0] = words
  return { family: prefix.family, words: [a, b, c, d], length }
}
