import type { Random } from './random.ts'

/**
 * Changes octets in one to `most` places: flips, inserts, removes, doubles, swaps, or puts a word of the
 * dictionary in.
 */
export function mutate(
  bytes: Buffer,
  dictionary: readonly [string, ...string[]],
  most: number,
  random: Random,
): Buffer {
  let mutated = bytes
  for (let times = 1 + random.below(most); times > 0; times--)
    mutated = mutateOnce(mutated, dictionary, random)
  return mutated
}

function mutateOnce(bytes: Buffer, dictionary: readonly [string, ...string[]], random: Random): Buffer {
  const at = random.below(bytes.length + 1)
  const end = Math.min(bytes.length, at + 1 + random.below(random.oneIn(4) ? bytes.length + 1 : 8))
  const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)]
  switch (random.below(7)) {
    case 0:
      return Buffer.concat([before, Buffer.from(piece.map((octet) => octet ^ (1 << random.below(8)))), after])
    case 1:
      return Buffer.concat([before, after])
    case 2:
      return Buffer.concat([before, piece, piece, after])
    case 3:
      return Buffer.concat([after, piece, before])
    case 4:
      return Buffer.concat([before, Buffer.alloc(1 + random.below(4), random.below(256)), piece, after])
    case 5:
      return Buffer.concat([before, Buffer.from(random.pick(dictionary), 'latin1'), after])
    default:
      return Buffer.concat([before, Buffer.from(random.pick(dictionary), 'latin1'), piece, after])
  }
}
