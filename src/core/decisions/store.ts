import { sql, type ExpressionBuilder, type Kysely } from 'kysely'
import type { DecisionRecord, LetThrough } from '../../access/feed-frame.ts'
import { day } from '../../base/clock.ts'
import { readRecipientHash } from '../../access/recipient-hash.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Tables } from '../../db/schema.ts'
import { parseAddress } from '../../standards/ip.ts'
import { formatPrefix, unitOf } from '../../standards/prefix.ts'

type Queries = Kysely<Tables>

const columns = [
  'edge',
  'at',
  'stage',
  'ip',
  'helo',
  'ptr',
  'mail_from as mailFrom',
  'code',
  'status',
  'reason',
  'listing_id as listing',
  'count',
  'mode',
  'table_seq as table',
  'authentication',
] as const

export type Found = Pick<
  Tables['decision_records'],
  | 'edge'
  | 'at'
  | 'stage'
  | 'ip'
  | 'helo'
  | 'ptr'
  | 'code'
  | 'status'
  | 'reason'
  | 'count'
  | 'mode'
  | 'authentication'
> & {
  readonly mailFrom: string | null
  readonly listing: string | null
  readonly table: number
}

/** The count of a record only grows, so a batch that arrives twice or late changes nothing. */
export async function upsertRecord(queries: Queries, record: DecisionRecord): Promise<void> {
  await queries
    .insertInto('decision_records')
    .values({
      edge: record.edge,
      boot: record.boot,
      seq: record.seq,
      at: record.at,
      stage: record.stage,
      ip: record.ip,
      unit: unitText(record.ip),
      helo: record.helo,
      ptr: record.ptr,
      mail_from: record.mailFrom,
      recipients: JSON.stringify(record.recipients),
      code: record.code,
      status: record.status,
      reason: record.reason,
      listing_id: record.listing,
      standing: null,
      budget: record.budget === null ? null : JSON.stringify(record.budget),
      table_seq: record.table,
      count: record.count,
      mode: record.isVouched === true ? 'vouched' : record.mode,
      signed_by: record.signedBy === undefined ? null : JSON.stringify(record.signedBy),
      minute: record.minute,
      authentication: record.authentication === undefined ? null : JSON.stringify(record.authentication),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['edge', 'boot', 'seq'])
        .doUpdateSet((eb) => ({ count: eb.ref('excluded.count'), recipients: eb.ref('excluded.recipients') }))
        .whereRef('excluded.count', '>', 'decision_records.count'),
    )
    .execute()
}

/** Whom the record is about, as far as its edge says it so that it can be found. */
export async function insertRecipients(
  queries: Queries,
  { edge, boot, seq, at, recipients }: DecisionRecord,
): Promise<void> {
  const rows = recipients.flatMap((each) => {
    const read = readRecipientHash(each)
    return read === undefined ? [] : [{ edge, boot, seq, at, recipient: read.mailbox, domain: read.domain }]
  })
  if (rows.length === 0) return
  await queries
    .insertInto('decision_recipients')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['edge', 'boot', 'seq', 'recipient']).doNothing())
    .execute()
}

/** Names one record among all. */
export interface RecordKey {
  readonly edge: string
  readonly boot: string
  readonly seq: number
}

/** Whose refusals are wanted, by hashes of every edge. */
export type Whose = { readonly recipients: readonly string[] } | { readonly domains: readonly string[] }

const recordColumns = [
  'r.edge',
  'r.boot',
  'r.seq',
  'r.at',
  'r.stage',
  'r.ip',
  'r.mail_from as mailFrom',
  'r.code',
  'r.status',
  'r.reason',
  'r.listing_id as listing',
  'r.mode',
  'r.signed_by',
] as const

