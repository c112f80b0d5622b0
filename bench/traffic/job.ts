import type { Figures } from './figures.ts'
import { judges } from './judges.ts'
import { runTraffic } from './loop.ts'
import { Measure } from './measure.ts'
import { Traffic } from './traffic.ts'

/** One judge on one seed. */
export interface Job {
  readonly judge: string
  readonly seed: number
  readonly scale: number
  readonly lagMs: number
}

export interface JobResult {
  readonly figures: Figures
  /** Steps of the traffic, retries included. */
  readonly steps: number
  readonly seconds: number
}

export function runJob({ judge, seed, scale, lagMs }: Job): JobResult {
  const candidate = judges.find(({ name }) => name === judge)
  if (!candidate) throw new Error(`there is no judge ${judge}`)
  const begun = performance.now()
  const traffic = new Traffic({ seed, scale })
  const measure = new Measure(traffic)
  let steps = 0
  const watch: Parameters<typeof runTraffic>[2] = (step, decision) => {
    steps++
    measure.watch(step, decision)
  }
  runTraffic(traffic, candidate.make(), watch, lagMs)
  return { figures: measure.figures(), steps, seconds: (performance.now() - begun) / 1000 }
}
