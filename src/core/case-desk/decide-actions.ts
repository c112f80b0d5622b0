import type { Checks } from '../checks/actions.ts'
import type { Context } from '../context.ts'
import { decideAddresses } from '../deliverability/desk-actions.ts'
import { decideCase } from '../delisting/decide-case-actions.ts'
import { decideWarmUp, type WarmUpDecision } from '../warm-ups/desk-actions.ts'
import { mustReachOwner } from './legal-actions.ts'

/** Decisions about any case, restricted or not. Each throws `case.owner-gone` besides, where its owner would be written of it and nobody knows who would read. */

export async function decideAnyCase(
  ctx: Context,
  checks: Checks,
  input: Parameters<typeof decideCase>[2],
): Promise<void> {
  await mustReachOwner(ctx, input.id)
  await decideCase(ctx, checks, input)
}

export async function decideAnyAddresses(
  ctx: Context,
  input: Parameters<typeof decideAddresses>[1],
): ReturnType<typeof decideAddresses> {
  await mustReachOwner(ctx, input.id)
  return await decideAddresses(ctx, input)
}

export async function decideAnyWarmUp(ctx: Context, input: WarmUpDecision): Promise<void> {
  await mustReachOwner(ctx, input.id)
  await decideWarmUp(ctx, input)
}
