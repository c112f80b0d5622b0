import type { Limit } from './limits.ts'

/**
 * What was spent, in a sliding window. The promise is exact: no time of `windowMs`, wherever it begins, holds more than
 * `count` spends. A limit of up to 64 remembers each spend by itself; a larger one gathers them in 64ths of the window,
 * and keeps each until the last of its bucket is old enough, so it may refuse a little early and never a little late.
 */
export interface Spend {
  /** When the bucket begins. */
  readonly at: number
  readonly count: number
}

const mostBuckets = 64

/** How long a bucket is; one millisecond remembers every spend by itself. */
function bucketMs(limit: Limit): number {
  return limit.count <= mostBuckets ? 1 : Math.max(1, Math.ceil(limit.windowMs / mostBuckets))
}

/** When a bucket no longer counts. */
function freeAt(spend: Spend, limit: Limit): number {
  return spend.at + bucketMs(limit) - 1 + limit.windowMs
}

/**
 * The spends that still count. One from the future (another machine's clock is ahead) counts as made now: it was made by now.
 */
export function stillSpent(spends: readonly Spend[], limit: Limit, now: number): readonly Spend[] {
  return spends
    .map(({ at, count }) => ({ at: Math.min(at, now), count }))
    .filter((spend) => freeAt(spend, limit) > now)
}

/** How many more may be spent now. */
export function leftOf(spends: readonly Spend[], limit: Limit, now: number): number {
  const spent = stillSpent(spends, limit, now).reduce((sum, { count }) => sum + count, 0)
  return Math.max(0, limit.count - spent)
}

/** The spends after `count` more, or when there will be room for them. */
export function spendNow(
  spends: readonly Spend[],
  limit: Limit,
  now: number,
  count: number,
): { readonly spends: readonly Spend[] } | { readonly againAt: number } {
  const counted = stillSpent(spends, limit, now)
  if (leftOf(counted, limit, now) < count) return { againAt: roomAt(counted, limit, now, count) }
  const width = bucketMs(limit)
  const at = Math.floor(now / width) * width
  const last = counted.at(-1)
  if (last && last.at >= at)
    return { spends: [...counted.slice(0, -1), { at: last.at, count: last.count + count }] }
  return { spends: [...counted, { at, count }] }
}

/** When nothing is left in the window; the row may be forgotten then. */
export function emptyAt(spends: readonly Spend[], limit: Limit): number {
  return Math.max(0, ...spends.map((spend) => freeAt(spend, limit)))
}

function roomAt(spends: readonly Spend[], limit: Limit, now: number, wanted: number): number {
  let room = leftOf(spends, limit, now)
  for (const spend of spends) {
    room += spend.count
    if (room >= wanted) return freeAt(spend, limit)
  }
  return now + limit.windowMs
}
