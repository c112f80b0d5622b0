import { knownWord } from '../../base/known-word.ts'
import { sql, type Kysely } from 'kysely'
import { causeNames, listingClasses, type ListingClass } from '../../access/reasons.ts'
import type { Tables } from '../../db/schema.ts'
import {
  coveringPrefixes,
  formatPrefix,
  parseListable,
  rangeKeys,
  type Prefix,
} from '../../standards/prefix.ts'
import { Refusal } from '../../base/refusal.ts'
import type { ListingEntry } from '../../access/listing-entry.ts'
import { engineModes, type EngineMode } from '../../access/standing.ts'
import { judgedAs, type Address } from '../../standards/ip.ts'
import { effectOf, endWhys, type EndWhy, type Evidence, type Listing } from './listing.ts'

type Queries = Kysely<Tables>
type Row = Tables['listings']

const columns = [
  'id',
  'prefix',
  'range_key',
  'length',
  'cause',
  'class',
  'effect',
  'state',
  'since_at',
  'ends_at',
  'recurrence',
  'note',
  'url',
  'test',
  'evidence',
  'actor',
  'ended_at',
  'ended_by',
  'ended_why',
  'degraded_at',
  'version',
] as const

export async function insert(queries: Queries, listing: Listing): Promise<void> {
  await queries.insertInto('listings').values(toRow(listing)).execute()
}

