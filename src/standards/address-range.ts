import type { Address, Words } from './ip.ts'
import { prefixOf, type Prefix } from './prefix.ts'

/**
 * Ranges of addresses by their first and last one, as registries write them (RFC 9083 §5.4), and the prefixes that they are made of.
 */
export interface AddressRange {
  readonly first: Address
  readonly last: Address
}

/** The fewest prefixes that make up the range, in order; undefined for two families or a last address before the first. */
export function prefixesOf({ first, last }: AddressRange): readonly Prefix[] | undefined {
  if (first.family !== last.family) return undefined
  const bits = first.family === 4 ? 32 : 128
  const end = numberOf(last)
  let at = numberOf(first)
  if (at > end) return undefined
  const prefixes: Prefix[] = []
  while (at <= end) {
    let host = 0
    // The block grows while it begins at a multiple of its size and does not reach beyond the end.
    while (host < bits && at % (1n << BigInt(host + 1)) === 0n && at + (1n << BigInt(host + 1)) - 1n <= end)
      host++
    prefixes.push(prefixOf(addressOf(first.family, at), bits - host))
    at += 1n << BigInt(host)
  }
  return prefixes
}

/** Whether the prefix lies inside the range, all of it. */
export function rangeCovers({ first, last }: AddressRange, prefix: Prefix): boolean {
  if (first.family !== prefix.family) return false
  const at = numberOf(prefix)
  const size = 1n << BigInt((prefix.family === 4 ? 32 : 128) - prefix.length)
  return at >= numberOf(first) && at + size - 1n <= numberOf(last)
}

function numberOf({ family, words }: Address): bigint {
  const [a, b, c, d] = words.map(BigInt) as [bigint, bigint, bigint, bigint]
  return family === 4 ? a : (a << 96n) | (b << 64n) | (c << 32n) | d
}

function addressOf(family: 4 | 6, number: bigint): Address {
  const word = (shift: bigint): number => Number((number >> shift) & 0xffffffffn)
  const words: Words = family === 4 ? [word(0n), 0, 0, 0] : [word(96n), word(64n), word(32n), word(0n)]
  return { family, words }
}
