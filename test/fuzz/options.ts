export interface FuzzOptions {
  readonly seed: number
  readonly count: number
}

/** How much and from where, out of `POSTERN_FUZZ_COUNT` and `POSTERN_FUZZ_SEED`. */
export function fuzzOptions(environment: NodeJS.ProcessEnv): FuzzOptions {
  return {
    count: natural(environment['POSTERN_FUZZ_COUNT'], 20_000),
    seed: natural(environment['POSTERN_FUZZ_SEED'], 1),
  }
}

function natural(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (!/^[1-9][0-9]{0,8}$/.test(text))
    throw new Error(`${JSON.stringify(text)} is not a number of inputs or a seed`)
  return Number(text)
}
