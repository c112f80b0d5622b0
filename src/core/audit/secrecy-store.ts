import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>

export async function insertSubjects(
  queries: Queries,
  caseId: string,
  subjects: readonly string[],
): Promise<void> {
  if (subjects.length === 0) return
  await queries
    .insertInto('restricted_subjects')
    .values(subjects.map((subject) => ({ subject, case_id: caseId })))
    .onConflict((conflict) => conflict.column('subject').doUpdateSet({ case_id: caseId }))
    .execute()
}

export async function deleteSubjects(queries: Queries, caseId: string): Promise<void> {
  await queries.deleteFrom('restricted_subjects').where('case_id', '=', caseId).execute()
}

/** Those of the subjects that are restricted, with their case. */
export async function casesOf(
  queries: Queries,
  subjects: readonly string[],
): Promise<readonly Tables['restricted_subjects'][]> {
  if (subjects.length === 0) return []
  return await queries
    .selectFrom('restricted_subjects')
    .select(['subject', 'case_id'])
    .where('subject', 'in', subjects)
    .execute()
}
