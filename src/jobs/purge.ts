import { hour, minute } from '../base/clock.ts'
import { purge } from '../core/retention/actions.ts'
import type { Job } from './scheduler.ts'

/** Wall clock and monotonic clock may drift apart by this much between two runs. */
const tolerance = hour

/**
 * Deletes what has been kept long enough. When the wall clock has jumped since the run before, nothing is deleted until two
 * runs agree again (security STO-6); hence the first run after a start only looks at the clock.
 */
export function purgeOld(): Job {
  let before: { readonly now: number; readonly elapsed: number } | undefined
  return {
    name: 'purge',
    everyMs: 10 * minute,
    exclusive: true,
    async run(ctx, signal) {
      const seen = { now: ctx.clock.now(), elapsed: ctx.clock.elapsed() }
      const drift = before && Math.abs(seen.now - before.now - (seen.elapsed - before.elapsed))
      before = seen
      if (drift === undefined) return
      if (drift > tolerance) {
        ctx.log.warn('purge.clock-jumped', { driftMs: Math.round(drift) })
        return
      }
      const deleted = await purge(ctx, signal)
      if (Object.keys(deleted).length > 0) ctx.log.info('purge.done', deleted)
    },
  }
}
