/** Rounds in which each is measured: enough for a median that a pause of the machine does not move. */
const rounds = 9

/** How long each takes, in milliseconds; they take turns, so that what slows the machine slows all of them. */
export async function mediansOf<const Works extends readonly (() => Promise<unknown>)[]>(
  works: Works,
): Promise<{ readonly [Nth in keyof Works]: number }> {
  const took = works.map((): number[] => [])
  for (let round = 0; round < rounds; round++)
    for (const [nth, work] of works.entries()) {
      const begun = performance.now()
      await work()
      took[nth]?.push(performance.now() - begun)
    }
  return took.map((each) => each.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0) as {
    readonly [Nth in keyof Works]: number
  }
}

/** Whether nobody across a network tells one from the other by a handful of tries. */
export function isAlike(a: number, b: number): boolean {
  return Math.max(a, b) < 2 * Math.min(a, b) + 2
}
