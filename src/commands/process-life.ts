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

/** The channel to the supervisor would keep an otherwise finished process alive. */
export function leaveSupervisor(): void {
  if (process.connected) process.disconnect?.()
}
