import { transact, type Context } from '../context.ts'
import { takeTurn, tellEdgesToResync } from '../edges/actions.ts'
import { engineName, policyName } from './listing.ts'
import * as store from './store.ts'

/**
 * At start: where `reputation.mode` has been changed, the edges fetch the list anew, for what the engine listed does something else now.
 */
export async function settleEngineMode(ctx: Context): Promise<void> {
  const { mode } = ctx.settings.reputation
  await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const before = await store.engineMode(tx.queries)
    if (before === mode) return
    await store.setEngineMode(tx.queries, mode, tx.clock.now())
    if (before === undefined) return
    for (const actor of [engineName, policyName])
      if (await store.hasActiveBy(tx.queries, actor)) return void (await tellEdgesToResync(tx))
  })
}
