import type { Kysely } from 'kysely'
import type { DecisionRecord, LetThrough } from '../../access/feed-frame.ts'
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
] as const

type Found = Pick<
  Tables['decision_records'],
  'edge' | 'at' | 'stage' | 'ip' | 'helo' | 'ptr' | 'code' | 'status' | 'reason' | 'count' | 'mode'
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
      mode: record.mode,
      minute: record.minute,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['edge', 'boot', 'seq'])
        .doUpdateSet((eb) => ({ count: eb.ref('excluded.count'), recipients: eb.ref('excluded.recipients') }))
        .whereRef('excluded.count', '>', 'decision_records.count'),
    )
    .execute()
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

export async function byLink(
  queries: Queries,
  link: {
    readonly edge: string
    readonly unit: string
    readonly minute: number
    readonly reason: string
    readonly listing: string | null
  },
): Promise<Found | undefined> {
  const query = queries
    .selectFrom('decision_records')
    .select(columns)
    .where('unit', '=', link.unit)
    .where('edge', '=', link.edge)
    .where('minute', '=', link.minute)
    .where('reason', '=', link.reason)
  const exact =
    link.listing === null
      ? query.where('listing_id', 'is', null)
      : query.where('listing_id', '=', link.listing)
  return await exact.orderBy('at').executeTakeFirst()
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

export async function countSince(queries: Queries, since: number): Promise<number> {
  const { total } = await queries
    .selectFrom('decision_records')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('count'), eb.lit(0)).as('total'))
    .where('at', '>=', since)
    .where('mode', '=', 'enforce')
    .executeTakeFirstOrThrow()
  return Number(total)
}

function unitText(ip: string): string {
  const address = parseAddress(ip)
  if (address instanceof Refusal) throw new Error(`decision record names ${ip}, which is no address`)
  return formatPrefix(unitOf(address))
}
