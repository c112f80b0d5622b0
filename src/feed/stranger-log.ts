import type { Context } from '../core/context.ts'
import { second } from '../base/clock.ts'

/** Notes who came without a key: whoever does so all day must not fill the disk. One line a second, with the number of those before it that have none. */
export function strangerLog({ log, clock }: Pick<Context, 'log' | 'clock'>) {
  let nextAt = -Infinity
  let unlogged = 0
  return (from: string | undefined, why: string): void => {
    const now = clock.elapsed()
    if (now < nextAt) {
      unlogged++
      return
    }
    log.warn('feed.stranger', { from, why, ...(unlogged > 0 && { unlogged }) })
    nextAt = now + second
    unlogged = 0
  }
}
