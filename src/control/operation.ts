import type { Context } from '../core/context.ts'

/**
 * What a command asks of core. It runs in the running core (through `data/core.sock`), or in the command's own process
 * when no core runs; the code is the same.
 */
export interface Operation {
  /** `listing.add` */
  readonly name: string
  /** Emits one JSON object per line of the answer. Refusals are thrown. */
  run(ctx: Context, call: OperationCall): Promise<void>
}

export interface OperationCall {
  /** Options as the command read them. */
  readonly input: unknown
  /** Lines of a file that the command sends along. */
  readonly lines: AsyncIterable<string>
  emit(value: object): void
  /** Resolves when what was emitted is on its way: whoever emits much waits for a slow reader now and then. Throws when nobody reads any more. */
  flushed(): Promise<void>
  /** Progress for people: done, and all if known. */
  progress(done: number, all?: number): void
}
