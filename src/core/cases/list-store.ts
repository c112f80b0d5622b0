import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'
import type { Case, CaseKind, CaseState, Severity } from './case.ts'
import { columns, fromRow } from './store.ts'

type Queries = Kysely<Tables>

/** What the queue shows. */
export interface Wanted {
  readonly states: readonly CaseState[]
  readonly severity?: Severity | undefined
  readonly kind?: CaseKind | undefined
  /** A name of `actorName`; null: nobody's. */
  readonly assignee?: string | null | undefined
  readonly about?: string | undefined
  /** Restricted ones are left out: for whoever may not know what they are about. */
  readonly withoutLegal?: boolean | undefined
  /** Those that sleep now are left out. */
  readonly awakeAt?: number | undefined
  readonly offset: number
  readonly limit: number
}

/** By the clock: overdue and due first, then those that have no clock now; closed ones the latest first. */
export async function listCases(queries: Queries, wanted: Wanted): Promise<Case[]> {
  const { states, severity, kind, assignee, about, awakeAt } = wanted
  let query = queries.selectFrom('cases').select(columns).where('state', 'in', states)
  if (severity !== undefined) query = query.where('severity', '=', severity)
  if (kind !== undefined) query = query.where('kind', '=', kind)
  if (assignee === null) query = query.where('assignee', 'is', null)
  else if (assignee !== undefined) query = query.where('assignee', '=', assignee)
  if (about !== undefined) query = query.where('about', '=', about)
  if (wanted.withoutLegal === true) query = query.where('legal', 'is', null)
  if (awakeAt !== undefined)
    query = query.where((eb) =>
      eb.or([eb('snoozed_until_at', 'is', null), eb('snoozed_until_at', '<=', awakeAt)]),
    )
  const rows = await query
    .orderBy((eb) => eb.fn.coalesce('due_at', eb.lit(Number.MAX_SAFE_INTEGER)))
    .orderBy((eb) => eb.fn.coalesce('closed_at', eb.lit(0)), 'desc')
    .orderBy('opened_at')
    .orderBy('id')
    .offset(wanted.offset)
    .limit(wanted.limit)
    .execute()
  return rows.map(fromRow)
}

/** Whose the cases are that are not closed, each name once. */
export async function assigneesOfOpen(queries: Queries): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('cases')
    .select('assignee')
    .distinct()
    .where('state', '<>', 'closed')
    .where('assignee', 'is not', null)
    .execute()
  return rows.flatMap(({ assignee }) => assignee ?? [])
}

/** Those that are our turn and awake: how many, and how many of them are late. */
export async function countOpen(
  queries: Queries,
  now: number,
): Promise<{ readonly open: number; readonly overdue: number }> {
  const rows = await queries
    .selectFrom('cases')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .select((eb) => eb.fn.count<number>(eb.case().when('due_at', '<=', now).then(1).end()).as('late'))
    .where('state', '=', 'open')
    .where((eb) => eb.or([eb('snoozed_until_at', 'is', null), eb('snoozed_until_at', '<=', now)]))
    .executeTakeFirstOrThrow()
  return { open: Number(rows.count), overdue: Number(rows.late) }
}

/** Those that wait for an answer whose time was over by then, the longest first; tests that run and restricted ones are not among them. */
export async function unanswered(
  queries: Queries,
  before: number,
  limit: number,
): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('cases')
    .select('id')
    .where('state', '=', 'waiting')
    .where('asked_until_at', '<=', before)
    .where('conditions_end_at', 'is', null)
    .where('legal', 'is', null)
    .orderBy('asked_until_at')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Those whose tests were looked at no later than `before`, or whose participants have said something since; these first. */
