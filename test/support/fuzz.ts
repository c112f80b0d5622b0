import { randomInt } from 'node:crypto'

/** How many hostile inputs a test tries: `POSTERN_FUZZ_COUNT`, or so many that `check` stays short. */
export function fuzzCount(byDefault = 20_000): number {
  return Number(process.env['POSTERN_FUZZ_COUNT'] ?? byDefault)
}

/** `POSTERN_FUZZ_SEED`, to repeat a run, or another one each time. */
export function fuzzSeed(): number {
  return Number(process.env['POSTERN_FUZZ_SEED'] ?? randomInt(1, 2 ** 32 - 1))
}
