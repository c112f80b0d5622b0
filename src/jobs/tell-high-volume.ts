import { hour } from '../base/clock.ts'
import { tellHighVolume } from '../core/decisions/high-volume-actions.ts'
import type { Job } from './scheduler.ts'

/** Writes to the domains that the next stage of `highVolume` will hit, where the operator wants that. */
export function tellHighVolumeDomains(): Job {
  return {
    name: 'tell-high-volume',
    everyMs: 6 * hour,
    exclusive: true,
    async run(ctx) {
      if (ctx.settings.highVolume.notices !== 'before') return
      const written = await tellHighVolume(ctx)
      if (written > 0) ctx.log.info('high-volume.told', { written })
    },
  }
}
