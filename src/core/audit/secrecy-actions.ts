import type { Context, Tx } from '../context.ts'
import * as store from './secrecy-store.ts'

/** Which things belong to a restricted case. Cases say so; whoever shows what is written of such a thing asks here. */

/** Restricts these, as parts of the case: `case:<id>`, `thread:<id>`, `delist-request:<id>`. */
export async function restrictSubjects(tx: Tx, caseId: string, subjects: readonly string[]): Promise<void> {
  await store.insertSubjects(tx.queries, caseId, [...new Set(subjects)])
}

/** Nothing of the case is restricted any more. */
export async function releaseSubjects(tx: Tx, caseId: string): Promise<void> {
  await store.deleteSubjects(tx.queries, caseId)
}

/** Subjects that a statement asks for at once. */
const most = 500

/** Those of the subjects that are restricted, each with the case that it belongs to. */
export async function restrictedOf(
  ctx: Context | Tx,
  subjects: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const queries = 'queries' in ctx ? ctx.queries : ctx.db.queries
  const all = [...new Set(subjects)]
  const found = new Map<string, string>()
  for (let from = 0; from < all.length; from += most)
    for (const { subject, case_id } of await store.casesOf(queries, all.slice(from, from + most)))
      found.set(subject, case_id)
  return found
}
