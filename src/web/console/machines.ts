import { places } from './places.ts'
import type { ConsoleRoute } from './route.ts'

/** What programs ask: open to whoever reaches this listener, and about no sender and no person. */
export const machineRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.health.pattern,
    permission: 'anyone',
    safe: true,
    handle: async ({ c }) => c.text('ok\n'),
  },
  {
    method: 'GET',
    path: places.metrics.pattern,
    permission: 'anyone',
    safe: true,
    handle: async ({ c, deps }) =>
      c.body(await deps.metrics(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
  },
]
