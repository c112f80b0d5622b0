import { sql, type Kysely } from 'kysely'
import { day } from '../../base/clock.ts'
import { Conflict } from '../../db/open.ts'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>
export type ReportRow = Tables['abuse_reports']
export type EvidenceRow = Tables['abuse_evidence']

const columns = [
  'id',
  'intake_key',
  'channel',
  'lifecycle',
  'state',
  'outcome',
  'class',
  'chosen_class',
  'received_at',
  'examined_at',
  'closed_at',
  'next_at',
  'attempts',
  'size',
  'reporter',
  'may_answer',
  'language',
  'grade',
  'account',
  'incident_id',
  'duplicate_of',
  'dedupe_key',
  'facts',
  'decided_by',
  'version',
  'source',
] as const

/** False when it was kept before. */
export async function insertReport(queries: Queries, row: ReportRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('abuse_reports')
    .values(row)
    .onConflict((conflict) => conflict.column('intake_key').doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

export async function insertEvidence(queries: Queries, row: EvidenceRow): Promise<void> {
  await queries.insertInto('abuse_evidence').values(row).execute()
}

export async function evidenceOf(queries: Queries, report: string): Promise<EvidenceRow | undefined> {
  return await queries
    .selectFrom('abuse_evidence')
    .select(['report_id', 'shape', 'envelope', 'content', 'at'])
    .where('report_id', '=', report)
    .executeTakeFirst()
}

export async function byId(queries: Queries, id: string): Promise<ReportRow | undefined> {
  return await queries.selectFrom('abuse_reports').select(columns).where('id', '=', id).executeTakeFirst()
}

export async function byIntakeKey(queries: Queries, key: string): Promise<ReportRow | undefined> {
  return await queries
    .selectFrom('abuse_reports')
    .select(columns)
    .where('intake_key', '=', key)
    .executeTakeFirst()
}

export async function byDedupeKey(queries: Queries, key: string): Promise<ReportRow | undefined> {
  return await queries
    .selectFrom('abuse_reports')
    .select(columns)
    .where('dedupe_key', '=', key)
    .executeTakeFirst()
}

export async function dueReports(
  queries: Queries,
  now: number,
  limit: number,
): Promise<readonly ReportRow[]> {
  return await queries
    .selectFrom('abuse_reports')
    .select(columns)
    // As the partial index has it.
    .where('state', '=', sql.lit('received'))
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(limit)
    .execute()
}

export async function updateReport(
  queries: Queries,
  { id, version }: Pick<ReportRow, 'id' | 'version'>,
  change: Partial<ReportRow>,
): Promise<void> {
  const { numUpdatedRows } = await queries
    .updateTable('abuse_reports')
    .set({ ...change, version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n) throw new Conflict(`report ${id} was changed`)
}

export async function ofIncident(
  queries: Queries,
  incident: string,
  {
    offset,
    limit,
    hidden,
  }: { readonly offset: number; readonly limit: number; readonly hidden: readonly string[] },
): Promise<readonly ReportRow[]> {
  let query = queries.selectFrom('abuse_reports').select(columns).where('incident_id', '=', incident)
  if (hidden.length > 0) query = query.where('class', 'not in', hidden)
  return await query.orderBy('received_at').orderBy('id').limit(limit).offset(offset).execute()
}

export async function countOfIncident(
  queries: Queries,
  incident: string,
  hidden: readonly string[],
): Promise<number> {
  let query = queries
    .selectFrom('abuse_reports')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('incident_id', '=', incident)
  if (hidden.length > 0) query = query.where('class', 'not in', hidden)
  return Number((await query.executeTakeFirstOrThrow()).count)
}

/** Those of an incident that are still open, at most `limit`. */
export async function openOfIncident(
  queries: Queries,
  incident: string,
  limit: number,
): Promise<readonly ReportRow[]> {
  return await queries
    .selectFrom('abuse_reports')
    .select(columns)
    .where('incident_id', '=', incident)
    // As the partial index has it.
    .where('state', '<>', sql.lit('closed'))
    .limit(limit)
    .execute()
}

export async function listReports(
  queries: Queries,
  wanted: {
    readonly states: readonly string[]
    readonly hidden: readonly string[]
    readonly unassigned: boolean
    readonly before?: { readonly at: number; readonly id: string } | undefined
    readonly limit: number
  },
): Promise<readonly ReportRow[]> {
  const { states, hidden, unassigned, before, limit } = wanted
  let query = queries.selectFrom('abuse_reports').select(columns).where('state', 'in', states)
  if (hidden.length > 0) query = query.where('class', 'not in', hidden)
  if (unassigned) query = query.where('incident_id', 'is', null)
  if (before)
    query = query.where((eb) =>
      eb.or([
        eb('received_at', '<', before.at),
        eb.and([eb('received_at', '=', before.at), eb('id', '<', before.id)]),
      ]),
    )
  return await query.orderBy('received_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

/** Live reports of a time by day (UTC), class, channel and outcome. */
export async function countByDay(
  queries: Queries,
  { since, until }: { readonly since: number; readonly until: number },
): Promise<
  readonly {
    readonly day: number
    readonly class: string
    readonly channel: string
    readonly outcome: string | null
    readonly count: number
  }[]
> {
  const ofDay = sql<number>`received_at - received_at % ${sql.lit(day)}`
  const rows = await queries
    .selectFrom('abuse_reports')
    .select((eb) => [ofDay.as('day'), 'class', 'channel', 'outcome', eb.fn.countAll<number>().as('count')])
    .where('received_at', '>=', since)
    .where('received_at', '<', until)
    .where('lifecycle', '=', 'live')
    .groupBy([ofDay, 'class', 'channel', 'outcome'])
    .execute()
  return rows.map((row) => ({ ...row, day: Number(row.day), count: Number(row.count) }))
}

/** Live reports of feedback loops by day (UTC) and source. */
export async function countLoops(
  queries: Queries,
  since: number,
): Promise<readonly { readonly day: number; readonly source: string; readonly count: number }[]> {
  const ofDay = sql<number>`received_at - received_at % ${sql.lit(day)}`
  const rows = await queries
    .selectFrom('abuse_reports')
    .select((eb) => [ofDay.as('day'), 'source', eb.fn.countAll<number>().as('count')])
    .where('received_at', '>=', since)
    .where('source', 'is not', null)
    .where('lifecycle', '=', 'live')
    .groupBy([ofDay, 'source'])
    .execute()
  return rows.map((row) => ({ day: Number(row.day), source: row.source ?? '', count: Number(row.count) }))
}

/** When the oldest report that is kept came. */
export async function firstReceived(queries: Queries): Promise<number | undefined> {
  const { at } = await queries
    .selectFrom('abuse_reports')
    .select((eb) => eb.fn.min('received_at').as('at'))
    .executeTakeFirstOrThrow()
  // The minimum of no rows is null, whatever the type of the column says.
  return (at as number | null) === null ? undefined : Number(at)
}

/** Reports by state and outcome since. */
export async function countReports(
  queries: Queries,
  since: number,
): Promise<readonly { readonly state: string; readonly outcome: string | null; readonly count: number }[]> {
  const rows = await queries
    .selectFrom('abuse_reports')
    .select((eb) => ['state', 'outcome', eb.fn.countAll<number>().as('count')])
    .where('received_at', '>=', since)
    .where('lifecycle', '=', 'live')
    .groupBy(['state', 'outcome'])
    .execute()
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}
