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
  /** From the kill to the open door, for kills that were not followed by another before it opened. */
  readonly backMs: Readonly<Record<Part, readonly number[]>>
}

/**
 * `kill -9` at random moments, spread over the flows: mostly of a part that works, one time in five while the part that was killed
 * last is still starting, one time in eight of both at once.
 */
export async function killAtRandom(
  instance: Instance,
  plan: KillPlan,
  signal: AbortSignal,
): Promise<KillFigures> {
  const { below, kills, flows } = plan
  const counts = { core: 0, edge: 0 }
  const backMs: Record<Part, number[]> = { core: [], edge: [] }
  const watches: Record<Part, Promise<void>> = { core: Promise.resolve(), edge: Promise.resolve() }
  const killOne = async (part: Part): Promise<void> => {
    const pid = await pidOf(instance, part, signal)
    if (!kill(pid)) return
    const nth = ++counts[part]
    const at = performance.now()
    watches[part] = untilAnother(instance, part, pid, signal).then(() => {
      if (counts[part] === nth) backMs[part].push(performance.now() - at)
    })
  }
  let last: Part | undefined
  for (let nth = 0; nth < kills && !signal.aborted; nth = counts.core + counts.edge) {
    const isHasty = last !== undefined && below(5) === 0
    const due = ((nth + below(100) / 100) / kills) * flows
    while (!isHasty && plan.done() < due && !signal.aborted) await sleep(10)
    await sleep(below(isHasty ? 500 : 250))
    const part: Part = isHasty && last ? last : below(5) < 3 ? 'core' : 'edge'
    await killOne(part)
    last = part
    if (below(8) === 0 && nth + 1 < kills) await killOne(part === 'core' ? 'edge' : 'core')
    if (below(3) > 0) await watches[part]
  }
  await Promise.all([watches.core, watches.edge])
  return { ...counts, backMs }
}

/** Kills one part and waits until another process of it has opened its door. */
export async function killAndWait(instance: Instance, part: Part, mostMs = 90_000): Promise<void> {
  const signal = AbortSignal.timeout(mostMs)
  const pid = await pidOf(instance, part, signal)
  kill(pid)
  await untilAnother(instance, part, pid, signal)
  if (signal.aborted) throw new Error(`${part} is not back ${mostMs / 1000} s after it was killed`)
}

/** Waits until the part runs with another process id, and its door opens. */
async function untilAnother(
  instance: Instance,
  part: Part,
  killed: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && (await pidOf(instance, part, signal)) === killed) await sleep(10)
  await untilUp(instance, part, signal)
}

/** False when the process was dying already. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
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
