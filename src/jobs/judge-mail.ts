import { second } from '../base/clock.ts'
import type { Context } from '../core/context.ts'
import { Engine } from '../core/reputation/engine-actions.ts'
import type { Job } from './scheduler.ts'

/** Whoever judges: the engine in this thread, or the one in a thread of its own. */
export interface Judge {
  /** Judges what has come, as far as it gets in one go; gives whether there is more. */
  judge(ctx: Context, signal: AbortSignal): Promise<boolean>
}

/** Between two goes at a backlog: whoever asked for the first one is heard. */
const pauseMs = 1

/** Follows the mail events: counts, lists, forgives, and tells the edges what senders may do. */
export function judgeMail(judge: Judge): Job {
  return {
    name: 'engine',
    everyMs: second,
    wake: 'events',
    exclusive: true,
    run: async (ctx, signal) => ((await judge.judge(ctx, signal)) ? pauseMs : undefined),
  }
}

/** The engine in this thread. It goes on for `spanMs` at most, and for one step at least. */
export function judgeHere(spanMs: number): Judge {
  let engine: Engine | undefined
  return {
    judge: async (ctx, signal) => {
      const until = ctx.clock.elapsed() + spanMs
      try {
        if (engine === undefined || !(await engine.isCurrent(ctx))) engine = await Engine.open(ctx)
        for (;;) {
          const isMore = await engine.step(ctx)
          if (isMore && signal.aborted) await engine.tell(ctx)
          if (!isMore || signal.aborted || ctx.clock.elapsed() >= until) return isMore
        }
      } catch (error) {
        // What it knows may be ahead of what is written down: it remembers anew.
        engine = undefined
        throw error
      }
    },
  }
}