/** What was refused to them since then, newest first, each record once; `count`: how many of theirs it names. */
export async function refusedTo(
  queries: Queries,
  wanted: {
    readonly whose: Whose
    readonly since: number
    /** What was refused, or what passed by a vouch. */
    readonly mode: 'enforce' | 'vouched'
    readonly before?: { readonly at: number; readonly seq: number } | undefined
    readonly only?: RecordKey | undefined
    readonly limit: number
  },
) {
  const { whose, since, mode, before, only, limit } = wanted
  let query = queries
    .selectFrom('decision_recipients as d')
    .innerJoin('decision_records as r', (join) =>
      join.onRef('r.edge', '=', 'd.edge').onRef('r.boot', '=', 'd.boot').onRef('r.seq', '=', 'd.seq'),
    )
    .select(recordColumns)
    .select((eb) => eb.fn.count<number>('d.recipient').as('count'))
    .where('d.at', '>=', since)
    .where('r.mode', '=', mode)
  query =
    'domains' in whose
      ? query.where('d.domain', 'in', whose.domains)
      : query.where('d.recipient', 'in', whose.recipients)
  if (before)
    query = query.where((eb) =>
      eb.or([eb('d.at', '<', before.at), eb.and([eb('d.at', '=', before.at), eb('d.seq', '<', before.seq)])]),
    )
  if (only)
    query = query
      .where('d.edge', '=', only.edge)
      .where('d.boot', '=', only.boot)
      .where('d.seq', '=', only.seq)
  const rows = await query
    .groupBy(['r.edge', 'r.boot', 'r.seq'])
    .orderBy('r.at', 'desc')
    .orderBy('r.seq', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

export async function insertLetThrough(queries: Queries, notice: LetThrough): Promise<void> {
  await queries
    .insertInto('let_throughs')
    .values({
      edge: notice.edge,
      boot: notice.boot,
      seq: notice.seq,
      at: notice.at,
      ip: notice.ip,
      unit: unitText(notice.ip),
      queue_id: notice.queueId,
      helo: notice.helo,
      mail_from: notice.mailFrom,
    })
    .onConflict((conflict) => conflict.columns(['edge', 'boot', 'seq']).doNothing())
    .execute()
}

/** An address that sends for several domains has one link for all of them within a minute. */
const mostUnderOneLink = 10

export async function byLink(
  queries: Queries,
  link: {
    readonly edge: string
    readonly unit: string
    readonly minute: number
    readonly reason: string
    readonly listing: string | null
  },
): Promise<Found[]> {
  const query = queries
    .selectFrom('decision_records')
    .select(columns)
    .where('unit', '=', link.unit)
    .where('edge', '=', link.edge)
    .where('minute', '=', link.minute)
    .where('reason', '=', link.reason)
    .where('mode', '<>', 'vouched')
  const exact =
    link.listing === null
      ? query.where('listing_id', 'is', null)
      : query.where('listing_id', '=', link.listing)
  return await exact.orderBy('at').limit(mostUnderOneLink).execute()
}

export async function byUnit(queries: Queries, unit: string, limit: number): Promise<Found[]> {
  return await queries
    .selectFrom('decision_records')
    .select(columns)
    .where('unit', '=', unit)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute()
}

/** Whether mail of the unit has passed because a recipient vouches for it. */
export async function hasPassedByVouch(queries: Queries, unit: string): Promise<boolean> {
  const row = await queries
    .selectFrom('decision_records')
    .select('at')
    .where('unit', '=', unit)
    .where('mode', '=', 'vouched')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function countSince(queries: Queries, since: number): Promise<number> {
  const { total } = await queries
    .selectFrom('decision_records')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('count'), eb.lit(0)).as('total'))
    .where('at', '>=', since)
    .where('mode', '=', 'enforce')
    .executeTakeFirstOrThrow()
  return Number(total)
}

/** Only recorded; or, while the engine only defers, put off for a listing that would refuse. */
function isObserved(eb: ExpressionBuilder<Tables, 'decision_records'>) {
  return eb.or([
    // What went to Junk was done, and not only observed.
    eb.and([
      eb('mode', '=', 'observe'),
      eb.or([eb('authentication', 'is', null), eb('authentication', 'not like', '%"isJunked":true%')]),
    ]),
    eb.and([eb('reason', '=', 'suspicious'), eb('listing_id', 'is not', null), eb('mode', '<>', 'vouched')]),
  ])
}

/** What would have been said, by day (beginnings, milliseconds since 1970), newest first. */
export async function observedDays(
  queries: Queries,
  since: number,
): Promise<readonly { readonly day: number; readonly count: number; readonly senders: number }[]> {
  const rows = await queries
    .selectFrom('decision_records')
    .select((eb) => [
      sql<number>`at - at % ${sql.lit(day)}`.as('day'),
      eb.fn.sum<number>('count').as('count'),
      eb.fn.count<number>('unit').distinct().as('senders'),
    ])
    .where(isObserved)
    .where('at', '>=', since)
    .groupBy(sql`at - at % ${sql.lit(day)}`)
    .orderBy(sql`at - at % ${sql.lit(day)}`, 'desc')
    .execute()
  return rows.map((row) => ({
    day: Number(row.day),
    count: Number(row.count),
    senders: Number(row.senders),
  }))
}

/** Who it would have been said to, the most often first. */
export async function observedSenders(
  queries: Queries,
  from: number,
  until: number,
  limit: number,
): Promise<readonly ObservedSender[]> {
  const rows = await queries
    .selectFrom('decision_records')
    .select((eb) => [
      'unit',
      'reason',
      'code',
      eb.fn.max('ptr').as('ptr'),
      eb.fn.sum<number>('count').as('count'),
      eb.fn.max('at').as('lastAt'),
    ])
    .where(isObserved)
    .where('at', '>=', from)
    .where('at', '<', until)
    .groupBy(['unit', 'reason', 'code'])
    .orderBy('count', 'desc')
    .orderBy('unit')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, count: Number(row.count), lastAt: Number(row.lastAt) }))
}