/** Compare and swap: false when the listing has changed since it was read. */
export async function update(queries: Queries, listing: Listing): Promise<boolean> {
  const { id, version, ...row } = toRow({ ...listing, version: listing.version + 1 })
  const { numUpdatedRows } = await queries
    .updateTable('listings')
    .set({ ...row, version })
    .where('id', '=', id)
    .where('version', '=', listing.version)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Those in force, with `actor`, and those that ended since; oldest first. Without an actor only the ended ones, by anybody. */
export async function endedSince(
  queries: Queries,
  since: number,
  actor: string | undefined,
): Promise<readonly Listing[]> {
  const all = queries.selectFrom('listings').select(columns).orderBy('since_at')
  const ended =
    actor === undefined
      ? all.where('state', '=', 'ended').where('ended_at', '>', since)
      : all
          .where('actor', '=', actor)
          .where((eb) =>
            eb.or([
              eb('state', '=', 'active'),
              eb.and([eb('state', '=', 'ended'), eb('ended_at', '>', since)]),
            ]),
          )
  return (await ended.execute()).map(fromRow)
}

/** What somebody listed of one prefix: in force, or ended since. Oldest first. */
export async function ofPrefixBy(
  queries: Queries,
  prefix: Prefix,
  actor: string,
  endedSince: number,
): Promise<readonly Listing[]> {
  const rows = await queries
    .selectFrom('listings')
    .select(columns)
    .where('prefix', '=', formatPrefix(prefix))
    .where('actor', '=', actor)
    .where((eb) =>
      eb.or([
        eb('state', '=', 'active'),
        eb.and([eb('state', '=', 'ended'), eb('ended_at', '>', endedSince)]),
      ]),
    )
    .orderBy('since_at')
    .execute()
  return rows.map(fromRow)
}

export async function byId(queries: Queries, id: string): Promise<Listing | undefined> {
  const row = await queries.selectFrom('listings').select(columns).where('id', '=', id).executeTakeFirst()
  return row && fromRow(row)
}

export async function byPrefix(
  queries: Queries,
  prefix: Prefix,
  state: 'active' | 'proposed',
): Promise<Listing | undefined> {
  const row = await queries
    .selectFrom('listings')
    .select(columns)
    .where('prefix', '=', formatPrefix(prefix))
    .where('state', '=', state)
    .orderBy('since_at', 'desc')
    .executeTakeFirst()
  return row && fromRow(row)
}

/** Active listings that cover the address, most specific first; expired ones that the job has not ended yet are left out. */
export async function covering(queries: Queries, address: Address, now: number): Promise<Listing[]> {
  const rows = await queries
    .selectFrom('listings')
    .select(columns)
    .where('prefix', 'in', coveringPrefixes(judgedAs(address)).map(formatPrefix))
    .where('state', '=', 'active')
    .where('ends_at', '>', now)
    .orderBy('length', 'desc')
    .execute()
  return rows.map(fromRow)
}

/** Carve-outs in force of one actor inside a range. */
export async function carvedIn(queries: Queries, range: Prefix, actor: string): Promise<Listing[]> {
  const { first, last } = rangeKeys(range)
  const rows = await queries
    .selectFrom('listings')
    .select(columns)
    .where('range_key', '>=', first)
    .where('range_key', '<=', last)
    .where('state', '=', 'active')
    .where('effect', '=', 'pass')
    .where('actor', '=', actor)
    .execute()
  return rows.map(fromRow)
}

export async function countEnded(queries: Queries, prefix: Prefix, since: number): Promise<number> {
  const { count } = await queries
    .selectFrom('listings')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('prefix', '=', formatPrefix(prefix))
    .where('state', '=', 'ended')
    .where('effect', '=', 'refuse')
    .where('ended_why', 'not in', ['superseded', 'delist-unproven', 'evidence'])
    .where('ended_at', '>=', since)
    .executeTakeFirstOrThrow()
  return Number(count)
}

export async function lastSelfDelists(
  queries: Queries,
  prefix: Prefix,
  why: EndWhy,
  since: number,
): Promise<readonly number[]> {
  const rows = await queries
    .selectFrom('listings')
    .select('ended_at')
    .where('prefix', '=', formatPrefix(prefix))
    .where('state', '=', 'ended')
    .where('ended_why', '=', why)
    .where('ended_at', '>=', since)
    .orderBy('ended_at', 'desc')
    .execute()
  return rows.flatMap((row) => row.ended_at ?? [])
}

export interface Search {
  readonly id?: string | undefined
  readonly covers?: Address | undefined
  readonly within?: Prefix | undefined
  readonly state?: 'active' | 'ended' | 'proposed' | undefined
  readonly cause?: string | undefined
  readonly class?: string | undefined
  readonly after?: { readonly sinceAt: number; readonly id: string } | undefined
  readonly limit: number
}

/** Newest first. */
export async function search(queries: Queries, wanted: Search): Promise<Listing[]> {
  let query = queries.selectFrom('listings').select(columns)
  if (wanted.id !== undefined) query = query.where('id', '=', wanted.id)
  const prefixes = wanted.covers && coveringPrefixes(wanted.covers).map(formatPrefix)
  const range = wanted.within && rangeKeys(wanted.within)
  if (prefixes || range) {
    query = query.where((eb) =>
      eb.or([
        ...(prefixes ? [eb('prefix', 'in', prefixes)] : []),
        ...(range ? [eb('range_key', '>=', range.first).and('range_key', '<=', range.last)] : []),
      ]),
    )
  }
  if (wanted.state) query = query.where('state', '=', wanted.state)
  if (wanted.cause) query = query.where('cause', '=', wanted.cause)
  if (wanted.class) query = query.where('class', '=', wanted.class)
  const { after } = wanted
  if (after) {
    query = query.where((eb) =>
      eb.or([
        eb('since_at', '<', after.sinceAt),
        eb('since_at', '=', after.sinceAt).and('id', '<', after.id),
      ]),
    )
  }
  const rows = await query.orderBy('since_at', 'desc').orderBy('id', 'desc').limit(wanted.limit).execute()
  return rows.map(fromRow)
}

/** Active listings by id, in pages: for snapshots and exports. */
export async function activePage(queries: Queries, afterId: string, limit: number): Promise<Listing[]> {
  const rows = await queries
    .selectFrom('listings')
    .select(columns)
    .where('id', '>', afterId)
    .where('state', '=', 'active')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

/** What the edges need of active listings, by id, in pages. */
export async function entriesPage(
  queries: Queries,
  afterId: string,
  limit: number,
  mode: EngineMode,
): Promise<ListingEntry[]> {
  const rows = await queries
    .selectFrom('listings')
    .select(['id', 'prefix', 'cause', 'class', 'effect', 'ends_at', 'actor', 'degraded_at'])
    .where('id', '>', afterId)
    .where('state', '=', 'active')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    prefix: readPrefix(row.id, row.prefix),
    cause: knownWord(causeNames, row.cause, `listing ${row.id}`),
    class: knownWord(listingClasses, row.class, `listing ${row.id}`),
    effect: effectOf({ effect: readEffect(row), actor: row.actor, degradedAt: row.degraded_at }, mode),
    ends: row.ends_at,
  }))
}

