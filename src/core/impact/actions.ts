import { breathe } from '../../base/steps.ts'
import type { Prefix } from '../../standards/prefix.ts'
import type { Context } from '../context.ts'
import {
  firstHour,
  impactHours,
  impactOf,
  isIn,
  largeLine,
  stemOf,
  type Impact,
  type OfSender,
} from './impact.ts'
import * as store from './store.ts'

/** Senders in one page: some milliseconds in which core does nothing else. */
const pageSize = 500

/** What everybody has sent, to measure a range by. */
export interface WholeHouse {
  readonly wantedOfAll: number
  /** Who has at least that much wanted mail is large. */
  readonly line: number
}

/** What the listing of a range would have hit in the last three days. */
export async function measureImpact(ctx: Context, range: Prefix): Promise<Impact> {
  return await measureBy(ctx, range, await measureHouse(ctx))
}

/** Hour by hour, with a breath after each. */
export async function measureHouse(ctx: Context): Promise<WholeHouse> {
  const { queries } = ctx.db
  const most = ctx.settings.listing.impact.senders
  const first = firstHour(ctx.clock.now())
  const wanted = new Map<string, number>()
  let wantedOfAll = 0
  for (let which = first; which < first + impactHours; which++) {
    wantedOfAll += await store.wantedIn(queries, which)
    for (const each of await store.largestIn(queries, which, most))
      wanted.set(each.unit, (wanted.get(each.unit) ?? 0) + each.wanted)
    await breathe()
  }
  return { wantedOfAll, line: largeLine(wanted.values(), most) }
}

/** The same of one range, where the whole house was measured before. */
export async function measureBy(ctx: Context, range: Prefix, house: WholeHouse): Promise<Impact> {
  const stem = stemOf(range)
  const since = firstHour(ctx.clock.now())
  const senders: OfSender[] = []
  for (let after = stem; ;) {
    const page = await store.sendersFrom(ctx.db.queries, stem, since, after, pageSize)
    senders.push(...page.filter(({ unit }) => isIn(range, unit)))
    const last = page.at(-1)
    if (page.length < pageSize || last === undefined) return impactOf(senders, house)
    after = last.unit
    await breathe()
  }
}
