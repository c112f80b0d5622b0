/** Does `work` for 0 to `count` - 1, so many at a time; answers in order. The first failure ends it. */
export async function inParallel<T>(
  atOnce: number,
  count: number,
  work: (nth: number) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let nth = next++; nth < count; nth = next++) {
      try {
        answers[nth] = await work(nth)
      } catch (error) {
        next = count
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker))
  return answers
}
