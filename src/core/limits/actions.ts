import { Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import { Conflict } from '../../db/open.ts'
import type { Context, Tx } from '../context.ts'
import { limitOf, type LimitName } from './limits.ts'
import { emptyAt, leftOf, spendNow } from './window.ts'
import * as store from './store.ts'

export type { LimitName } from './limits.ts'

/** One thing to pay for: a limit, whose (a mailbox, a prefix, a name …), and how much. */
export interface Cost {
  readonly name: LimitName
  readonly key: string
  /** Default 1. */
  readonly count?: number | undefined
}

/** Spends, or throws `limit.exceeded` with the time (`again`) when there will be room. What the transaction undoes was not spent. */
export async function spend(tx: Tx, name: LimitName, key: string, count = 1): Promise<void> {
  const refusal = await trySpend(tx, [{ name, key, count }])
  if (refusal) throw refusal
}

/** Spends all of the costs, or throws `limit.exceeded` and spends none. */
export async function spendAll(tx: Tx, costs: readonly Cost[]): Promise<void> {
  const refusal = await trySpend(tx, costs)
  if (refusal) throw refusal
}

/** Spends all of the costs, or none and gives the refusal. */
export async function trySpend(tx: Tx, costs: readonly Cost[]): Promise<Refusal | undefined> {
  const now = tx.clock.now()
  const due: { readonly window: store.Window; readonly untilAt: number }[] = []
  // Always in the same order, so that two transactions do not wait for each other.
  for (const { row, cost } of costs
    .map((cost) => ({ row: rowKey(tx, cost.name, cost.key), cost }))
    .sort(byRow)) {
    const limit = limitOf(cost.name, tx.settings)
    const window = await store.takeWindow(tx.queries, row)
    const answer = spendNow(window.spends, limit, now, cost.count ?? 1)
    if ('againAt' in answer) return exceeded(cost.name, answer.againAt)
    due.push({ window: { ...window, spends: answer.spends }, untilAt: emptyAt(answer.spends, limit) })
  }
  for (const { window, untilAt } of due) {
    if (!(await store.saveWindow(tx.queries, window, untilAt)))
      throw new Conflict(`limit window ${window.key} was changed`)
  }
  return undefined
}

/** How much may be spent now; inside a transaction, as it sees it. */
export async function left(ctx: Context | Tx, name: LimitName, key: string): Promise<number> {
  const queries = 'queries' in ctx ? ctx.queries : ctx.db.queries
  const spends = await store.readWindow(queries, rowKey(ctx, name, key))
  return leftOf(spends, limitOf(name, ctx.settings), ctx.clock.now())
}

function exceeded(name: LimitName, againAt: number): Refusal {
  return new Refusal('limit.exceeded', { limit: name, again: new Date(againAt).toISOString() })
}

/** What is stored says which limit, but not whose: mailboxes and clients are keyed hashes of 128 bits. */
function rowKey(ctx: Context, name: LimitName, key: string): string {
  return `${name}:${mac(ctx.keys.hashes, `limit\0${name}\0${key}`, 16).toString('base64url')}`
}

function byRow(a: { readonly row: string }, b: { readonly row: string }): number {
  return a.row < b.row ? -1 : 1
}
