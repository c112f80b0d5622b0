/**
 * How V8 collects garbage in an edge of its own process: little at a time, and on the thread that answers.
 * Helper threads make a pause shorter only where a processor is idle; on a busy machine the answers wait for them. Smaller spaces make
 * the pauses shorter and a decision dearer; docs/measured.md has the figures.
 */
export const edgeFlags: readonly string[] = ['--max-semi-space-size=8', '--single-threaded-gc']
