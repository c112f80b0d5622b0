/** Random choices that a seed repeats. */
export interface Random {
  /** A whole number from 0 to `count` - 1. */
  below(count: number): number
  /** True once in `times`. */
  oneIn(times: number): boolean
  pick<T>(list: readonly [T, ...T[]]): T
}

/**
 * Mulberry32: 32 bits of state, good enough to wander about in input space, and the same on every machine.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const below = (count: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count)
  }
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: (list) => list[below(list.length)] ?? list[0],
  }
}
