import type { Ready, Supervisor } from '../supervisor.ts'
import type { Output } from './command.ts'

/**
 * Resolves on SIGTERM or SIGINT, or when the supervisor that forked this process has gone. Ctrl-C reaches every process of a
 * terminal at once: under a supervisor it is the supervisor's to act on, which ends its children in order.
 */
export async function untilToldToStop(): Promise<void> {
  const isSupervised = process.connected
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.on('SIGINT', () => (isSupervised ? undefined : resolve()))
    process.once('disconnect', () => resolve())
  })
}

/** Runs what the supervisor keeps until told to stop, or until a part cannot start; gives the exit status. */
export async function runSupervised(
  supervisor: Supervisor,
  output: Output,
  onReady: (doors: Ready['ready']) => void,
): Promise<number> {
  const stopped = untilToldToStop()
  const begun = await Promise.race([supervisor.ready, supervisor.gaveUp, stopped])
  if (typeof begun === 'object') onReady(begun)
  if (typeof begun !== 'string') await stopped
  await supervisor.stop()
  if (typeof begun !== 'string') return 0
  output.note(begun)
  return 1
}

/** The channel to the supervisor would keep an otherwise finished process alive. */
export function leaveSupervisor(): void {
  if (process.connected) process.disconnect?.()
}
