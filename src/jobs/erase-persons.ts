import { minute } from '../base/clock.ts'
import { eraseWaiting } from '../core/person/erase-actions.ts'
import type { Job } from './scheduler.ts'

/** Erasures that waited for a case or a report to end. */
export function erasePersons(): Job {
  return {
    name: 'erase-persons',
    everyMs: 10 * minute,
    exclusive: true,
    run: async (ctx, signal) => void (await eraseWaiting(ctx, signal)),
  }
}
