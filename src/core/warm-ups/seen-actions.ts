import { day } from '../../base/clock.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import type { Context } from '../context.ts'
import { daysOf } from '../forecasts/forecast.ts'
import type { WarmUp } from '../forecasts/warm-up.ts'
import { messagesOn } from '../reputation/seen-days-actions.ts'

/** A day of a forecast: what was announced for all its addresses together, and what was let in of them. */
export interface SeenDay {
  readonly at: number
  readonly forecast: number
  /** Null for days that have not begun, and before anybody has agreed: whose addresses they are nobody knows until then. */
  readonly seen: number | null
}

export async function seenDays(
  ctx: Context,
  { forecast, units, state }: WarmUp,
): Promise<readonly SeenDay[]> {
  const now = ctx.clock.now()
  const { startsAt, days } = forecast
  const isKnown = state === 'agreed' || state === 'stopped' || state === 'over'
  const seen = isKnown
    ? await messagesOn(ctx, units.map(formatPrefix), { from: startsAt, to: startsAt + days * day })
    : undefined
  return daysOf(forecast).map(({ at, messages }) => ({
    at,
    forecast: messages * units.length,
    seen: at > now || seen === undefined ? null : (seen.get(at) ?? 0),
  }))
}
