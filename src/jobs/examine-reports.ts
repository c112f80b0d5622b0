import { minute } from '../base/clock.ts'
import { examineDue, type Examining } from '../core/abuse/examine-actions.ts'
import type { Job } from './scheduler.ts'

/** Reports examined in one run; between two runs the lease is renewed. */
const batch = 100

/** Between two runs while there are more. */
const pauseMs = 1

/** Reads the reports of abuse that were kept, and does what follows from them. */
export function examineReports(how: Examining): Job {
  return {
    name: 'examine-reports',
    everyMs: minute,
    wake: 'reports',
    exclusive: true,
    run: async (ctx, signal) => ((await examineDue(ctx, how, batch, signal)) > 0 ? pauseMs : undefined),
  }
}
