import { day, minute } from '../../base/clock.ts'
import { breathe } from '../../base/steps.ts'
import { monthOf, publicCount, type PublicCount } from '../abuse/transparency.ts'
import type { Context } from '../context.ts'
import {
  appealsOf,
  figuresOfCases,
  figuresOfRemovals,
  figuresOfRules,
  targetsKept,
  type Backlog,
  type ClockCase,
  type ClockKind,
  type ClockRemoval,
  type Figures,
  type KindClock,
  type MonthFigures,
  type PublicClock,
  type Stretch,
} from './public-clock.ts'
import * as store from './store.ts'

export type { PublicClock } from './public-clock.ts'

/** Months that are shown. */
const mostMonths = 12
const recentMs = 30 * day
/** Appeals are few: a year of them says something where a month would not. */
const appealsMs = 365 * day

/** Anybody may ask, and the backlog is to be of now: an older answer than this is counted anew. */
const keptMs = 5 * minute

/** Rows of one step; between two of them others have their turn. */
const batch = 2000

/** The public clock of this process, counted once for all who ask. One for all doors. */
export class Clockwork {
  #counted: { readonly at: number; readonly clock: Promise<PublicClock> } | undefined

  async read(ctx: Context): Promise<PublicClock> {
    const now = ctx.clock.now()
    if (this.#counted === undefined || now - this.#counted.at >= keptMs || now < this.#counted.at) {
      const clock = count(ctx)
      this.#counted = { at: now, clock }
      clock.catch(() => (this.#counted = undefined))
    }
    return await this.#counted.clock
  }
}

async function count(ctx: Context): Promise<PublicClock> {
  const now = ctx.clock.now()
  const { support, retention } = ctx.settings
  const { calendar, firstMs, effectMs } = support
  const months = wholeMonths(now)
  const since = Math.min(months.at(-1)?.since ?? now, now - appealsMs)
  const { queries } = ctx.db
  const cases = await inSteps<ClockCase & { readonly id: string }>(
    async (after) => await store.casesSince(queries, since, after, batch),
  )
  const removals = await inSteps<ClockRemoval & { readonly id: string }>(
    async (after) =>
      await store.removalsSince(queries, Math.max(since, now - retention.requestsMs), after, batch),
  )
  const recent = { since: now - recentMs, until: now + 1 }
  const standing = await store.standingCases(queries, now)
  const ofCases = (kind: ClockKind): KindClock => {
    const own = cases.filter((each) => each.kind === kind)
    return {
      ...kindClock((stretch) => figuresOfCases(own, stretch, calendar), recent, {
        months,
        keptSince: now - retention.casesMs,
      }),
      backlog: backlogOf(standing.filter((each) => each.kind === kind)),
    }
  }
  const unconfirmed = await store.countUnconfirmed(queries, now)
  return {
    at: now,
    kinds: {
      'self-service': {
        ...kindClock((stretch) => figuresOfRemovals(removals, stretch), recent, {
          months,
          keptSince: now - retention.requestsMs,
        }),
        // Nothing of it ever waits for us.
        backlog: { open: 0, late: 0, waiting: publicCount(unconfirmed), testing: 0 },
      },
      rules: {
        ...kindClock((stretch) => figuresOfRules(cases, stretch, calendar), recent, {
          months,
          keptSince: now - retention.casesMs,
        }),
        // What waits for whoever asked, or for tests, stands among the other cases.
        backlog: { open: 0, late: 0, waiting: 0, testing: 0 },
      },
      investigate: ofCases('investigate'),
      cases: ofCases('cases'),
    },
    targets: targetsKept(cases, recent, firstMs),
    effectTargetMs: effectMs,
    appeals: appealsOf(cases, { since: now - appealsMs, until: now + 1 }),
    calendar,
  }
}

function kindClock(
  figures: (stretch: Stretch) => Figures,
  recent: Stretch,
  { months, keptSince }: { readonly months: readonly Stretch[]; readonly keptSince: number },
): Omit<KindClock, 'backlog'> {
  const told = months
    .filter(({ since }) => since >= keptSince)
    .map((stretch): MonthFigures => ({
      month: new Date(stretch.since).toISOString().slice(0, 7),
      ...figures(stretch),
    }))
  const firstWithAny = told.findLastIndex(({ first, effect }) => first.count !== 0 || effect.count !== 0)
  return { recent: figures(recent), months: told.slice(0, firstWithAny + 1) }
}

/** The whole months before this one, the newest first. */
function wholeMonths(now: number): readonly Stretch[] {
  const months: Stretch[] = []
  for (let until = monthOf(now); months.length < mostMonths; until = monthOf(until - 1))
    months.push({ since: monthOf(until - 1), until })
  return months
}

function backlogOf(standing: readonly store.Standing[]): Backlog {
  const countOf = (is: (each: store.Standing) => boolean): PublicCount =>
    publicCount(standing.filter(is).reduce((total, { count: each }) => total + each, 0))
  return {
    open: countOf(({ state }) => state === 'open'),
    late: countOf(({ state, isLate }) => state === 'open' && isLate),
    waiting: countOf(({ state }) => state === 'waiting'),
    testing: countOf(({ state }) => state === 'conditional'),
  }
}

async function inSteps<Row extends { readonly id: string }>(
  read: (after: string) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const all: Row[] = []
  for (;;) {
    const rows = await read(all.at(-1)?.id ?? '')
    all.push(...rows)
    if (rows.length < batch) return all
    await breathe()
  }
}
