import type { DecisionRecord, LetThrough } from '../../access/feed-frame.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { day, minute } from '../../base/clock.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseListable, unitOf, type Prefix } from '../../standards/prefix.ts'
import { transact, type Context } from '../context.ts'
import { takeTurn, tellEdges } from '../edges/actions.ts'
import { acceptedAt } from '../events/actions.ts'
import { saveRequest } from './decide-actions.ts'
import { isAnswered, shownState, type OutcomeKind, type ShownState } from './request.ts'
import * as store from './store.ts'
import * as watchStore from './watch-store.ts'

/** What follows a removal: the first message let through, its acceptance, or a new refusal. */

/** How far an edge's clock may be behind ours. */
const behindMs = 10 * minute

/**
 * The first message that passed after a removal ends the watch. A notice that lay in an edge's spool since an earlier removal says
 * nothing about this one.
 */
export async function noteLetThroughs(ctx: Context, notices: readonly LetThrough[]): Promise<void> {
  for (const notice of notices) {
    const unit = unitOfText(notice.ip)
    if (!(await watchStore.isWatched(ctx.db.queries, unit))) continue
    await transact(ctx, async (tx) => {
      await takeTurn(tx)
      const watch = await watchStore.takeWatch(tx.queries, unit, notice.at + behindMs)
      if (!watch) return
      await tellEdges(tx, { kind: 'unwatch', unit })
      const request = await store.byId(tx.queries, watch.request_id)
      if (!request || request.letThroughAt !== null) return
      await saveRequest(tx, {
        ...request,
        letThroughAt: notice.at,
        letThroughEdge: notice.edge,
        queueId: notice.queueId,
        // The MTA's own word may have come first.
        acceptedAt: (await acceptedAt(tx, notice.queueId, notice.ip)) ?? null,
      })
      tx.afterCommit('delisting')
    })
  }
}

/** A refusal by a table that already knew of the removal shows on the result page. */
export async function noteRefusals(ctx: Context, records: readonly DecisionRecord[]): Promise<void> {
  const since = ctx.clock.now() - 30 * day
  for (const refusal of records.filter((each) => each.mode === 'enforce' && each.code === 550)) {
    const unit = unitOfText(refusal.ip)
    const known = await store.lastDelisted(ctx.db.queries, unit, since)
    if (!known || known.refusedAgainAt !== null || refusal.table < (known.feedSeq ?? Infinity)) continue
    await transact(ctx, async (tx) => {
      const request = await store.byId(tx.queries, known.id)
      if (!request || request.refusedAgainAt !== null) return
      await saveRequest(tx, { ...request, refusedAgainAt: refusal.at })
      tx.afterCommit('delisting')
    })
  }
}

/**
 * The MTA said that it took the message with this queue id: "let through" becomes "accepted". False when nobody waits for it.
 * While the unit is under watch its let-through may be being noted at this moment, by somebody who did not see the MTA's word
 * yet (PostgreSQL): waiting for the turn that they have, one of the two sees the other.
 */
export async function noteAccepted(
  ctx: Context,
  message: { readonly ip: string; readonly queueId: string; readonly at: number },
): Promise<boolean> {
  const address = parseAddress(message.ip)
  if (address instanceof Refusal) return false
  const unit = unitOf(address)
  // Asked first: a watch that has ended by now ended in a transaction whose request is seen below.
  const isWatched = await watchStore.isWatched(ctx.db.queries, unit)
  if (!isWatched) {
    const waiting = await store.byQueueId(ctx.db.queries, message.queueId, unit)
    if (!waiting || waiting.acceptedAt !== null) return false
  }
  return await transact(ctx, async (tx) => {
    if (isWatched) await takeTurn(tx)
    const request = await store.byQueueId(tx.queries, message.queueId, unit)
    if (!request || request.acceptedAt !== null) return false
    await saveRequest(tx, { ...request, acceptedAt: message.at })
    tx.afterCommit('delisting')
    return true
  })
}

/** Units under watch, for an edge's snapshot. */
export async function listWatches(
  ctx: Context,
): Promise<readonly { readonly unit: Prefix; readonly until: number }[]> {
  const rows = await watchStore.listWatches(ctx.db.queries, ctx.clock.now())
  return rows.map((row) => ({
    unit: orThrow(parseListable(row.unit)),
    until: Math.ceil(row.until_at / 1000) * 1000,
  }))
}

function unitOfText(ip: string): Prefix {
  return unitOf(orThrow(parseAddress(ip)))
}

/** How the last request for a unit since then stands, whoever made it; one that ran out before it was decided is none. */
export async function lastRequestFor(
  ctx: Context,
  unit: Prefix,
  since: number,
): Promise<
  { readonly at: number; readonly state: ShownState; readonly outcome: OutcomeKind | null } | undefined
> {
  const recent = await store.list(ctx.db.queries, { unit, limit: 10 })
  const found = recent.find(
    (each) => isAnswered(each) || (each.state !== 'burned' && each.expiresAt > ctx.clock.now()),
  )
  if (!found || found.createdAt < since) return undefined
  return { at: found.createdAt, state: shownState(found), outcome: found.outcome }
}
