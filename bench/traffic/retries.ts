import { day, minute, second } from '../../src/base/clock.ts'
import type { Draft, Retry } from './mail.ts'

interface Schedule {
  /** Before the second try, the third, and so on; the last one goes on. */
  readonly waits: readonly number[]
  readonly most: number
  /** After so long it goes back to its writer. */
  readonly forMs: number
}

const schedules: Readonly<Record<Retry, Schedule>> = {
  // Between Postfix (300 s doubling to 4,000 s), Exim and Exchange.
  mta: { waits: [5, 10, 20, 40, 80, 160, 240].map((wait) => wait * minute), most: 100, forMs: 5 * day },
  never: { waits: [], most: 1, forMs: 0 },
  // Bots that come back do so once or twice, before or after a greylist lets them.
  soon: { waits: [2 * minute, 12 * minute], most: 3, forMs: day },
  hammer: { waits: [10 * second], most: 30, forMs: day },
  impatient: { waits: [30 * second], most: 200, forMs: day },
}

/** When the sender tries again after a temporary answer to this attempt (1: the first); undefined when it gives up. */
export function nextTry({ retry, bornAt, luck }: Draft, attempt: number, at: number): number | undefined {
  const { waits, most, forMs } = schedules[retry]
  const wait = waits[attempt - 1] ?? waits.at(-1)
  if (wait === undefined || attempt >= most) return undefined
  // Queues run by their own clock: a tenth more or less.
  const next = Math.round(at + wait * (0.9 + 0.2 * ((luck * 997 * attempt) % 1)))
  return next - bornAt > forMs ? undefined : next
}
