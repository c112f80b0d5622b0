import { addressOf } from '../../standards/prefix.ts'
import { lockCase } from '../cases/hold-actions.ts'
import { closedAmong, participantOf } from '../cases/look-actions.ts'
import { say } from '../cases/say-actions.ts'
import { transact, type Context } from '../context.ts'
import { endOf } from '../forecasts/forecast.ts'
import { warmUpsIn, warmUpsOf } from '../forecasts/actions.ts'
import type { StopReason, WarmUp, WarmUpState } from '../forecasts/warm-up.ts'
import { change } from './desk-actions.ts'
import { unfitOf } from './fit-actions.ts'

/** Warm-ups read at once. */
const pageSize = 200

/**
 * Ends what is over, and stops for ever what has an address that is listed or does badly: the judgement no longer raised its budget from that moment
 * on. What nobody decided before its case was closed is withdrawn. How many have changed.
 */
export async function tendWarmUps(ctx: Context, signal?: AbortSignal): Promise<number> {
  let changed = 0
  let after = ''
  for (let isMore = true; isMore && !signal?.aborted;) {
    const page = await warmUpsIn(ctx, ['asked', 'agreed'], { after, limit: pageSize })
    const closed = new Set(
      await closedAmong(
        ctx,
        page.map(({ participantId }) => participantId),
      ),
    )
    for (const warmUp of page) {
      if (signal?.aborted) break
      const next = await nextOf(ctx, warmUp, closed.has(warmUp.participantId))
      if (next !== undefined && (await turn(ctx, warmUp, next))) changed++
    }
    after = page.at(-1)?.participantId ?? ''
    isMore = page.length === pageSize
  }
  return changed
}

interface Next {
  readonly state: Extract<WarmUpState, 'over' | 'stopped' | 'withdrawn'>
  readonly why: StopReason | null
}

async function nextOf(
  ctx: Context,
  { state, forecast, units }: WarmUp,
  isClosed: boolean,
): Promise<Next | undefined> {
  const now = ctx.clock.now()
  if (state === 'asked') return isClosed ? { state: 'withdrawn', why: null } : undefined
  if (endOf(forecast) <= now) return { state: 'over', why: null }
  if (forecast.startsAt > now) return undefined
  for (const unit of units) {
    const why = await unfitOf(ctx, addressOf(unit, 0))
    if (why !== undefined) return { state: 'stopped', why }
  }
  return undefined
}

async function turn(ctx: Context, { participantId, state }: WarmUp, next: Next): Promise<boolean> {
  const participant = await participantOf(ctx, participantId)
  if (!participant) return false
  return await transact(ctx, async (tx) => {
    const it = await lockCase(tx, participant.caseId)
    const [warmUp] = await warmUpsOf(tx, [participantId])
    // Somebody has decided meanwhile.
    if (!it || warmUp?.state !== state) return false
    await change(tx, it.id, { ...warmUp, ...next })
    if (next.state === 'stopped') await say(tx, participant, { says: 'forecast-stopped' })
    tx.afterCommit('cases')
    return true
  })
}
