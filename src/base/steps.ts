/** Longest that long work holds the event loop before it lets requests in: an answer takes microseconds and may wait for this. */
const sliceMs = 2

/** Runs work that pauses at every `yield`, a slice at a time, with the server's turns in between. */
export async function inSteps<T>(steps: Generator<void, T>, elapsed: () => number): Promise<T> {
  for (;;) {
    const until = elapsed() + sliceMs
    do {
      const step = steps.next()
      if (step.done === true) return step.value
    } while (elapsed() < until)
    await breathe()
  }
}

/**
 * Lets everything in that waits: requests, timers, other work. To be awaited between the pages of a long piece of work, because
 * an `await` of the embedded database alone never lets go of the event loop: its answers are there at once.
 */
export async function breathe(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
