import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Tables } from '../../db/schema.ts'
import { day, hour } from '../../base/clock.ts'
import type { Keep, PurgedTable } from './retention.ts'

type Queries = Kysely<Tables>

/** Rows of one table whose time has passed. */
export interface Expired {
  readonly table: PurgedTable
  /** Columns of the primary key. */
  readonly key: readonly string[]
  /** Oldest first, by this column. */
  readonly by: string
  readonly where: RawBuilder<unknown>
  /** Its numbers (`seq`) have no gaps: a table that is too large to be counted. */
  readonly isNumbered?: boolean
  /** Too large to be counted. */
  readonly isLarge?: boolean
}

/** What may go, table by table. The audit is not among them. */
export function expiredRows(keep: Keep, now: number): readonly Expired[] {
  const finished = sql`state in ('sent', 'kept', 'dead', 'bounced') and created_at < ${keep.requests}`
  return [
    { table: 'feed_changes', key: ['seq'], by: 'seq', where: sql`at < ${keep.feedChanges}` },
    { table: 'edge_acks', key: ['edge', 'seq'], by: 'seq', where: sql`at < ${keep.requests}` },
    { table: 'decision_records', key: ['edge', 'boot', 'seq'], by: 'at', where: sql`at < ${keep.decisions}` },
    {
      table: 'decision_recipients',
      key: ['edge', 'boot', 'seq', 'recipient'],
      by: 'at',
      where: sql`at < ${keep.decisions}`,
      isLarge: true,
    },
    { table: 'let_throughs', key: ['edge', 'boot', 'seq'], by: 'at', where: sql`at < ${keep.decisions}` },
    {
      table: 'mail_events',
      key: ['seq'],
      by: 'received_at',
      where: sql`received_at < ${keep.events}`,
      isNumbered: true,
    },
    {
      table: 'evidence_hours',
      key: ['unit', 'hour', 'source', 'era'],
      by: 'hour',
      where: sql`hour < ${Math.floor(keep.evidence / hour)}`,
      isLarge: true,
    },
    { table: 'senders', key: ['unit'], by: 'seen_at', where: sql`seen_at < ${keep.senders}`, isLarge: true },
    {
      table: 'sender_groups',
      key: ['key'],
      by: 'seen_at',
      where: sql`seen_at < ${keep.senders}`,
      isLarge: true,
    },
    { table: 'reporters', key: ['name'], by: 'seen_at', where: sql`seen_at < ${keep.senders}` },
    { table: 'probes', key: ['id'], by: 'created_at', where: sql`created_at < ${keep.probes}` },
    {
      table: 'sent_mail',
      key: ['message_key', 'recipient_key', 'account'],
      by: 'at',
      where: sql`at < ${keep.sent}`,
      isLarge: true,
    },
    { table: 'abuse_evidence', key: ['report_id'], by: 'at', where: sql`at < ${keep.abuseEvidence}` },
    // What a person still has to decide waits, however old.
    {
      table: 'abuse_reports',
      key: ['id'],
      by: 'received_at',
      where: sql`received_at < ${keep.abuseReports} and state = 'closed'`,
    },
    { table: 'abuse_reporters', key: ['id'], by: 'seen_at', where: sql`seen_at < ${keep.abuseReports}` },
    {
      table: 'incident_reports',
      key: ['account', 'message_key', 'recipient_key'],
      by: 'at',
      where: sql`at < ${keep.abuseReports}`,
    },
    { table: 'incident_acts', key: ['id'], by: 'at', where: sql`at < ${keep.abuseReports}` },
    {
      table: 'incidents',
      key: ['id'],
      by: 'opened_at',
      where: sql`opened_at < ${keep.abuseReports} and state = 'closed'`,
    },
    {
      table: 'abuse_accounts',
      key: ['account'],
      by: 'seen_at',
      where: sql`seen_at < ${keep.abuseReports} and state = 'active'`,
    },
    { table: 'own_listings', key: ['id'], by: 'ended_at', where: sql`ended_at < ${keep.abuseReports}` },
    {
      table: 'case_originals',
      key: ['message_id'],
      by: 'message_id',
      where: sql`message_id in (select id from case_messages where case_id in ${oldCases(keep)})`,
    },
    { table: 'case_messages', key: ['id'], by: 'at', where: sql`case_id in ${oldCases(keep)}` },
    {
      table: 'deliverability_addresses',
      key: ['participant_id', 'prefix'],
      by: 'changed_at',
      where: sql`participant_id in (select id from case_participants where case_id in ${oldCases(keep)})`,
    },
    {
      table: 'warm_up_addresses',
      key: ['participant_id', 'unit'],
      by: 'participant_id',
      where: sql`participant_id in (select id from case_participants where case_id in ${oldCases(keep)})`,
    },
    {
      table: 'warm_ups',
      key: ['participant_id'],
      by: 'changed_at',
      where: sql`participant_id in (select id from case_participants where case_id in ${oldCases(keep)})`,
    },
    {
      table: 'deliverability_forms',
      key: ['participant_id'],
      by: 'participant_id',
      where: sql`participant_id in (select id from case_participants where case_id in ${oldCases(keep)})`,
    },
    { table: 'case_participants', key: ['id'], by: 'since_at', where: sql`case_id in ${oldCases(keep)}` },
    // What was said in it goes first: a case whose thread is not gone yet is still what leads to it.
    {
      table: 'cases',
      key: ['id'],
      by: 'closed_at',
      where: sql`closed_at < ${keep.cases} and not exists (select 1 from case_messages where case_id = cases.id)
        and not exists (select 1 from case_participants where case_id = cases.id)`,
    },
    { table: 'watches', key: ['unit'], by: 'until_at', where: sql`until_at < ${keep.ended}` },
    // A request that a person still has to decide waits, however old.
    {
      table: 'delist_requests',
      key: ['id'],
      by: 'created_at',
      where: sql`created_at < ${keep.requests} and state not in ('review', 'joined')`,
    },
    {
      table: 'listings',
      key: ['id'],
      by: 'ended_at',
      where: sql`state = 'ended' and ended_at < ${keep.endedListings}`,
    },
    { table: 'letters', key: ['id'], by: 'created_at', where: finished },
    { table: 'webhook_deliveries', key: ['id'], by: 'created_at', where: finished },
    { table: 'suppressions', key: ['mailbox_hash'], by: 'until_at', where: sql`until_at <= ${now}` },
    { table: 'limit_windows', key: ['key'], by: 'until_at', where: sql`until_at <= ${now}` },
    { table: 'sessions', key: ['id_hash'], by: 'expires_at', where: sql`expires_at <= ${now}` },
    { table: 'case_codes', key: ['hash'], by: 'expires_at', where: sql`expires_at < ${keep.ended}` },
    { table: 'recipient_sessions', key: ['hash'], by: 'expires_at', where: sql`expires_at <= ${now}` },
    { table: 'recipients', key: ['id'], by: 'seen_at', where: sql`seen_at < ${keep.requests}` },
    { table: 'vouches', key: ['id'], by: 'ended_at', where: sql`ended_at < ${keep.requests}` },
    { table: 'letter_links', key: ['id'], by: 'expires_at', where: sql`expires_at < ${keep.ended}` },
    { table: 'owner_sessions', key: ['hash'], by: 'expires_at', where: sql`expires_at <= ${now}` },
    {
      table: 'owner_tokens',
      key: ['id'],
      by: 'expires_at',
      where: sql`expires_at <= ${now} or owner_id not in (select id from owners)`,
    },
    {
      table: 'registered_networks',
      key: ['query'],
      by: 'expires_at',
      where: sql`expires_at <= ${now}`,
    },
    {
      table: 'owner_claims',
      key: ['id'],
      by: 'ended_at',
      where: sql`state = 'ended' and ended_at < ${keep.requests}`,
    },
    {
      table: 'owners',
      key: ['id'],
      by: 'seen_at',
      where: sql`seen_at < ${keep.requests} and id not in (select owner_id from owner_claims)`,
    },
    {
      table: 'sender_checks',
      key: ['domain', 'unit'],
      by: 'at',
      where: sql`at < ${keep.decisions}`,
    },
    // What waits for something to end waits, however old; what nobody agreed to goes soon, because it names somebody.
    {
      table: 'person_requests',
      key: ['id'],
      by: 'asked_at',
      where: sql`(state = 'done' and asked_at < ${keep.requests})
        or (state = 'declined' and done_at < ${keep.ended - 7 * day})
        or (state = 'proposed' and asked_at < ${keep.ended - 3 * day})`,
    },
    { table: 'enrolments', key: ['hash'], by: 'expires_at', where: sql`expires_at <= ${now}` },
    { table: 'spent_challenges', key: ['id'], by: 'expires_at', where: sql`expires_at < ${keep.ended}` },
    { table: 'idempotent_answers', key: ['key'], by: 'at', where: sql`at < ${keep.ended}` },
    { table: 'leases', key: ['name'], by: 'until_at', where: sql`until_at < ${keep.ended}` },
  ]
}

