import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../base/log.ts'
import { testContext } from '../../test/support/context.ts'
import { databases } from '../../test/support/database.ts'
import { startJobs, type Job } from './scheduler.ts'

const hour = 3_600_000

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; waited < 5000; waited += 5) {
    if (isSo()) return
    await sleep(5)
  }
  assert.fail('it did not come to be within 5 s')
}

function counting(job: Partial<Job> = {}): Job & { runs: number } {
  const counted = {
    name: 'count',
    everyMs: hour,
    runs: 0,
    ...job,
    async run(...given: Parameters<Job['run']>) {
      counted.runs++
      return await job.run?.(...given)
    },
  }
  return counted
}

describe('the scheduler', () => {
  const { open, close } = databases('SQLite')
  after(close)

  it('runs a job at the start, at its cadence, and when it hears its wake', async () => {
    const ctx = testContext()
    const often = counting({ everyMs: 10 })
    const woken = counting({ wake: 'letters' })
    const asleep = counting({ wake: 'feed' })
    const scheduler = startJobs(ctx, [often, woken, asleep], 'core')
    await until(() => often.runs >= 3 && woken.runs === 1 && asleep.runs === 1)
    ctx.wakes.wake('letters')
    await until(() => woken.runs === 2)
    assert.equal(asleep.runs, 1)
    await scheduler.stop()
    const before = often.runs
    ctx.wakes.wake('letters')
    await sleep(40)
    assert.deepEqual([often.runs, woken.runs], [before, 2])
  })

  it('does not miss a wake that comes while the job runs', async () => {
    const ctx = testContext()
    let finish: (() => void) | undefined
    const job = counting({
      wake: 'letters',
      run: async () => await new Promise<void>((resolve) => (finish = resolve)),
    })
    const scheduler = startJobs(ctx, [job], 'core')
    await until(() => finish !== undefined)
    ctx.wakes.wake('letters')
    finish?.()
    await until(() => job.runs === 2)
    finish?.()
    await scheduler.stop()
  })

  it('runs again when the job asks for it, and never later than its cadence', async () => {
    const soon = counting({ run: async () => 5 })
    const late = counting({ everyMs: 5, run: async () => hour })
    const scheduler = startJobs(testContext(), [soon, late], 'core')
    await until(() => soon.runs >= 3 && late.runs >= 3)
    await scheduler.stop()
  })

  it('logs what a job throws and tries again', async () => {
    const errors: unknown[] = []
    const log: Log = {
      info() {},
      warn() {},
      error: (event, fields) => void errors.push([event, fields?.['job']]),
    }
    const broken = counting({
      everyMs: 5,
      run: async () => {
        throw new Error('broken')
      },
    })
    const scheduler = startJobs(testContext({ log }), [broken], 'core')
    await until(() => broken.runs >= 3)
    await scheduler.stop()
    assert.deepEqual(errors[0], ['job.failed', 'count'])
  })

  it('acts in the name of the job', async () => {
    let actor: unknown
    const scheduler = startJobs(
      testContext(),
      [counting({ run: async (ctx) => void (actor = ctx.actor) })],
      'core',
    )
    await until(() => actor !== undefined)
    assert.deepEqual(actor, { kind: 'system', name: 'count' })
    await scheduler.stop()
  })

  it('waits for a run that is on when it is stopped', async () => {
    let ended = false
    const job = counting({
      run: async (_ctx, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        await sleep(20)
        ended = true
      },
    })
    const scheduler = startJobs(testContext(), [job], 'core')
    await until(() => job.runs === 1)
    await scheduler.stop()
    assert.equal(ended, true)
  })

  it('lets one of two cores do an exclusive job, and the other when the first has stopped', async () => {
    const db = await open()
    const jobs = [counting({ everyMs: 20, exclusive: true }), counting({ everyMs: 20, exclusive: true })]
    const first = startJobs(testContext({ db }), jobs.slice(0, 1), 'core-1')
    await until(() => (jobs[0]?.runs ?? 0) >= 1)
    const second = startJobs(testContext({ db: await open({ sameAs: db }) }), jobs.slice(1), 'core-2')
    await until(() => (jobs[0]?.runs ?? 0) >= 5)
    assert.equal(jobs[1]?.runs, 0)
    await first.stop()
    await until(() => (jobs[1]?.runs ?? 0) >= 1)
    await second.stop()
  })
})
