import type { Kysely } from 'kysely'
import { Conflict } from '../../db/open.ts'
import type { Tables } from '../../db/schema.ts'

type Queries = Kysely<Tables>
export type IncidentRow = Tables['incidents']
export type CountedRow = Tables['incident_reports']
export type ActRow = Tables['incident_acts']

const columns = [
  'id',
  'account',
  'class',
  'severity',
  'state',
  'outcome',
  'opened_at',
  'last_report_at',
  'closed_at',
  'closed_by',
  'weight',
  'connector',
  'pool',
  'campaign',
  'note',
  'weigh_at',
  'closing_at',
  'version',
] as const

const actColumns = ['id', 'incident_id', 'account', 'kind', 'at', 'actor', 'why'] as const

export async function byId(queries: Queries, id: string): Promise<IncidentRow | undefined> {
  return await queries.selectFrom('incidents').select(columns).where('id', '=', id).executeTakeFirst()
}

/** The newest of this account and class. */
export async function newestOf(
  queries: Queries,
  account: string,
  abuseClass: string,
): Promise<IncidentRow | undefined> {
  return await queries
    .selectFrom('incidents')
    .select(columns)
    .where('account', '=', account)
    .where('class', '=', abuseClass)
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export async function insert(queries: Queries, row: IncidentRow): Promise<void> {
  await queries.insertInto('incidents').values(row).execute()
}

export async function update(
  queries: Queries,
  { id, version }: Pick<IncidentRow, 'id' | 'version'>,
  change: Partial<IncidentRow>,
): Promise<void> {
  const { numUpdatedRows } = await queries
    .updateTable('incidents')
    .set({ ...change, version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n) throw new Conflict(`incident ${id} was changed`)
}

/**
 * False when this message to this recipient is counted for the account already. What nobody vouched for, or what was not proven, makes room
 * for what is.
 */
export async function insertCounted(queries: Queries, row: CountedRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('incident_reports')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['account', 'message_key', 'recipient_key'])
        .doUpdateSet((eb) => ({
          grade: eb.ref('excluded.grade'),
          reporter: eb.ref('excluded.reporter'),
          organisation: eb.ref('excluded.organisation'),
          is_trusted: eb.ref('excluded.is_trusted'),
          report_id: eb.ref('excluded.report_id'),
        }))
        .where('incident_reports.grade', '<>', 'A')
        .where((eb) => eb(eb.ref('excluded.grade'), '=', 'A')),
    )
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/**
 * What is proven (grade A) of mail that an account sent since, and reported since: each reporter with the number of their reports. At most 5,000
 * of those whom we did not ask to report.
 */
export async function provenSince(
  queries: Queries,
  account: string,
  since: number,
): Promise<
  readonly { readonly reporter: string; readonly organisation: string; readonly reports: number }[]
> {
  const rows = await proven(queries, account, since)
    .select((eb) => [
      'reporter',
      eb.fn.min('organisation').as('organisation'),
      eb.fn.countAll<number>().as('reports'),
    ])
    .where('is_trusted', '=', 0)
    .groupBy('reporter')
    .limit(5000)
    .execute()
  return rows.map((row) => ({ ...row, reports: Number(row.reports) }))
}

/** The same of feedback loops: by organization, how many recipients and reports. */
export async function provenOfLoops(
  queries: Queries,
  account: string,
  since: number,
): Promise<
  readonly { readonly organisation: string; readonly reporters: number; readonly reports: number }[]
> {
  const byRecipient = proven(queries, account, since)
    .select((eb) => [eb.fn.min('organisation').as('organisation'), eb.fn.countAll<number>().as('reports')])
    .where('is_trusted', '=', 1)
    .groupBy('reporter')
    .as('recipients')
  const rows = await queries
    .selectFrom(byRecipient)
    .select((eb) => [
      'organisation',
      eb.fn.countAll<number>().as('reporters'),
      eb.fn.sum<number>('reports').as('reports'),
    ])
    .groupBy('organisation')
    .execute()
  return rows.map((row) => ({
    organisation: row.organisation,
    reporters: Number(row.reporters),
    reports: Number(row.reports),
  }))
}

function proven(queries: Queries, account: string, since: number) {
  return queries
    .selectFrom('incident_reports')
    .where('account', '=', account)
    .where('at', '>=', since)
    .where('sent_at', '>=', since)
    .where('grade', '=', 'A')
}

/** Those that are to be weighed again by now. */
export async function dueToWeigh(queries: Queries, now: number, limit: number): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('incidents')
    .select('id')
    .where('weigh_at', '<=', now)
    .orderBy('weigh_at')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Closed ones of which some reports are still open, the longest waiting first. */
export async function closing(queries: Queries, limit: number): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('incidents')
    .select('id')
    .where('closing_at', 'is not', null)
    .orderBy('closing_at')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Notes that another organization reports what is counted already; gives how many there are now. */
export async function noteOther(
  queries: Queries,
  { account, message_key, recipient_key, organisation }: CountedRow,
): Promise<number> {
  const row = await queries
    .updateTable('incident_reports')
    .set((eb) => ({ others: eb('others', '+', 1) }))
    .where('account', '=', account)
    .where('message_key', '=', message_key)
    .where('recipient_key', '=', recipient_key)
    .where('organisation', '<>', organisation)
    .returning('others')
    .executeTakeFirst()
  return row?.others ?? 0
}

export async function list(
  queries: Queries,
  wanted: {
    readonly states: readonly string[]
    readonly hidden: readonly string[]
    readonly accounts?: readonly string[] | undefined
    readonly class?: string | undefined
    readonly severity?: string | undefined
    readonly since?: number | undefined
    readonly until?: number | undefined
    readonly before?: { readonly at: number; readonly id: string } | undefined
    readonly limit: number
  },
): Promise<readonly IncidentRow[]> {
  const { states, hidden, accounts, since, until, before, limit } = wanted
  let query = queries.selectFrom('incidents').select(columns).where('state', 'in', states)
  if (hidden.length > 0) query = query.where('class', 'not in', hidden)
  if (accounts !== undefined) query = query.where('account', 'in', accounts)
  if (wanted.class !== undefined) query = query.where('class', '=', wanted.class)
  if (wanted.severity !== undefined) query = query.where('severity', '=', wanted.severity)
  if (since !== undefined) query = query.where('opened_at', '>=', since)
  if (until !== undefined) query = query.where('opened_at', '<', until)
  if (before)
    query = query.where((eb) =>
      eb.or([
        eb('last_report_at', '<', before.at),
        eb.and([eb('last_report_at', '=', before.at), eb('id', '<', before.id)]),
      ]),
    )
  return await query.orderBy('last_report_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

export async function countByState(
  queries: Queries,
  hidden: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await queries
    .selectFrom('incidents')
    .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
    .$if(hidden.length > 0, (query) => query.where('class', 'not in', hidden))
    .groupBy('state')
    .execute()
  return new Map(rows.map(({ state, count }) => [state, Number(count)]))
}

export async function insertAct(queries: Queries, row: ActRow): Promise<void> {
  await queries.insertInto('incident_acts').values(row).execute()
}

export async function actsOf(queries: Queries, incident: string): Promise<readonly ActRow[]> {
  return await queries
    .selectFrom('incident_acts')
    .select(actColumns)
    .where('incident_id', '=', incident)
    .orderBy('at')
    .orderBy('id')
    .limit(500)
    .execute()
}

/** Incidents that were opened within a time, each with the first time that somebody was told or stopped for it; at most 200,000. */
export async function openedWithin(
  queries: Queries,
  { since, until }: { readonly since: number; readonly until: number },
): Promise<
  readonly {
    readonly class: string
    readonly outcome: string | null
    readonly openedAt: number
    readonly closedAt: number | null
    readonly firstActAt: number | null
  }[]
> {
  const rows = await queries
    .selectFrom('incidents')
    .select((eb) => [
      'class',
      'outcome',
      'opened_at',
      'closed_at',
      eb
        .selectFrom('incident_acts')
        .select((inner) => inner.fn.min('incident_acts.at').as('at'))
        .whereRef('incident_acts.incident_id', '=', 'incidents.id')
        .where('incident_acts.kind', 'in', ['notify', 'suspend'])
        .as('first_act_at'),
    ])
    .where('opened_at', '>=', since)
    .where('opened_at', '<', until)
    .limit(200_000)
    .execute()
  return rows.map((row) => ({
    class: row.class,
    outcome: row.outcome,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
    firstActAt: row.first_act_at === null ? null : Number(row.first_act_at),
  }))
}

/** Acts of a time by kind. */
export async function countActsByKind(
  queries: Queries,
  { since, until }: { readonly since: number; readonly until: number },
): Promise<ReadonlyMap<string, number>> {
  const rows = await queries
    .selectFrom('incident_acts')
    .select((eb) => ['kind', eb.fn.countAll<number>().as('count')])
    .where('at', '>=', since)
    .where('at', '<', until)
    .groupBy('kind')
    .execute()
  return new Map(rows.map(({ kind, count }) => [kind, Number(count)]))
}

/** The last act of this kind on the account. */
export async function lastAct(queries: Queries, account: string, kind: string): Promise<ActRow | undefined> {
  return await queries
    .selectFrom('incident_acts')
    .select(actColumns)
    .where('account', '=', account)
    .where('kind', '=', kind)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export async function countActs(
  queries: Queries,
  wanted: {
    readonly kind: string
    readonly actor: string
    readonly since: number
    readonly account?: string | undefined
  },
): Promise<number> {
  let query = queries
    .selectFrom('incident_acts')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('kind', '=', wanted.kind)
    .where('actor', '=', wanted.actor)
    .where('at', '>', wanted.since)
  if (wanted.account !== undefined) query = query.where('account', '=', wanted.account)
  const { count } = await query.executeTakeFirstOrThrow()
  return Number(count)
}