/** Active listings whose time has come; by class, because the index is. */
export async function expired(queries: Queries, now: number, limit: number): Promise<Listing[]> {
  const rows = await queries
    .selectFrom('listings')
    .select(columns)
    .where('state', '=', 'active')
    .where('class', 'in', listingClasses)
    .where('ends_at', '<=', now)
    .orderBy('ends_at')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

/** Proposals of before a time, and those that would have ended by now. */
export async function lapsedProposals(
  queries: Queries,
  now: number,
  madeBefore: number,
  limit: number,
): Promise<Listing[]> {
  const rows = await queries
    .selectFrom('listings')
    .select(columns)
    .where('state', '=', 'proposed')
    .where((eb) => eb.or([eb('ends_at', '<=', now), eb('since_at', '<=', madeBefore)]))
    .orderBy('since_at')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

export async function countByClass(
  queries: Queries,
  now: number,
): Promise<readonly { readonly class: string; readonly count: number }[]> {
  const rows = await queries
    .selectFrom('listings')
    .select((eb) => ['class', eb.fn.countAll<number>().as('count')])
    .where('state', '=', 'active')
    .where('ends_at', '>', now)
    .groupBy('class')
    .execute()
  return rows.map((row) => ({ class: row.class, count: Number(row.count) }))
}

/** The mode that the edges' tables are of; undefined before any was noted. */
export async function engineMode(queries: Queries): Promise<EngineMode | undefined> {
  const row = await queries.selectFrom('heads').select('value').where('name', '=', 'mode').executeTakeFirst()
  return engineModes.find((mode) => mode === row?.value)
}

/** `at`: since when, milliseconds since 1970. */
export async function setEngineMode(queries: Queries, mode: EngineMode, at: number): Promise<void> {
  await queries
    .insertInto('heads')
    .values({ name: 'mode', seq: at, value: mode })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ seq: at, value: mode }))
    .execute()
}

