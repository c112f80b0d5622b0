import type { Reader } from '../../src/core/analysis/actions.ts'
import { readInput } from '../../src/core/analysis/read.ts'
import { withReturnedId } from '../../src/core/analysis/returned-id.ts'
import type { HeaderReader } from '../../src/core/headers/actions.ts'
import { readHeader } from '../../src/core/headers/reading.ts'

export type TestReader = Reader & HeaderReader

/** Reads in this process what core gives to another one. */
export const directReader: TestReader = {
  analyse: async (raw) => withReturnedId(readInput(raw), raw),
  readHeader: async (text, ours) => ({ reading: readHeader(text.toString('utf8'), ours) }),
}
