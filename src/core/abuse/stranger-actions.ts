import { checkChallenge, spendChallenge } from '../challenges/actions.ts'
import { transact, type Context } from '../context.ts'
import { receiveReport, type Incoming, type Receipt } from './actions.ts'

/**
 * Keeps a report of somebody whom nobody vouches for: it costs a proof of work first, which counts once. Throws `pow.invalid`,
 * `pow.replayed`, and what `receiveReport` throws.
 */
export async function receiveFromStranger(ctx: Context, incoming: Incoming, pow: string): Promise<Receipt> {
  const spent = await checkChallenge(ctx, pow)
  await transact(ctx, async (tx) => await spendChallenge(tx, spent))
  return await receiveReport(ctx, incoming)
}
