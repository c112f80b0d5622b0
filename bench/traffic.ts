import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { addFigures, type Figures } from './traffic/figures.ts'
import type { Job, JobResult } from './traffic/job.ts'
import { bar, judges } from './traffic/judges.ts'
import { writeOpenLoop } from './traffic/open-loop.ts'
import { report } from './traffic/report.ts'
import { aims, summaries } from './traffic/summary.ts'

/**
 * What judges of senders do to mail: three simulated weeks, the same for each (bench/traffic/). Prints one JSON object a line, first each
 * judge and population, then each judge and aim; how far it has come goes to stderr.
 *
 * node bench/traffic.ts [--seeds 10] [--judges srl,colour] [--scale 1] [--lag 0] [--threads 2] [--write docs/reputation-measured.md]
 * node bench/traffic.ts --events FILE --truth FILE [--seed 1] [--scale 1]
 *
 * `--lag`: seconds until a judge knows what became of a message. The second form writes the traffic for `postern replay`, and the truth
 * about it beside.
 */
const { values: flags } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    judges: { type: 'string', default: judges.map(({ name }) => name).join(',') },
    scale: { type: 'string', default: '1' },
    lag: { type: 'string', default: '0' },
    threads: { type: 'string', default: `${Math.min(4, availableParallelism())}` },
    write: { type: 'string' },
    events: { type: 'string' },
    truth: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})
const scale = Number(flags.scale)
const lagMs = Number(flags.lag) * 1000

if (flags.events !== undefined && flags.truth !== undefined) {
  const count = writeOpenLoop({ seed: Number(flags.seed), scale }, flags.events, flags.truth)
  process.stderr.write(`${count} lines\n`)
} else await evaluate()

async function evaluate(): Promise<void> {
  const seeds = Array.from({ length: Number(flags.seeds) }, (_, nth) => nth + 1)
  const names = flags.judges.split(',')
  const jobs = names.flatMap((judge) => seeds.map((seed) => ({ judge, seed, scale, lagMs })))
  const results = await runAll(jobs)
  const figures = new Map(names.map((name) => [name, addFigures(figuresOf(name, results))]))
  const all = [...figures].flatMap(([name, sum]) => summaries(name, sum))
  const reached = [...figures].flatMap(([name, sum]) => aims(name, sum))
  for (const line of [...all, ...reached]) process.stdout.write(`${JSON.stringify(line)}\n`)
  if (flags.write === undefined) return
  const counted = names.includes(bar) ? bar : names[0]
  const events = results
    .filter(({ job }) => job.judge === counted)
    .reduce((sum, { result }) => sum + result.steps, 0)
  writeFileSync(flags.write, report({ seeds: seeds.length, scale, lagMs, events }, all, reached))
}

interface Done {
  readonly job: Job
  readonly result: JobResult
}

function figuresOf(name: string, results: readonly Done[]): Figures[] {
  return results.filter(({ job }) => job.judge === name).map(({ result }) => result.figures)
}

/** Every job in a thread of its own, some at a time. In the order of the jobs. */
async function runAll(jobs: readonly Job[]): Promise<readonly Done[]> {
  const waiting = [...jobs.entries()]
  const done: Done[] = []
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [nth, job] = next
      const result = await inThread(job)
      done[nth] = { job, result }
      process.stderr.write(
        `${job.judge}, seed ${job.seed}: ${result.steps} steps in ${result.seconds.toFixed(1)} s\n`,
      )
    }
  }
  await Promise.all(Array.from({ length: Number(flags.threads) }, work))
  return done
}

function inThread(job: Job): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('traffic/worker.ts', import.meta.url), { workerData: job })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the thread ended with ${code}`)))
  })
}
