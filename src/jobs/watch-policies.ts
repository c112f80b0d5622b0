import { minute } from '../base/clock.ts'
import { PolicyWatch } from '../core/policies/actions.ts'
import type { Job } from './scheduler.ts'

/** Looks for the names of those who have none, and runs the tests that listings wait for. */
export function watchPolicies(): Job {
  const watch = new PolicyWatch()
  return {
    name: 'watch-policies',
    everyMs: minute,
    exclusive: true,
    run: async (ctx) => await watch.run(ctx),
  }
}
