import type { Case } from '../../src/core/cases/case.ts'
import { Checks } from '../../src/core/checks/actions.ts'
import type { Context } from '../../src/core/context.ts'
import { decideCase } from '../../src/core/delisting/decide-case-actions.ts'
import { inspectRequest } from '../../src/core/delisting/review-actions.ts'

/** A person decides the case of a request, with a sentence where they refuse. */
export async function decideReview(
  ctx: Context,
  { id, decision }: { readonly id: string; readonly decision: 'delist' | 'refuse' },
): Promise<Case> {
  const { case: caseId } = await inspectRequest(ctx, id)
  const words = 'It still sends.'
  const wish = decision === 'delist' ? { decision } : { decision, words }
  return await decideCase(ctx, new Checks(), { id: caseId ?? '', ...wish })
}
