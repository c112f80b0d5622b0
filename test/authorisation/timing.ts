/** Rounds in which each is measured: enough for one of them to meet no pause of the machine. */
const rounds = 9

/** How long each takes at the least, in milliseconds; they take turns, so that what slows the machine slows all of them. */
export async function leastOf<const Works extends readonly (() => Promise<unknown>)[]>(
  works: Works,
): Promise<{ readonly [Nth in keyof Works]: number }> {
  const took = works.map((): number[] => [])
  for (let round = 0; round < rounds; round++)
    for (const [nth, work] of works.entries()) {
      const begun = performance.now()
      await work()
      took[nth]?.push(performance.now() - begun)
    }
  return took.map((each) => Math.min(...each)) as {
    readonly [Nth in keyof Works]: number
  }
}

/** Whether nobody across a network tells one from the other by a handful of tries. */
export function isAlike(a: number, b: number): boolean {
  return Math.max(a, b) < 2 * Math.min(a, b) + 2
}