export async function activeOfClass(
  queries: Queries,
  listingClass: ListingClass,
  limit: number,
): Promise<Listing[]> {
  const rows = await queries
    .selectFrom('listings')
    .select(columns)
    .where('state', '=', 'active')
    .where('class', '=', listingClass)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

export async function hasActiveBy(queries: Queries, actor: string): Promise<boolean> {
  const row = await queries
    .selectFrom('listings')
    .select('id')
    .where('state', '=', 'active')
    .where('actor', '=', actor)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Ends listings that an import replaces. */
export async function supersede(
  queries: Queries,
  listings: readonly Listing[],
  by: string,
  now: number,
): Promise<void> {
  if (listings.length === 0) return
  await queries
    .updateTable('listings')
    .set((eb) => ({
      state: 'ended',
      ended_at: now,
      ended_by: by,
      ended_why: 'superseded',
      version: eb('version', '+', 1),
    }))
    .where(
      'id',
      'in',
      listings.map(({ id }) => id),
    )
    .execute()
}

export async function insertAll(queries: Queries, listings: readonly Listing[]): Promise<void> {
  await queries.insertInto('listings').values(listings.map(toRow)).execute()
}

export async function activeByPrefixes(queries: Queries, prefixes: readonly string[]): Promise<Listing[]> {
  const rows = await queries
    .selectFrom('listings')
    .select(columns)
    .where('prefix', 'in', prefixes)
    .where('state', '=', 'active')
    .execute()
  return rows.map(fromRow)
}

/** Whether the audit knows of a listing's beginning and end, in pages by id. Those of an import share one record. */
export async function auditedPage(
  queries: Queries,
  afterId: string,
  limit: number,
): Promise<readonly { readonly id: string; readonly begun: boolean; readonly ended: boolean }[]> {
  const rows = await queries
    .selectFrom('listings')
    .select((eb) => [
      'id',
      'state',
      'ended_why as why',
      eb.exists(auditOf(queries, ['listing.added', 'listing.proposed', 'listing.added-again'])).as('own'),
      eb
        .exists(
          queries
            .selectFrom('audit_records')
            .select('seq')
            .where('audit_records.subject', '=', sql<string>`listings.actor`)
            .where('audit_records.action', '=', 'listing.imported'),
        )
        .as('imported'),
      eb.exists(auditOf(queries, ['listing.ended'])).as('ended'),
    ])
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id, state, why, own, imported, ended }) => ({
    id,
    begun: Boolean(own) || Boolean(imported),
    // What an import replaced is covered by the import's own record.
    ended: state !== 'ended' || why === 'superseded' || Boolean(ended),
  }))
}

function auditOf(queries: Queries, actions: readonly string[]) {
  return queries
    .selectFrom('audit_records')
    .select('seq')
    .where('audit_records.subject', '=', sql<string>`'listing:' || listings.id`)
    .where('audit_records.action', 'in', actions)
}

/** A listing as text that `fromText` reads back. */
export function toText(listing: Listing): string {
  return JSON.stringify(toRow(listing))
}

export function fromText(text: string): Listing {
  return fromRow(JSON.parse(text) as Row)
}

function toRow(listing: Listing): Row {
  return {
    id: listing.id,
    prefix: formatPrefix(listing.prefix),
    range_key: rangeKeys(listing.prefix).first,
    length: listing.prefix.length,
    cause: listing.cause,
    class: listing.class,
    effect: listing.effect,
    state: listing.state,
    since_at: listing.sinceAt,
    ends_at: listing.endsAt,
    recurrence: listing.recurrence,
    note: listing.note,
    url: listing.url,
    test: listing.test,
    evidence: JSON.stringify(listing.evidence),
    actor: listing.actor,
    ended_at: listing.endedAt,
    ended_by: listing.endedBy,
    ended_why: listing.endedWhy,
    degraded_at: listing.degradedAt ?? null,
    version: listing.version,
  }
}

function fromRow(row: Row): Listing {
  return {
    id: row.id,
    prefix: readPrefix(row.id, row.prefix),
    cause: knownWord(causeNames, row.cause, `listing ${row.id}`),
    class: knownWord(listingClasses, row.class, `listing ${row.id}`),
    effect: readEffect(row),
    state: knownWord(['active', 'ended', 'proposed'] as const, row.state, `listing ${row.id}`),
    sinceAt: row.since_at,
    endsAt: row.ends_at,
    recurrence: row.recurrence,
    note: row.note,
    url: row.url,
    test: row.test,
    evidence: JSON.parse(row.evidence) as Evidence[],
    actor: row.actor,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
    endedWhy: row.ended_why === null ? null : knownWord(endWhys, row.ended_why, `listing ${row.id}`),
    // A row that an import put aside before there was the column has none.
    degradedAt: row.degraded_at ?? null,
    version: row.version,
  }
}

function readEffect({ id, effect }: Pick<Row, 'id' | 'effect'>): Listing['effect'] {
  return knownWord(['refuse', 'pass'] as const, effect, `listing ${id}`)
}

function readPrefix(id: string, text: string): Prefix {
  const prefix = parseListable(text)
  if (prefix instanceof Refusal) throw new Error(`listing ${id} has prefix ${text}, which cannot be listed`)
  return prefix
}
