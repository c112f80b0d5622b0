import { minute } from '../base/clock.ts'
import { closeReportsDue } from '../core/abuse/desk-actions.ts'
import { examineDue, type Examining } from '../core/abuse/examine-actions.ts'
import type { Job } from './scheduler.ts'

/** Reports examined in one run; between two runs the lease is renewed. */
const batch = 100

/** Between two runs while there are more. */
const pauseMs = 1

/** Reads the reports of abuse that were kept, does what follows from them, and closes those of incidents that were closed. */
export function examineReports(how: Examining): Job {
  return {
    name: 'examine-reports',
    everyMs: minute,
    wake: 'reports',
    exclusive: true,
    run: async (ctx, signal) => {
      const closed = await closeReportsDue(ctx)
      const examined = await examineDue(ctx, how, batch, signal)
      return closed + examined > 0 ? pauseMs : undefined
    },
  }
}
