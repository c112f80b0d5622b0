import { hour } from '../base/clock.ts'
import { recheckClaims } from '../core/owners/recheck-actions.ts'
import type { Job } from './scheduler.ts'

/** Looks again for the proofs of owners, each once a day; ends what is gone for a day. */
export function recheckOwners(): Job {
  return {
    name: 'recheck-owners',
    everyMs: hour / 4,
    exclusive: true,
    async run(ctx) {
      const { ended } = await recheckClaims(ctx)
      if (ended > 0) ctx.log.info('owners.ended', { ended })
    },
  }
}
