import { second } from '../base/clock.ts'
import { as, type Context, type Wake } from '../core/context.ts'
import { holdLease, releaseLease } from '../core/leases/actions.ts'

/** Work that core does by itself, again and again. Each run must bear being cut off, and being done twice. */
export interface Job {
  readonly name: string
  /** The longest time between two runs. */
  readonly everyMs: number
  /** Runs at once when this is heard. */
  readonly wake?: Wake
  /** Of several cores only one does it. */
  readonly exclusive?: boolean
  /** Gives in how many milliseconds it wants to run again, if that is sooner than `everyMs`; 0 is at once. */
  run(ctx: Context, signal: AbortSignal): Promise<number | void>
}

export interface Scheduler {
  /** Begins no run any more and waits for those that are on (at most ten seconds). */
  stop(): Promise<void>
}

/** How much longer than its cadence a job's lease lasts. */
const leaseSlackMs = 30 * second

/** Pause after a run that failed, when the cadence is longer. */
const afterFailureMs = 5 * second

const longestStopMs = 10 * second

/** Starts every job; a run that throws is logged and tried again, and never ends the process. `holder` names this core in leases. */
export function startJobs(ctx: Context, jobs: readonly Job[], holder: string): Scheduler {
  const stopping = new AbortController()
  const bells = jobs.map((job) => {
    const bell = new Bell()
    const off = job.wake === undefined ? undefined : ctx.wakes.on(job.wake, () => bell.ring())
    return { bell, off }
  })
  const loops = jobs.map(
    async (job, index) =>
      await repeat(
        as(ctx, { kind: 'system', name: job.name }),
        job,
        holder,
        bells[index]?.bell,
        stopping.signal,
      ),
  )
  return {
    async stop() {
      stopping.abort()
      for (const { bell, off } of bells) {
        off?.()
        bell.ring()
      }
      const patience = new Bell()
      await Promise.race([Promise.all(loops), patience.wait(longestStopMs)])
      patience.ring()
    },
  }
}

async function repeat(
  ctx: Context,
  job: Job,
  holder: string,
  bell = new Bell(),
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) await bell.wait(await runOnce(ctx, job, holder, signal))
  if (!job.exclusive) return
  await releaseLease(ctx, leaseName(job), holder).catch((error: unknown) =>
    ctx.log.warn('job.lease-kept', { job: job.name, error }),
  )
}

/** Gives the pause after it. */
async function runOnce(ctx: Context, job: Job, holder: string, signal: AbortSignal): Promise<number> {
  const hold = async (): Promise<boolean> =>
    await holdLease(ctx, leaseName(job), holder, job.everyMs + leaseSlackMs)
  let renewing: NodeJS.Timeout | undefined
  try {
    if (job.exclusive) {
      if (!(await hold())) return job.everyMs
      renewing = setInterval(() => void hold().catch(() => {}), leaseSlackMs / 3)
    }
    const wanted = await job.run(ctx, signal)
    return Math.min(wanted ?? job.everyMs, job.everyMs)
  } catch (error) {
    ctx.log.error('job.failed', { job: job.name, error })
    return Math.min(afterFailureMs, job.everyMs)
  } finally {
    clearInterval(renewing)
  }
}

function leaseName(job: Job): string {
  return `job:${job.name}`
}

/** Ends a sleep, or keeps the next one from beginning. */
class Bell {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  async wait(ms: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#rung = false
    this.#wake = undefined
  }
}
