import { knownWord } from '../../base/known-word.ts'
import type { Kysely } from 'kysely'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { padded } from '../../db/kept-statement.ts'
import type { Tables } from '../../db/schema.ts'
import { formatAddress, parseAddress } from '../../standards/ip.ts'
import { formatPrefix, parseListable, type Prefix } from '../../standards/prefix.ts'
import { controls, outcomeKinds, requestStates, type DelistRequest, type OutcomeFacts } from './request.ts'

type Queries = Kysely<Tables>
type Row = Tables['delist_requests']

const columns = [
  'id',
  'ip',
  'unit',
  'mailbox',
  'mailbox_key',
  'language',
  'note',
  'road',
  'control',
  'state',
  'link_hash',
  'browser_hash',
  'code_hash',
  'proof_token',
  'tries',
  'created_at',
  'expires_at',
  'decided_at',
  'outcome',
  'outcome_facts',
  'listing_id',
  'feed_seq',
  'wants_letter',
  'let_through_at',
  'let_through_edge',
  'queue_id',
  'accepted_at',
  'refused_again_at',
  'decided_by',
  'version',
  'participant_id',
] as const

export async function insert(queries: Queries, request: DelistRequest): Promise<void> {
  await queries.insertInto('delist_requests').values(toRow(request)).execute()
}

