import type { DecisionRecord, LetThrough } from '../../access/feed-frame.ts'
import { reasonNames, type ReasonName } from '../../access/reasons.ts'
import type { Prefix } from '../../standards/prefix.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { day } from '../../base/clock.ts'
import { permit } from '../actor.ts'
import type { Context } from '../context.ts'
import { transact } from '../context.ts'
import { notifyOperator } from '../outbox/notice-actions.ts'
import * as store from './store.ts'

/** A decision as the edge recorded it, for people. */
export interface Decision {
  readonly edge: string
  readonly at: number
  readonly stage: string
  readonly ip: string
  readonly helo: string | null
  readonly ptr: string | null
  readonly mailFrom: string | null
  readonly code: number
  readonly status: string
  readonly reason: string
  readonly listing: string | null
  readonly count: number
  readonly mode: string
  /** Feed number of the table that decided. */
  readonly table: number
  /** At the message stage: each sending domain that the link speaks of, and the tests that failed; never empty. */
  readonly authentication?: readonly FailedAuthentication[]
}

export type FailedAuthentication = NonNullable<DecisionRecord['authentication']>

/** Keeps what an edge shipped; the same batch again changes nothing. */
export async function saveDecisions(
  ctx: Context,
  records: readonly DecisionRecord[],
  letThroughs: readonly LetThrough[],
): Promise<void> {
  await transact(ctx, async (tx) => {
    for (const each of records) {
      await store.upsertRecord(tx.queries, each)
      if (each.mode === 'enforce' || each.isVouched === true) await store.insertRecipients(tx.queries, each)
    }
    for (const each of letThroughs) await store.insertLetThrough(tx.queries, each)
  })
}

/** The decision that a case link was minted for; undefined until the edge has shipped it. */
export async function findDecision(
  ctx: Context,
  link: {
    readonly edge: string
    readonly unit: Prefix
    readonly minute: number
    readonly reason: ReasonName
    readonly listing: string | null
  },
): Promise<Decision | undefined> {
  const found = await store.byLink(ctx.db.queries, { ...link, unit: formatPrefix(link.unit) })
  const count = found.reduce((sum, each) => sum + each.count, 0)
  return found[0] && decisionOf({ ...found[0], count }, found)
}

/** Decisions about an address's unit, newest first. */
export async function decisionsAbout(
  ctx: Context,
  unit: Prefix,
  limit: number,
): Promise<readonly Decision[]> {
  return (await store.byUnit(ctx.db.queries, formatPrefix(unit), limit)).map((found) => decisionOf(found))
}

/** Units that were told again and again that they need a reverse name, each with an address of it. */
export async function unnamedUnits(
  ctx: Context,
  { since, least }: { readonly since: number; readonly least: number },
): Promise<readonly { readonly unit: string; readonly ip: string }[]> {
  return await store.unnamed(ctx.db.queries, since, least, 1000)
}

/** What the edges saw last of a unit: the address, and the name it greeted with. */
export async function lastSeenOf(
  ctx: Context,
  unit: Prefix,
): Promise<{ readonly ip: string; readonly helo: string | null } | undefined> {
  const [last] = await store.byUnit(ctx.db.queries, formatPrefix(unit), 1)
  return last
}

/** Refusals since a time: messages refused, and how many decisions they came from. */
export async function countRefusals(ctx: Context, since: number): Promise<number> {
  return await store.countSince(ctx.db.queries, since)
}

/** `all`: the records under the same link. */
export type { ObservedSender } from './store.ts'

/** What would have been said on one day while nothing, or not everything, is acted on. */
export interface Observed {
  /** Days with anything, newest first. */
  readonly days: readonly { readonly day: number; readonly count: number; readonly senders: number }[]
  /** Of the day that was asked for, the most often first. */
  readonly senders: readonly store.ObservedSender[]
}

/** Who would have been hit on a day (its beginning, milliseconds since 1970), and the days around. */
export async function observedOn(
  ctx: Context,
  { since, on, limit }: { readonly since: number; readonly on: number; readonly limit: number },
): Promise<Observed> {
  permit(ctx.actor, 'console.read')
  const { queries } = ctx.db
  const [days, senders] = await Promise.all([
    store.observedDays(queries, since),
    store.observedSenders(queries, on, on + day, limit),
  ])
  return { days, senders }
}

/** Lines of the daily letter. */
const digestLines = 10

/**
 * Tells the operator who would have been hit on the day before, once for each day and only when somebody would have been. Gives whether
 * there was anything to tell.
 */
export async function tellObserved(ctx: Context): Promise<boolean> {
  const today = ctx.clock.now() - (ctx.clock.now() % day)
  const { days, senders } = await observedOn(ctx, { since: today - day, on: today - day, limit: digestLines })
  const before = days.find(({ day: at }) => at === today - day)
  if (before === undefined) return false
  const top = senders.flatMap(({ unit, reason, count: messages }) => {
    const known = reasonNames.find((name) => name === reason)
    return known === undefined ? [] : [{ unit, reason: known, messages }]
  })
  await transact(ctx, async (tx) => {
    await notifyOperator(tx, {
      kind: 'observed-digest',
      key: `observed-digest:${new Date(before.day).toISOString().slice(0, 10)}`,
      slots: { day: before.day, messages: before.count, senders: before.senders, top },
    })
  })
  return true
}

function decisionOf(found: store.Found, all: readonly store.Found[] = [found]): Decision {
  const { authentication: _, ...rest } = found
  const failed = all.flatMap(({ authentication }) =>
    authentication === null ? [] : [JSON.parse(authentication) as FailedAuthentication],
  )
  return failed.length === 0 ? rest : { ...rest, authentication: failed }
}
