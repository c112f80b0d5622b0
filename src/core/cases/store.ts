import { knownWord } from '../../base/known-word.ts'
import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'
import {
  caseKinds,
  caseOutcomes,
  caseStates,
  severities,
  type Case,
  type Condition,
  type Legal,
} from './case.ts'

type Queries = Kysely<Tables>
type CaseRow = Tables['cases']

/** Of a case, as `fromRow` reads them. */
export const columns = [
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

export function fromRow(row: CaseRow): Case {
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
