import { second } from '../base/clock.ts'
import { Engine } from '../core/reputation/engine-actions.ts'
import type { Job } from './scheduler.ts'

/** Between two steps of a backlog: pages and events come first. */
const pauseMs = 25

/** Follows the mail events: counts, lists, forgives, and tells the edges what senders may do. */
export function judgeMail(): Job {
  let engine: Engine | undefined
  return {
    name: 'engine',
    everyMs: second,
    wake: 'events',
    exclusive: true,
    run: async (ctx) => {
      try {
        if (engine === undefined || !(await engine.isCurrent(ctx))) engine = await Engine.open(ctx)
        return (await engine.step(ctx)) ? pauseMs : undefined
      } catch (error) {
        // What it knows may be ahead of what is written down: it remembers anew.
        engine = undefined
        throw error
      }
    },
  }
}
