import { transact, type Context } from '../context.ts'
import { courseFor } from './decide-actions.ts'
import * as store from './store.ts'

/**
 * Whether the button will hand this request to a person, by the rules as they stand; the budgets of removals, which only pressing spends, may do so
 * besides. Reading acts on nothing.
 */
export async function isForPerson(ctx: Context, id: string): Promise<boolean> {
  const request = await store.byId(ctx.db.queries, id)
  if (!request) return false
  const course = await transact(ctx, async (tx) => await courseFor(tx, request))
  return course.kind === 'answer' && course.outcome === 'review'
}
