import { day, minute } from '../base/clock.ts'
import { tellObserved } from '../core/decisions/actions.ts'
import type { Job } from './scheduler.ts'

/** After midnight (UTC): by then the edges have shipped what they recorded before it. */
const afterMidnightMs = 10 * minute

/** Tells the operator each day who would have been hit on the day before, as long as not everything is acted on. */
export function tellObservedDaily(): Job {
  return {
    name: 'tell-observed',
    everyMs: 10 * minute,
    exclusive: true,
    async run(ctx) {
      const { reputation, policy } = ctx.settings
      const isAllActedOn = reputation.mode === 'enforce' && policy.mode === 'enforce'
      if (reputation.digest === 'never' || isAllActedOn) return
      if (ctx.clock.now() % day < afterMidnightMs) return
      await tellObserved(ctx)
    },
  }
}
