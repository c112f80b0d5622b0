import type { Context } from '../../core/context.ts'
import { left, type LimitName } from '../../core/limits/actions.ts'
import { limitOf } from '../../core/limits/limits.ts'

/** What a call spends from. */
export interface Budget {
  readonly name: LimitName
  readonly key: string
}

/** The headers of draft-ietf-httpapi-ratelimit-headers: what may be asked in all, and what is left of it. */
export async function rateLimitHeaders(
  ctx: Context,
  { name, key }: Budget,
): Promise<Readonly<Record<string, string>>> {
  const { count, windowMs } = limitOf(name, ctx.settings)
  return {
    'RateLimit-Policy': `"${name}";q=${count};w=${Math.round(windowMs / 1000)}`,
    RateLimit: `"${name}";r=${await left(ctx, name, key)}`,
  }
}