function oldCases(keep: Keep): RawBuilder<unknown> {
  return sql`(select id from cases where closed_at < ${keep.cases})`
}

export async function countRows(queries: Queries, { table, isNumbered = false }: Expired): Promise<number> {
  // The largest and the smallest for themselves: both are at an end of the index.
  const count = isNumbered
    ? sql`1 + (select max(seq) from ${sql.table(table)}) - (select min(seq) from ${sql.table(table)})`
    : sql`(select count(*) from ${sql.table(table)})`
  const { rows } = await sql<{ count: number | null }>`select ${count} as count`.execute(queries)
  return rows[0]?.count ?? 0
}

/** How many have expired, counting no further than `most`. */
export async function countExpired(
  queries: Queries,
  { table, where }: Expired,
  most: number,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (select 1 from ${sql.table(table)} where ${where} limit ${most}) some_rows
  `.execute(queries)
  return rows[0]?.count ?? 0
}

/**
 * Deletes at most `limit` of them, oldest first; gives how many. The condition stands twice: PostgreSQL asks only the outer one
 * again when somebody has just changed a row that it waited for, a budget that was spent, say.
 */
export async function deleteExpired(
  queries: Queries,
  { table, key, by, where }: Expired,
  limit: number,
): Promise<number> {
  const columns = sql.join(key.map((name) => sql.ref(name)))
  const { rows } = await sql`
    delete from ${sql.table(table)} where (${columns}) in (
      select ${columns} from ${sql.table(table)} where ${where} order by ${sql.ref(by)} limit ${limit}
    ) and ${where} returning 1 as gone
  `.execute(queries)
  return rows.length
}
