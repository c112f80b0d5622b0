import { closedAmong } from '../cases/look-actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { takeTurn } from '../edges/actions.ts'
import { handToCase, saysOf } from './case-actions.ts'
import { saveRequest } from './decide-actions.ts'
import { end } from './decide-case-actions.ts'
import type { DelistRequest } from './request.ts'
import * as store from './store.ts'

/** Requests handled in one run. */
const batch = 500

/**
 * Brings requests and cases together: a request whose case was closed without a decision, or whose asker withdrew, waits no longer, and one
 * that a version before cases put before a person gets its case.
 */
export async function settleRequests(ctx: Context): Promise<void> {
  for (const { id } of await store.withoutCase(ctx.db.queries, batch))
    await transact(ctx, async (tx) => await adopt(tx, id))
  const waiting = await store.waitingWithCase(ctx.db.queries, 20 * batch)
  const over = new Set(
    await closedAmong(
      ctx,
      waiting.map(({ participantId }) => participantId),
    ),
  )
  for (const { id, participantId } of waiting.filter((each) => over.has(each.participantId)))
    await transact(ctx, async (tx) => {
      await takeTurn(tx)
      const request = await store.lockById(tx.queries, id)
      const isOver = (await closedAmong(tx, [participantId])).length > 0
      if (!isOver || (request?.state !== 'review' && request?.state !== 'joined')) return
      await end(tx, request, 'closed')
      if (request.state === 'review') await moveUp(tx, request)
    })
}

/** The place in the queue goes to whoever waited with the request that is gone, the one who came first. */
async function moveUp(tx: Tx, { unit }: DelistRequest): Promise<void> {
  const [next] = await store.listJoined(tx.queries, unit)
  const locked = next && (await store.lockById(tx.queries, next.id))
  if (locked?.state === 'joined') await saveRequest(tx, { ...locked, state: 'review' })
}

async function adopt(tx: Tx, id: string): Promise<void> {
  await takeTurn(tx)
  const request = await store.lockById(tx.queries, id)
  if (!request || request.participantId !== null) return
  const open = request.state === 'joined' ? await store.openReview(tx.queries, request.unit) : undefined
  const { participant } = await handToCase(tx, request, open, saysOf(request))
  await saveRequest(tx, { ...request, participantId: participant.id })
}
