import { hour } from '../../base/clock.ts'
import { breathe } from '../../base/steps.ts'
import type { Context } from '../context.ts'
import { figuresWithin } from './statistics-actions.ts'
import * as store from './store.ts'
import { monthOf, publicMonth, type PublicMonth } from './transparency.ts'

/** Months that are shown. */
const mostMonths = 24

/** Anybody may ask, and whole months change seldom: an older answer than this is counted anew. */
const keptMs = hour

/** The public figures of this process, counted once for all who ask. One for all doors. */
export class Transparency {
  #counted: { readonly at: number; readonly months: Promise<readonly PublicMonth[]> } | undefined

  /** The whole months before this one, the newest first; none before the first report, and none of which a part is deleted. */
  async months(ctx: Context): Promise<readonly PublicMonth[]> {
    const now = ctx.clock.now()
    if (this.#counted === undefined || now - this.#counted.at >= keptMs) {
      const months = countMonths(ctx)
      this.#counted = { at: now, months }
      months.catch(() => (this.#counted = undefined))
    }
    return await this.#counted.months
  }
}

async function countMonths(ctx: Context): Promise<readonly PublicMonth[]> {
  const now = ctx.clock.now()
  const first = await store.firstReceived(ctx.db.queries)
  const keptSince = now - ctx.settings.retention.abuseReportsMs
  const months: PublicMonth[] = []
  let until = monthOf(now)
  while (first !== undefined && until > first && months.length < mostMonths) {
    const since = monthOf(until - 1)
    if (since < keptSince) break
    months.push(publicMonth(since, await figuresWithin(ctx, { since, until })))
    until = since
    await breathe()
  }
  return months
}