/** Compare and swap: false when the request has changed since it was read. */
export async function update(queries: Queries, request: DelistRequest): Promise<boolean> {
  const { id, ...row } = toRow({ ...request, version: request.version + 1 })
  const { numUpdatedRows } = await queries
    .updateTable('delist_requests')
    .set(row)
    .where('id', '=', id)
    .where('version', '=', request.version)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** The id may be anything that stands in an address. */
export async function byId(queries: Queries, id: string): Promise<DelistRequest | undefined> {
  if (!/^[0-9a-z]{1,40}$/.test(id)) return undefined
  const row = await queries
    .selectFrom('delist_requests')
    .select(columns)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && fromRow(row)
}

/** The request, for this transaction alone until it ends. Taken before the audit's head and after the feed's, so that nobody waits in a circle. */
export async function lockById(queries: Queries, id: string): Promise<DelistRequest | undefined> {
  await queries
    .updateTable('delist_requests')
    .set((eb) => ({ version: eb.ref('version') }))
    .where('id', '=', id)
    .execute()
  return await byId(queries, id)
}

export async function byProofToken(
  queries: Queries,
  token: string,
  unit: Prefix,
): Promise<DelistRequest | undefined> {
  const row = await queries
    .selectFrom('delist_requests')
    .select(columns)
    .where('unit', '=', formatPrefix(unit))
    .where('proof_token', '=', token)
    .executeTakeFirst()
  return row && fromRow(row)
}

/** The last request that delisted this unit, if it was decided after `since`. */
export async function lastDelisted(
  queries: Queries,
  unit: Prefix,
  since: number,
): Promise<DelistRequest | undefined> {
  const row = await queries
    .selectFrom('delist_requests')
    .select(columns)
    .where('unit', '=', formatPrefix(unit))
    .where('state', '=', 'done')
    .where('outcome', '=', 'delisted')
    .where('decided_at', '>=', since)
    .orderBy('decided_at', 'desc')
    .executeTakeFirst()
  return row && fromRow(row)
}

/** What the owner of this mailbox asked for by owning the network, newest first. */
export async function ofOwner(
  queries: Queries,
  { mailbox, mailboxKey }: { readonly mailbox: string; readonly mailboxKey: string },
  limit: number,
): Promise<DelistRequest[]> {
  const rows = await queries
    .selectFrom('delist_requests')
    .select(columns)
    .where('mailbox_key', '=', mailboxKey)
    // The key is for budgets: others may have the same.
    .where('mailbox', '=', mailbox)
    .where('control', '=', 'owner')
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

export async function openReview(queries: Queries, unit: Prefix): Promise<DelistRequest | undefined> {
  const row = await queries
    .selectFrom('delist_requests')
    .select(columns)
    .where('unit', '=', formatPrefix(unit))
    .where('state', '=', 'review')
    .orderBy('created_at')
    .executeTakeFirst()
  return row && fromRow(row)
}

/** Requests that wait together with the one of the unit that is in review, in the order they came. */
export async function listJoined(queries: Queries, unit: Prefix): Promise<DelistRequest[]> {
  const rows = await queries
    .selectFrom('delist_requests')
    .select(columns)
    .where('unit', '=', formatPrefix(unit))
    .where('state', '=', 'joined')
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(fromRow)
}

/** Requests of these threads of cases, in the order in which they came. */
export async function ofParticipants(
  queries: Queries,
  participants: readonly string[],
): Promise<DelistRequest[]> {
  if (participants.length === 0) return []
  const rows = await queries
    .selectFrom('delist_requests')
    .select(columns)
    .where('participant_id', 'in', participants)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(fromRow)
}

/** Requests that a person decides and that have no case; those in review first, which others join. */
export async function withoutCase(
  queries: Queries,
  limit: number,
): Promise<readonly { readonly id: string }[]> {
  return await queries
    .selectFrom('delist_requests')
    .select('id')
    .where('state', 'in', ['review', 'joined'])
    .where('participant_id', 'is', null)
    .orderBy('state', 'desc')
    .orderBy('created_at')
    .limit(limit)
    .execute()
}

/** Requests that a person decides, with their threads. */
export async function waitingWithCase(
  queries: Queries,
  limit: number,
): Promise<readonly { readonly id: string; readonly participantId: string }[]> {
  const rows = await queries
    .selectFrom('delist_requests')
    .select(['id', 'participant_id'])
    .where('state', 'in', ['review', 'joined'])
    .where('participant_id', 'is not', null)
    .limit(limit)
    .execute()
  return rows.flatMap(({ id, participant_id }) =>
    participant_id === null ? [] : [{ id, participantId: participant_id }],
  )
}

/** How many are in review: in all, and of those that show no control of their address. */
export async function countReviews(
  queries: Queries,
): Promise<{ readonly all: number; readonly unproven: number }> {
  const rows = await queries
    .selectFrom('delist_requests')
    .select((eb) => ['control', eb.fn.countAll<number>().as('count')])
    .where('state', '=', 'review')
    .groupBy('control')
    .execute()
  const all = rows.reduce((sum, { count }) => sum + Number(count), 0)
  return { all, unproven: Number(rows.find(({ control }) => control === 'none')?.count ?? 0) }
}

/** The request that has been in review for longest. */
export async function oldestReview(queries: Queries): Promise<DelistRequest | undefined> {
  const row = await queries
    .selectFrom('delist_requests')
    .select(columns)
    .where('state', '=', 'review')
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst()
  return row && fromRow(row)
}

/** Whether a person has declined a request of this unit since then. */
export async function wasDeclined(queries: Queries, unit: Prefix, since: number): Promise<boolean> {
  const row = await queries
    .selectFrom('delist_requests')
    .select('id')
    .where('unit', '=', formatPrefix(unit))
    .where('outcome', '=', 'declined')
    .where('decided_at', '>=', since)
    .executeTakeFirst()
  return row !== undefined
}

export async function byQueueId(
  queries: Queries,
  queueId: string,
  unit: Prefix,
): Promise<DelistRequest | undefined> {
  const row = await queries
    .selectFrom('delist_requests')
    .select(columns)
    .where('unit', '=', formatPrefix(unit))
    .where('queue_id', '=', queueId)
    .orderBy('created_at', 'desc')
    .executeTakeFirst()
  return row && fromRow(row)
}

/** Newest first; of reviews the oldest, because somebody waits. */
export async function list(
  queries: Queries,
  wanted: {
    readonly state?: string | undefined
    readonly unit?: Prefix | undefined
    readonly after?: { readonly createdAt: number; readonly id: string } | undefined
    readonly limit: number
  },
): Promise<DelistRequest[]> {
  let query = queries.selectFrom('delist_requests').select(columns)
  if (wanted.state) query = query.where('state', '=', wanted.state)
  if (wanted.unit) query = query.where('unit', '=', formatPrefix(wanted.unit))
  const [order, beyond] = wanted.state === 'review' ? (['asc', '>'] as const) : (['desc', '<'] as const)
  const { after } = wanted
  if (after)
    query = query.where((eb) =>
      eb.or([
        eb('created_at', beyond, after.createdAt),
        eb.and([eb('created_at', '=', after.createdAt), eb('id', beyond, after.id)]),
      ]),
    )
  const rows = await query.orderBy('created_at', order).orderBy('id', order).limit(wanted.limit).execute()
  return rows.map(fromRow)
}

export async function countInState(queries: Queries, state: string): Promise<number> {
  const { count } = await queries
    .selectFrom('delist_requests')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', state)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Those of the queue ids that a request waits for: let through, and not known to be accepted. */
export async function awaitedAmong(
  queries: Queries,
  queueIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await queries
    .selectFrom('delist_requests')
    .select('queue_id')
    .where('queue_id', 'in', padded(queueIds))
    .where('accepted_at', 'is', null)
    .execute()
  return new Set(rows.flatMap(({ queue_id }) => (queue_id === null ? [] : [queue_id])))
}

function toRow(request: DelistRequest): Row {
  return {
    id: request.id,
    ip: formatAddress(request.ip),
    unit: formatPrefix(request.unit),
    mailbox: request.mailbox,
    mailbox_key: request.mailboxKey,
    language: request.language,
    note: request.note,
    road: request.road,
    control: request.control,
    state: request.state,
    link_hash: request.linkHash,
    browser_hash: request.browserHash,
    code_hash: request.codeHash,
    proof_token: request.proofToken,
    tries: request.tries,
    created_at: request.createdAt,
    expires_at: request.expiresAt,
    decided_at: request.decidedAt,
    outcome: request.outcome,
    outcome_facts: JSON.stringify(request.outcomeFacts),
    listing_id: request.listingId,
    feed_seq: request.feedSeq,
    wants_letter: request.wantsLetter ? 1 : 0,
    let_through_at: request.letThroughAt,
    let_through_edge: request.letThroughEdge,
    queue_id: request.queueId,
    accepted_at: request.acceptedAt,
    refused_again_at: request.refusedAgainAt,
    decided_by: request.decidedBy,
    version: request.version,
    participant_id: request.participantId,
  }
}

function fromRow(row: Row): DelistRequest {
  const ip = parseAddress(row.ip)
  if (ip instanceof Refusal) throw new Error(`delist request ${row.id} names ${row.ip}, which is no address`)
  return {
    id: row.id,
    ip,
    unit: orThrow(parseListable(row.unit)),
    mailbox: orThrow(parseMailbox(row.mailbox)),
    mailboxKey: row.mailbox_key,
    language: row.language === 'zh-CN' ? 'zh-CN' : 'en',
    note: row.note,
    road: row.road === 'mail' ? 'mail' : 'write-in',
    control: knownWord(controls, row.control, `delist request ${row.id}`),
    state: knownWord(requestStates, row.state, `delist request ${row.id}`),
    linkHash: row.link_hash,
    browserHash: row.browser_hash,
    codeHash: row.code_hash,
    proofToken: row.proof_token,
    tries: row.tries,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    decidedAt: row.decided_at,
    outcome: row.outcome === null ? null : knownWord(outcomeKinds, row.outcome, `delist request ${row.id}`),
    outcomeFacts: JSON.parse(row.outcome_facts) as OutcomeFacts,
    listingId: row.listing_id,
    feedSeq: row.feed_seq,
    wantsLetter: row.wants_letter === 1,
    letThroughAt: row.let_through_at,
    letThroughEdge: row.let_through_edge,
    queueId: row.queue_id,
    acceptedAt: row.accepted_at,
    refusedAgainAt: row.refused_again_at,
    decidedBy: row.decided_by,
    version: row.version,
    participantId: row.participant_id,
  }
}
