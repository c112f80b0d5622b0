/** Does `work` for each item, at most `width` at once. The first error is thrown when all are done. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values()
  const errors: unknown[] = []
  const lane = async (): Promise<void> => {
    for (const item of rest) {
      try {
        await work(item)
      } catch (error) {
        errors.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane))
  if (errors.length > 0) throw errors[0]
}
