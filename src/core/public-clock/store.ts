import { knownWord } from '../../base/known-word.ts'
import { sql, type Kysely } from 'kysely'
import { caseKinds, caseOutcomes, severities, type CaseState } from '../cases/case.ts'
import type { Tables } from '../../db/schema.ts'
import { kindOf, type ClockCase, type ClockKind, type ClockRemoval } from './public-clock.ts'

type Queries = Kysely<Tables>

/** Cases that were answered, were due or ended since then, or go on. Rows of one answer, so that a long history is read in steps. */
export async function casesSince(
  queries: Queries,
  since: number,
  after: string,
  limit: number,
): Promise<readonly (ClockCase & { readonly id: string })[]> {
  const rows = await queries
    .selectFrom('cases')
    .select([
      'id',
      'kind',
      'severity',
      'opened_at',
      'first_due_at',
      'answered_at',
      'ruled_at',
      'handed_at',
      'closed_at',
      'waited_ms',
      'outcome',
      'appealed_at',
    ])
    .where((eb) => eb.or([eb('closed_at', 'is', null), eb('closed_at', '>=', since)]))
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    kind: kindOf(knownWord(caseKinds, row.kind, 'a case')),
    severity: knownWord(severities, row.severity, 'a case'),
    openedAt: row.opened_at,
    firstDueAt: row.first_due_at,
    answeredAt: row.answered_at,
    ruledAt: row.ruled_at,
    handedAt: row.handed_at,
    closedAt: row.closed_at,
    waitedMs: row.waited_ms,
    outcome: row.outcome === null ? null : knownWord(caseOutcomes, row.outcome, 'a case'),
    appealedAt: row.appealed_at,
  }))
}

/**
 * Removals that the portal decided by itself since then. A gate counts where it had acknowledged something before: one that was added
 * later had nothing to do with it.
 */
export async function removalsSince(
  queries: Queries,
  since: number,
  after: string,
  limit: number,
): Promise<readonly (ClockRemoval & { readonly id: string })[]> {
  const { rows } = await sql<{
    id: string
    asked: number
    letter: number | null
    decided: number
    acted: number | null
    missing: number
  }>`
    select r.id as id, r.created_at as asked, l.sent_at as letter, r.decided_at as decided,
      (select max(h.at) from (${hadIt}) h) as acted,
      (select count(*) from (${hadIt}) h where h.at is null) as missing
    from delist_requests r left join letters l on l.key = 'confirm:' || r.id
    where r.outcome = 'delisted' and r.participant_id is null and r.decided_by is null and r.decided_at >= ${since} and r.feed_seq is not null
      and r.id > ${after}
    order by r.id limit ${limit}`.execute(queries)
  return rows.map((row) => ({
    id: row.id,
    askedAt: Number(row.asked),
    letterAt: row.letter === null ? null : Number(row.letter),
    decidedAt: Number(row.decided),
    actedAt: row.acted === null || Number(row.missing) > 0 ? null : Number(row.acted),
  }))
}

/** When each gate that was there acknowledged the change of request `r`; null where it has not yet. */
const hadIt = sql`
  select (select a.at from edge_acks a where a.edge = e.name and a.seq >= r.feed_seq order by a.seq limit 1) as at
  from edges e where exists (select 1 from edge_acks b where b.edge = e.name and b.seq < r.feed_seq)`

export interface Standing {
  readonly kind: ClockKind
  readonly state: Exclude<CaseState, 'closed'>
  readonly isLate: boolean
  readonly count: number
}

/** What is open at this moment. */
export async function standingCases(queries: Queries, now: number): Promise<readonly Standing[]> {
  const rows = await queries
    .selectFrom('cases')
    .select((eb) => [
      'kind',
      'state',
      eb.case().when('due_at', '<=', now).then(1).else(0).end().as('late'),
      eb.fn.countAll<number>().as('count'),
    ])
    .where('state', '<>', 'closed')
    .groupBy(['kind', 'state', 'late'])
    .execute()
  return rows.map(({ kind, state, late, count }) => ({
    kind: kindOf(knownWord(caseKinds, kind, 'a case')),
    state: knownWord(['open', 'waiting', 'conditional'], state, 'a case'),
    isLate: Number(late) === 1,
    count: Number(count),
  }))
}

/** Requests of the portal that wait for the sender's second half. */
export async function countUnconfirmed(queries: Queries, now: number): Promise<number> {
  const { count } = await queries
    .selectFrom('delist_requests')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', 'in', ['open', 'proven'])
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  return Number(count)
}
