import type { Context } from '../context.ts'
import { keepOutcomes, type MessageOutcome } from '../events/actions.ts'
import { noteAccepted } from './follow-actions.ts'

/** Takes what became of messages: an acceptance of the first message after a removal shows on its result page. Gives how many were new. */
export async function takeOutcomes(
  ctx: Context,
  source: string,
  outcomes: readonly MessageOutcome[],
): Promise<number> {
  const { kept, fresh } = await keepOutcomes(ctx, source, outcomes)
  // Those that were known too: core may have died between keeping them and this.
  for (const outcome of kept) if (outcome.outcome === 'accepted') await noteAccepted(ctx, outcome)
  return fresh
}
