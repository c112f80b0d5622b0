import { listingIdOf } from '../../src/base/id.ts'
import { orThrow } from '../../src/base/refusal.ts'
import { effects, type ListingEntry } from '../../src/access/listing-entry.ts'
import { causeNames, listingClasses } from '../../src/access/reasons.ts'
import { parseAddress, type Address } from '../../src/standards/ip.ts'
import { parseListable, prefixOf, type Prefix } from '../../src/standards/prefix.ts'

/** Whole numbers below `below`; the same seed gives the same ones (xorshift32, Marsaglia 2003). */
export type Random = (below: number) => number

export function seededRandom(seed: number): Random {
  let state = seed >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

export function address(text: string): Address {
  return orThrow(parseAddress(text))
}

export function listable(text: string): Prefix {
  return orThrow(parseListable(text))
}

/** An entry that is plain but for what is said. */
export function entry(prefix: string, fields: Partial<ListingEntry> = {}): ListingEntry {
  return {
    prefix: listable(prefix),
    id: '0123456789ab',
    cause: 'spam',
    class: 'self-service',
    effect: 'refuse',
    ends: 2_000_000_000_000,
    ...fields,
  }
}

/** An address of a small corner of both families, so that prefixes made from such addresses nest and meet again. */
export function nearAddress(random: Random): Address {
  const word = (): number => 0xc6336400 + random(4) * 0x10000 + random(16)
  return random(2) === 0
    ? { family: 4, words: [word(), 0, 0, 0] }
    : { family: 6, words: [0x20010db8 + random(2), word(), random(3), random(3)] }
}

/** An address from anywhere. */
export function farAddress(random: Random): Address {
  const word = (): number => random(2 ** 32)
  return random(2) === 0
    ? { family: 4, words: [word(), 0, 0, 0] }
    : { family: 6, words: [0x20000000 + random(2 ** 20), word(), word(), word()] }
}

/** An entry for any listable prefix of the address; `ends` in ms, a whole second. */
export function randomEntry(random: Random, around: Address, ends: number): ListingEntry {
  const length = around.family === 4 ? 8 + random(25) : 16 + random(49)
  return {
    prefix: prefixOf(around, length),
    id: listingIdOf(random(2 ** 30), random(2 ** 30)),
    cause: pick(random, causeNames),
    class: pick(random, listingClasses),
    effect: random(3) > 0 ? 'refuse' : pick(random, effects),
    ends,
  }
}

export function pick<T>(random: Random, from: readonly T[]): T {
  const picked = from[random(from.length)]
  if (picked === undefined) throw new Error('nothing to pick from')
  return picked
}
