import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instance } from '../support/instance.ts'

export type Part = 'core' | 'edge'

export interface KillPlan {
  readonly kills: number
  readonly flows: number
  /** Flows that are through. */
  readonly done: () => number
  /** A whole number from 0 to one less than the argument. */
  readonly below: (count: number) => number
}

export interface KillFigures {
  readonly core: number
  readonly edge: number
  /** From the kill to the open door, for kills that were not followed by another. */
  readonly backMs: Readonly<Record<Part, readonly number[]>>
}

/**
 * `kill -9` at random moments, spread over the flows: mostly of a part that works, one time in five while the part that was killed
 * last is still starting, one time in eight of both at once.
 */
export async function killAtRandom(instance: Instance, plan: KillPlan, signal: AbortSignal): Promise<KillFigures> {
  const { below } = plan
  const counts = { core: 0, edge: 0 }
  const backMs: Record<Part, number[]> = { core: [], edge: [] }
  const killOne = async (part: Part): Promise<void> => {
    const pid = await pidOf(instance, part, signal)
    try {
      process.kill(pid, 'SIGKILL')
      counts[part]++
    } catch {
      // It was dying already: another is coming.
    }
  }
  let last: { readonly part: Part; readonly at: number } | undefined
  for (let nth = 0; counts.core + counts.edge < plan.kills && !signal.aborted; nth = counts.core + counts.edge) {
    const isHasty = last !== undefined && below(5) === 0
    if (last && !isHasty) {
      await untilUp(instance, last.part, signal)
      backMs[last.part].push(performance.now() - last.at)
    }
    const due = ((nth + below(100) / 100) / plan.kills) * plan.flows
    while (!isHasty && plan.done() < due && !signal.aborted) await sleep(10)
    await sleep(below(isHasty ? 500 : 250))
    const part = isHasty && last ? last.part : below(5) < 3 ? 'core' : 'edge'
    await killOne(part)
    last = { part, at: performance.now() }
    if (below(8) === 0 && counts.core + counts.edge < plan.kills) await killOne(part === 'core' ? 'edge' : 'core')
  }
  await untilUp(instance, 'core', signal)
  await untilUp(instance, 'edge', signal)
  return { ...counts, backMs }
}

/** The process of this part, as soon as the supervisor has started one. */
async function pidOf(instance: Instance, part: Part, signal: AbortSignal): Promise<number> {
  while (!signal.aborted) {
    const pid = (await instance.pids())[part]
    if (pid !== undefined) return pid
    await sleep(10)
  }
  throw new Error('the flows have ended')
}

/** Waits until the part's door opens. */
export async function untilUp(instance: Instance, part: Part, signal: AbortSignal): Promise<void> {
  const isUp = async (): Promise<boolean> =>
    part === 'edge'
      ? await opens(instance.ports.policy)
      : await fetch(`${instance.site}/readyz`).then(
          (answer) => answer.ok,
          () => false,
        )
  while (!signal.aborted && !(await isUp())) await sleep(20)
}

async function opens(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
