import type { Address } from '../../standards/ip.ts'
import type { Context } from '../context.ts'
import type { StopReason } from '../forecasts/warm-up.ts'
import { coveringListings } from '../listings/actions.ts'
import { knownSender } from '../reputation/explain-actions.ts'

/** Why the budget of an address must not be raised now; undefined when nothing is against it. */
export async function unfitOf(
  ctx: Context,
  address: Address,
): Promise<Exclude<StopReason, 'operator'> | undefined> {
  const listings = await coveringListings(ctx, address)
  // The most specific decides: one that lets the address through stands over a listed range.
  if (listings[0] !== undefined && listings[0].effect !== 'pass') return 'listed'
  const { grade } = await knownSender(ctx, address)
  return grade === 'poor' || grade === 'bad' ? 'grade' : undefined
}
