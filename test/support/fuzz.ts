import { randomInt } from 'node:crypto'

export interface FuzzOptions {
  readonly seed: number
  readonly count: number
}

/** How many hostile inputs a test tries: `POSTERN_FUZZ_COUNT`, or so many that `check` stays short. */
export function fuzzCount(byDefault = 20_000): number {
  return natural('POSTERN_FUZZ_COUNT') ?? byDefault
}

/** `POSTERN_FUZZ_SEED`, to repeat a run; else this one, or another one each time. */
export function fuzzSeed(byDefault?: number): number {
  return natural('POSTERN_FUZZ_SEED') ?? byDefault ?? randomInt(1, 2 ** 32 - 1)
}

function natural(name: 'POSTERN_FUZZ_COUNT' | 'POSTERN_FUZZ_SEED'): number | undefined {
  const text = process.env[name]
  if (text === undefined) return undefined
  if (!/^[1-9][0-9]{0,9}$/.test(text))
    throw new Error(`${name}=${JSON.stringify(text)} is not a number of inputs or a seed`)
  return Number(text)
}
