import { minute, second } from '../base/clock.ts'
import { endExpired } from '../core/listings/actions.ts'
import { endExpiredVouches } from '../core/vouches/actions.ts'
import type { Job } from './scheduler.ts'

const batch = 200

/** Writes down the end of vouches. The edges stopped acting on them by themselves. */
export function endOldVouches(): Job {
  return {
    name: 'vouch-expiry',
    everyMs: minute,
    exclusive: true,
    run: async (ctx) => ((await endExpiredVouches(ctx, batch)) === batch ? 0 : undefined),
  }
}

/** Writes down the end of listings whose time has come. The edges stopped acting on them by themselves. */
export function endExpiredListings(): Job {
  return {
    name: 'expiry',
    everyMs: 10 * second,
    exclusive: true,
    run: async (ctx) => ((await endExpired(ctx, batch)) === batch ? 0 : undefined),
  }
}
