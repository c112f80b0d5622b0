import { minute } from '../base/clock.ts'
import { OwnListingWatch } from '../core/own-listings/actions.ts'
import type { Job } from './scheduler.ts'

/** Asks lists of others whether our own addresses are on them. */
export function watchOwnListings(): Job {
  const watch = new OwnListingWatch()
  return {
    name: 'watch-own-listings',
    everyMs: minute,
    exclusive: true,
    run: async (ctx) => await watch.run(ctx),
  }
}
