import { knownWord } from '../../base/known-word.ts'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'
import {
  caseKinds,
  caseOutcomes,
  caseStates,
  severities,
  type Case,
  type CaseKind,
  type CaseState,
  type Condition,
  type Legal,
  type Severity,
} from './case.ts'

type Queries = Kysely<Tables>
type CaseRow = Tables['cases']

const columns = [
  'id',
  'kind',
  'state',
  'severity',
  'about',
  'opened_at',
  'opened_by',
  'first_due_at',
  'answered_at',
  'ruled_at',
  'handed_at',
  'effect_due_at',
  'effect_left_ms',
  'waited_ms',
  'waiting_since_at',
  'asked_until_at',
  'snoozed_until_at',
  'due_at',
  'conditions',
  'conditions_end_at',
  'checked_at',
  'told_at',
  'outcome',
  'why',
  'closed_at',
  'closed_by',
  'appealed_at',
  'assignee',
  'assigned_at',
  'assigned_by',
  'legal',
  'merged_into',
  'messages',
  'bytes',
  'unverified',
  'acks',
  'version',
] as const

export async function insertCase(queries: Queries, it: Case): Promise<void> {
  await queries.insertInto('cases').values(toRow(it)).execute()
}

/** Compare and swap: false when the case has changed since it was read. */
export async function updateCase(queries: Queries, it: Case): Promise<boolean> {
  const { id, ...row } = toRow({ ...it, version: it.version + 1 })
  const { numUpdatedRows } = await queries
    .updateTable('cases')
    .set(row)
    .where('id', '=', id)
    .where('version', '=', it.version)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** The id may be anything that stands in an address. */
export async function caseById(queries: Queries, id: string): Promise<Case | undefined> {
  if (!/^[0-9a-z]{1,40}$/.test(id)) return undefined
  const row = await queries.selectFrom('cases').select(columns).where('id', '=', id).executeTakeFirst()
  return row && fromRow(row)
}

/** The case, for this transaction alone until it ends. */
export async function lockCase(queries: Queries, id: string): Promise<Case | undefined> {
  if (!/^[0-9a-z]{1,40}$/.test(id)) return undefined
  await queries
    .updateTable('cases')
    .set((eb) => ({ version: eb.ref('version') }))
    .where('id', '=', id)
    .execute()
  return await caseById(queries, id)
}

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

function toRow(it: Case): CaseRow {
  return {
    id: it.id,
    kind: it.kind,
    state: it.state,
    severity: it.severity,
    about: it.about,
    opened_at: it.openedAt,
    opened_by: it.openedBy,
    first_due_at: it.firstDueAt,
    answered_at: it.answeredAt,
    ruled_at: it.ruledAt,
    handed_at: it.handedAt,
    effect_due_at: it.effectDueAt,
    effect_left_ms: it.effectLeftMs,
    waited_ms: it.waitedMs,
    waiting_since_at: it.waitingSinceAt,
    asked_until_at: it.askedUntilAt,
    snoozed_until_at: it.snoozedUntilAt,
    due_at: it.dueAt,
    conditions: JSON.stringify(it.conditions),
    conditions_end_at: it.conditionsEndAt,
    checked_at: it.checkedAt,
    told_at: it.toldAt,
    outcome: it.outcome,
    why: it.why,
    closed_at: it.closedAt,
    closed_by: it.closedBy,
    appealed_at: it.appealedAt,
    assignee: it.assignee,
    assigned_at: it.assignedAt,
    assigned_by: it.assignedBy,
    legal: it.legal === null ? null : JSON.stringify(it.legal),
    merged_into: it.mergedInto,
    messages: it.messages,
    bytes: it.bytes,
    unverified: it.unverified,
    acks: it.acks,
    version: it.version,
  }
}

function fromRow(row: CaseRow): Case {
  return {
    id: row.id,
    kind: knownWord(caseKinds, row.kind, 'a case'),
    state: knownWord(caseStates, row.state, 'a case'),
    severity: knownWord(severities, row.severity, 'a case'),
    about: row.about,
    openedAt: row.opened_at,
    openedBy: row.opened_by,
    firstDueAt: row.first_due_at,
    answeredAt: row.answered_at,
    ruledAt: row.ruled_at,
    handedAt: row.handed_at,
    effectDueAt: row.effect_due_at,
    effectLeftMs: row.effect_left_ms,
    waitedMs: row.waited_ms,
    waitingSinceAt: row.waiting_since_at,
    askedUntilAt: row.asked_until_at,
    snoozedUntilAt: row.snoozed_until_at,
    dueAt: row.due_at,
    conditions: JSON.parse(row.conditions) as readonly Condition[],
    conditionsEndAt: row.conditions_end_at,
    checkedAt: row.checked_at,
    toldAt: row.told_at,
    outcome: row.outcome === null ? null : knownWord(caseOutcomes, row.outcome, 'a case'),
    why: row.why,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
    appealedAt: row.appealed_at,
    assignee: row.assignee,
    assignedAt: row.assigned_at,
    assignedBy: row.assigned_by,
    legal: row.legal === null ? null : (JSON.parse(row.legal) as Legal),
    mergedInto: row.merged_into,
    messages: row.messages,
    bytes: row.bytes,
    unverified: row.unverified,
    acks: row.acks,
    version: row.version,
  }
}
