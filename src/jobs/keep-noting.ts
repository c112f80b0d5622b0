import { setTimeout as sleep } from 'node:timers/promises'
import { minute, second } from '../base/clock.ts'
import { Refusal } from '../base/refusal.ts'

const pauseMs = second
/** Less than a lease lasts: afterwards somebody else may have it. */
const patienceMs = 1.5 * minute

/**
 * Notes what has happened outside already, and tries again while the database is away or full: what is not noted
 * would be sent a second time.
 */
export async function keepNoting(note: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (let waited = 0; ; waited += pauseMs) {
    try {
      await note()
      return
    } catch (error) {
      const mayPass = error instanceof Refusal && error.status === 503
      if (!mayPass || signal.aborted || waited >= patienceMs) throw error
      await sleep(pauseMs, undefined, { signal }).catch(() => {})
    }
  }
}