/** Units that were told, or would have been, that they need a reverse name, so many times at least; with an address of each. */
export async function unnamed(
  queries: Queries,
  since: number,
  least: number,
  limit: number,
): Promise<readonly { readonly unit: string; readonly ip: string }[]> {
  return await queries
    .selectFrom('decision_records')
    .select((eb) => ['unit', eb.fn.max('ip').as('ip')])
    .where('reason', '=', 'no-reverse-name')
    .where('mode', '<>', 'vouched')
    .where('at', '>=', since)
    .groupBy('unit')
    .having((eb) => eb.fn.sum('count'), '>=', least)
    .orderBy('unit')
    .limit(limit)
    .execute()
}

/** Messages that failed a test of the message stage, by domain and tests. */
export interface FailedRow {
  /** JSON, as it was recorded. */
  readonly authentication: string
  readonly messages: number
  readonly firstAt: number
  readonly lastAt: number
}

export async function failedAuthentications(queries: Queries, since: number): Promise<readonly FailedRow[]> {
  const rows = await queries
    .selectFrom('decision_records')
    .select((eb) => [
      'authentication',
      eb.fn.sum<number>('count').as('messages'),
      eb.fn.min('at').as('firstAt'),
      eb.fn.max('at').as('lastAt'),
    ])
    .where('reason', '=', 'authentication')
    .where('authentication', 'is not', null)
    .where('at', '>=', since)
    .groupBy('authentication')
    .execute()
  return rows.map(({ authentication, messages, firstAt, lastAt }) => ({
    authentication: authentication ?? '',
    messages: Number(messages),
    firstAt: Number(firstAt),
    lastAt: Number(lastAt),
  }))
}

/** One sender and reason of a day. */
export interface ObservedSender {
  /** `192.0.2.45/32` */
  readonly unit: string
  readonly reason: string
  readonly code: number
  readonly ptr: string | null
  /** Messages. */
  readonly count: number
  readonly lastAt: number
}

function unitText(ip: string): string {
  const address = parseAddress(ip)
  if (address instanceof Refusal) throw new Error(`decision record names ${ip}, which is no address`)
  return formatPrefix(unitOf(address))
}
