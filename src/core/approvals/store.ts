import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>
export type ApprovalRow = Tables['approvals']

const columns = [
  'id',
  'kind',
  'subject',
  'facts',
  'permission',
  'proposed_by',
  'proposed_at',
  'expires_at',
  'state',
  'decided_by',
  'decided_at',
] as const

export async function approvalById(queries: Queries, id: string): Promise<ApprovalRow | undefined> {
  return await queries.selectFrom('approvals').select(columns).where('id', '=', id).executeTakeFirst()
}

/** Those that wait, oldest first. */
export async function waiting(queries: Queries, now: number): Promise<ApprovalRow[]> {
  return await queries
    .selectFrom('approvals')
    .select(columns)
    .where('state', '=', 'proposed')
    .where('expires_at', '>', now)
    .orderBy('proposed_at')
    .orderBy('id')
    .limit(200)
    .execute()
}

/** What somebody proposed since then, the latest first. */
export async function proposedBy(queries: Queries, name: string, since: number): Promise<ApprovalRow[]> {
  return await queries
    .selectFrom('approvals')
    .select(columns)
    .where('proposed_by', '=', name)
    .where('proposed_at', '>', since)
    .orderBy('proposed_at', 'desc')
    .orderBy('id')
    .limit(20)
    .execute()
}

/** False when one of this kind waits for this subject already. */
export async function insertApproval(queries: Queries, row: ApprovalRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('approvals')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** Writes down that nobody decided in time. */
export async function expire(
  queries: Queries,
  { kind, subject, now }: { readonly kind: string; readonly subject: string; readonly now: number },
): Promise<void> {
  await queries
    .updateTable('approvals')
    .set({ state: 'expired', decided_at: now })
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('state', '=', 'proposed')
    .where('expires_at', '<=', now)
    .execute()
}

/** Compare and swap: false when it does not wait any more. */
export async function decide(
  queries: Queries,
  change: {
    readonly id: string
    readonly state: 'confirmed' | 'declined'
    readonly by: string
    readonly now: number
  },
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('approvals')
    .set({ state: change.state, decided_by: change.by, decided_at: change.now })
    .where('id', '=', change.id)
    .where('state', '=', 'proposed')
    .where('expires_at', '>', change.now)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
