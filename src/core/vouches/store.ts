import { isId } from '../../base/id.ts'
import type { Kysely } from 'kysely'
import { orThrow } from '../../base/refusal.ts'
import { reasonNames } from '../../access/reasons.ts'
import type { Tables, VouchesTable } from '../../db/schema.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { formatPrefix, parseListable, type Prefix } from '../../standards/prefix.ts'
import { recipientKey } from '../recipients/recipient.ts'
import { vouchEnds, type Vouch } from './vouch.ts'

type Queries = Kysely<Tables>

const columns = [
  'id',
  'mailbox',
  'recipient_id',
  'domain',
  'network',
  'hash',
  'ip',
  'reason',
  'since_at',
  'ends_at',
  'ended_at',
  'ended_why',
  'version',
] as const

type Row = Pick<VouchesTable, (typeof columns)[number]>

export async function insert(queries: Queries, it: Vouch): Promise<void> {
  await queries.insertInto('vouches').values(toRow(it)).execute()
}

/** Compare and swap: false when somebody else has changed it. */
export async function update(queries: Queries, it: Vouch): Promise<boolean> {
  const { id, ...row } = toRow({ ...it, version: it.version + 1 })
  const { numUpdatedRows } = await queries
    .updateTable('vouches')
    .set(row)
    .where('id', '=', id)
    .where('version', '=', it.version)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** The id may be anything that stands in an address. */
export async function byId(queries: Queries, id: string): Promise<Vouch | undefined> {
  if (!isId(id)) return undefined
  const row = await queries.selectFrom('vouches').select(columns).where('id', '=', id).executeTakeFirst()
  return row && fromRow(row)
}

/** The one that edges know by this hash, unless it has ended. */
export async function activeByHash(queries: Queries, hash: string): Promise<Vouch | undefined> {
  const row = await queries
    .selectFrom('vouches')
    .select(columns)
    .where('hash', '=', hash)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row && fromRow(row)
}

/** Whether an operator has ended one like it since then. */
export async function wasRevoked(queries: Queries, hash: string, since: number): Promise<boolean> {
  const row = await queries
    .selectFrom('vouches')
    .select('id')
    .where('hash', '=', hash)
    .where('ended_why', '=', 'revoked')
    .where('ended_at', '>', since)
    .executeTakeFirst()
  return row !== undefined
}

/** Those of a mailbox, newest first: all that have not ended, and those that ended since then. */
export async function ofMailbox(queries: Queries, mailbox: string, endedSince: number): Promise<Vouch[]> {
  const rows = await queries
    .selectFrom('vouches')
    .select(columns)
    .where('mailbox_key', '=', recipientKey(mailbox))
    .where((eb) => eb.or([eb('ended_at', 'is', null), eb('ended_at', '>=', endedSince)]))
    .orderBy('since_at', 'desc')
    .orderBy('id', 'desc')
    .limit(200)
    .execute()
  return rows.map(fromRow)
}

export async function countActive(
  queries: Queries,
  now: number,
  { mailbox, networks }: { readonly mailbox?: string; readonly networks?: readonly string[] } = {},
): Promise<number> {
  let query = queries
    .selectFrom('vouches')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('ended_at', 'is', null)
    .where('ends_at', '>', now)
  if (mailbox !== undefined) query = query.where('mailbox_key', '=', recipientKey(mailbox))
  if (networks !== undefined) query = query.where('network', 'in', networks)
  return Number((await query.executeTakeFirstOrThrow()).count)
}

/** All that act now, in the order of their ids, in pages. */
export async function activePage(
  queries: Queries,
  now: number,
  after: string,
  limit: number,
): Promise<
  readonly {
    readonly id: string
    readonly hash: string
    readonly network: Prefix | null
    readonly until: number
  }[]
> {
  const rows = await queries
    .selectFrom('vouches')
    .select(['id', 'hash', 'network', 'ends_at'])
    .where('ended_at', 'is', null)
    .where('ends_at', '>', now)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id, hash, network, ends_at: until }) => ({
    id,
    hash,
    network: network === null ? null : orThrow(parseListable(network)),
    until,
  }))
}

/** Those whose time is over and that are not written down as ended. */
export async function overdue(queries: Queries, now: number, limit: number): Promise<Vouch[]> {
  const rows = await queries
    .selectFrom('vouches')
    .select(columns)
    .where('ended_at', 'is', null)
    .where('ends_at', '<=', now)
    .orderBy('ends_at')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

/** For operators: newest first, in pages. */
export async function list(
  queries: Queries,
  wanted: {
    readonly isActive: boolean
    readonly network?: string | undefined
    readonly after?: { readonly at: number; readonly id: string } | undefined
    readonly limit: number
  },
): Promise<Vouch[]> {
  const { isActive, network, after, limit } = wanted
  let query = queries
    .selectFrom('vouches')
    .select(columns)
    .where('ended_at', isActive ? 'is' : 'is not', null)
  if (network !== undefined) query = query.where('network', '=', network)
  if (after)
    query = query.where((eb) =>
      eb.or([
        eb('since_at', '<', after.at),
        eb.and([eb('since_at', '=', after.at), eb('id', '<', after.id)]),
      ]),
    )
  const rows = await query.orderBy('since_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(fromRow)
}

function toRow(it: Vouch): VouchesTable {
  return {
    id: it.id,
    mailbox: it.mailbox,
    mailbox_key: recipientKey(it.mailbox),
    recipient_id: it.recipientId,
    domain: it.domain,
    network: it.network === null ? null : formatPrefix(it.network),
    hash: it.hash,
    ip: it.ip,
    reason: it.reason,
    since_at: it.sinceAt,
    ends_at: it.endsAt,
    ended_at: it.endedAt,
    ended_why: it.endedWhy,
    version: it.version,
  }
}

function fromRow(row: Row): Vouch {
  const reason = reasonNames.find((name) => name === row.reason)
  if (reason === undefined) throw new Error(`vouch ${row.id} is about ${row.reason}, which is no reason`)
  return {
    id: row.id,
    mailbox: orThrow(parseMailbox(row.mailbox)),
    recipientId: row.recipient_id,
    domain: row.domain,
    network: row.network === null ? null : orThrow(parseListable(row.network)),
    hash: row.hash,
    ip: row.ip,
    reason,
    sinceAt: row.since_at,
    endsAt: row.ends_at,
    endedAt: row.ended_at,
    endedWhy: vouchEnds.find((why) => why === row.ended_why) ?? null,
    version: row.version,
  }
}
