/** Resolves on SIGTERM or SIGINT, or when the supervisor that forked this process has gone. */
export async function untilToldToStop(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
    process.once('disconnect', () => resolve())
  })
}

/** The channel to the supervisor would keep an otherwise finished process alive. */
export function leaveSupervisor(): void {
  if (process.connected) process.disconnect?.()
}
