import { hour } from '../base/clock.ts'
import { settleImports } from '../core/listings/import-actions.ts'
import type { Job } from './scheduler.ts'

/** Finishes what an import began in a core that died. At once after a start, then now and then for the imports of other cores. */
export function settleOldImports(): Job {
  let startedAt: number | undefined
  return {
    name: 'imports',
    everyMs: hour,
    run: async (ctx, signal) => {
      startedAt ??= ctx.clock.now()
      await settleImports(ctx, startedAt, signal)
    },
  }
}
