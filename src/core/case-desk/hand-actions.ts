import { Refusal } from '../../base/refusal.ts'
import { actorName, permit } from '../actor.ts'
import type { Case } from '../cases/case.ts'
import { casesNotOf, giveCase } from '../cases/desk-actions.ts'
import type { Context } from '../context.ts'
import { operatorsWith } from '../operators/actions.ts'

/** Cases go from hand to hand. */

/** Whoever can work on cases, by name; without whoever asks. */
export async function colleagues(ctx: Context): Promise<readonly string[]> {
  permit(ctx.actor, 'case.answer')
  const names = await operatorsWith(ctx, 'case.answer')
  return names.filter((name) => `operator:${name}` !== actorName(ctx.actor))
}

/**
 * Makes cases nobody's again whose assignee was removed or may not work on cases any more, so that a colleague finds them; how many. `limit`: at most.
 */
export async function takeBackCases(ctx: Context, limit: number): Promise<number> {
  permit(ctx.actor, 'case.answer')
  const names = (await operatorsWith(ctx, 'case.answer')).map((name) => `operator:${name}`)
  const left = await casesNotOf(ctx, names, limit)
  for (const id of left)
    await giveCase(ctx, { id, to: null }).catch((error: unknown) => {
      // Somebody has closed it meanwhile.
      if (!(error instanceof Refusal)) throw error
    })
  return left.length
}

/**
 * Gives a case to a colleague, who finds it among theirs with who gave it; webhooks are told. Throws `operator.not-found` for somebody who
 * may not work on cases.
 */
export async function handCase(
  ctx: Context,
  input: { readonly id: string; readonly to: string },
): Promise<Case> {
  permit(ctx.actor, 'case.answer')
  const names = await operatorsWith(ctx, 'case.answer')
  if (!names.includes(input.to)) throw new Refusal('operator.not-found', { name: input.to.slice(0, 40) })
  return await giveCase(ctx, { id: input.id, to: `operator:${input.to}` })
}
