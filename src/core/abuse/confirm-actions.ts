import { Refusal } from '../../base/refusal.ts'
import { openTag } from '../../base/signed-token.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context } from '../context.ts'
import { fitsCode, fitsSecret, isGuess, type SecondHalf } from '../halves.ts'
import { left, spend } from '../limits/actions.ts'
import { statusOf, type ReportStatus } from './actions.ts'
import { hashedHalves } from './reporter-halves.ts'
import * as store from './store.ts'

/** Which report the link in our letter to its reporter is about. Opening it does nothing. Throws `abuse.report-not-found`. */
export function confirmableReport(ctx: Context, token: string): string {
  const id = openTag(ctx.keys.tags, 'confirm-report', token)
  if (id === undefined) throw new Refusal('abuse.report-not-found')
  return id
}

/**
 * The reporter confirms with the link in our letter and with the browser that reported, or with the code on the page of their receipt: from now
 * on they may be answered. Throws `abuse.report-not-found`, `links.second-half-wrong`, `limit.exceeded`.
 */
export async function confirmReporter(ctx: Context, token: string, half: SecondHalf): Promise<ReportStatus> {
  const id = confirmableReport(ctx, token)
  await checkHalf(ctx, id, half)
  return await transact(ctx, async (tx) => {
    const row = await store.byId(tx.queries, id)
    if (!row) throw new Refusal('abuse.report-not-found')
    if (row.may_answer === 1) return statusOf(tx, row)
    // What was examined before weighs something now.
    const again = row.state === 'examining' ? { state: 'received', next_at: tx.clock.now() } : {}
    await store.updateReport(tx.queries, row, { may_answer: 1, ...again })
    tx.afterCommit('reports')
    await record(tx, { action: 'report.confirmed', subject: `report:${id}`, facts: {} })
    return statusOf(tx, { ...row, may_answer: 1 })
  })
}

const tries = 'abuse.confirm.tries.day'

/** Each try of a code is paid for before it is looked at, so that none is free. */
async function checkHalf(ctx: Context, id: string, half: SecondHalf): Promise<void> {
  const { halves } = ctx.keys
  const hashed = hashedHalves(ctx, id)
  if (fitsSecret(halves, hashed, half.secret)) return
  if (isGuess(half)) await transact(ctx, async (tx) => await spend(tx, tries, id))
  if (fitsCode(halves, hashed, half.code)) return
  const rest = await left(ctx, tries, id)
  // Says when there will be room again.
  if (rest === 0) await transact(ctx, async (tx) => await spend(tx, tries, id))
  throw new Refusal('links.second-half-wrong', { left: rest })
}