export async function withConditions(queries: Queries, before: number, limit: number): Promise<Case[]> {
  const rows = await queries
    .selectFrom('cases')
    .select(columns)
    .where('conditions_end_at', 'is not', null)
    .where((is) => is.or([is('checked_at', 'is', null), is('checked_at', '<=', before)]))
    .orderBy('checked_at', (order) => order.asc().nullsFirst())
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

/** Those of the participants whose case is restricted. */
export async function restrictedAmong(
  queries: Queries,
  participants: readonly string[],
): Promise<readonly string[]> {
  if (participants.length === 0) return []
  const rows = await queries
    .selectFrom('case_participants')
    .innerJoin('cases', 'cases.id', 'case_participants.case_id')
    .select('case_participants.id')
    .where('case_participants.id', 'in', participants)
    .where('cases.legal', 'is not', null)
    .execute()
  return rows.map(({ id }) => id)
}

/** Ids that begin so, two at most; the beginning is letters and digits. */
export async function idsFrom(queries: Queries, beginning: string): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('cases')
    .select('id')
    .where('id', 'like', `${beginning}%`)
    .orderBy('id')
    .limit(2)
    .execute()
  return rows.map(({ id }) => id)
}

/** Cases that went on in this one, and those that went on in these. */
export async function mergedInto(queries: Queries, id: string): Promise<readonly string[]> {
  const found = new Set<string>()
  for (let into: readonly string[] = [id]; into.length > 0;) {
    const rows = await queries.selectFrom('cases').select('id').where('merged_into', 'in', into).execute()
    into = rows.map((row) => row.id).filter((each) => each !== id && !found.has(each))
    for (const each of into) found.add(each)
  }
  return [...found]
}

/** Cases that this mailbox takes part in, newest first. */
export async function casesOfMailbox(
  queries: Queries,
  { mailbox, mailboxKey }: { readonly mailbox: string; readonly mailboxKey: string },
  limit: number,
): Promise<Case[]> {
  const rows = await queries
    .selectFrom('cases')
    .select(columns)
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('case_participants')
        .select('case_id')
        .where('mailbox_key', '=', mailboxKey)
        // The key is for budgets: others may have the same.
        .where(sql<boolean>`lower(mailbox) = ${mailbox.toLowerCase()}`),
    )
    .orderBy('opened_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

/** Cases about one of these units, newest first. */
export async function casesAboutUnits(
  queries: Queries,
  units: readonly string[],
  limit: number,
): Promise<Case[]> {
  if (units.length === 0) return []
  const rows = await queries
    .selectFrom('cases')
    .select(columns)
    .where('about', 'in', units)
    .orderBy('opened_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

/** The case of each of these threads. */
export async function casesOfThreads(
  queries: Queries,
  threads: readonly string[],
): Promise<readonly { readonly thread: string; readonly case: Case }[]> {
  if (threads.length === 0) return []
  const rows = await queries
    .selectFrom('case_participants')
    .innerJoin('cases', 'cases.id', 'case_participants.case_id')
    .select('case_participants.id as thread')
    .select(columns.map((name) => `cases.${name}` as const))
    .where('case_participants.id', 'in', threads)
    .execute()
  return rows.map(({ thread, ...row }) => ({ thread, case: fromRow(row) }))
}

/** Cases about what begins with the stem: a stem holds digits, letters, dots, colons and slashes only, and no key has a `g`. */
export async function casesWithin(
  queries: Queries,
  stem: string,
  since: number,
  limit: number,
): Promise<Case[]> {
  const rows = await queries
    .selectFrom('cases')
    .select(columns)
    .where('about', 'like', `${stem}%`)
    .where('about', '>=', stem)
    .where('about', '<', `${stem}g`)
    .where('opened_at', '>=', since)
    .where((eb) => eb.or([eb('outcome', 'is', null), eb('outcome', '<>', 'merged')]))
    .orderBy('opened_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

/** Those of the participants whose case has ended, or who withdrew. */
export async function closedAmong(
  queries: Queries,
  participants: readonly string[],
): Promise<readonly string[]> {
  if (participants.length === 0) return []
  const rows = await queries
    .selectFrom('case_participants')
    .innerJoin('cases', 'cases.id', 'case_participants.case_id')
    .select('case_participants.id')
    .where('case_participants.id', 'in', participants)
    .where((eb) =>
      eb.or([eb('cases.state', '=', 'closed'), eb('case_participants.withdrawn_at', 'is not', null)]),
    )
    .execute()
  return rows.map(({ id }) => id)
}
