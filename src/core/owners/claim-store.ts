import type { Kysely } from 'kysely'
import { orThrow } from '../../base/refusal.ts'
import type { OwnerClaimsTable, Tables } from '../../db/schema.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { formatPrefix, parseListable, rangeKeys, type Prefix } from '../../standards/prefix.ts'
import { claimEnds, claimStates, mailProofs, proofs, reaches, type Claim, type Owner } from './claim.ts'
import { knownWord } from '../../base/known-word.ts'
import { isId } from '../../base/id.ts'
import { ownersAmong } from './store.ts'
import { factsText, readFacts } from './stored-facts.ts'

type Queries = Kysely<Tables>

const claimColumns = [
  'id',
  'owner_id',
  'prefix',
  'first_key',
  'last_key',
  'token',
  'value',
  'state',
  'proof',
  'facts',
  'parent_id',
  'created_at',
  'since_at',
  'checked_at',
  'failed_at',
  'expires_at',
  'ended_at',
  'ended_why',
  'version',
  'contact_mailbox',
  'reminded_at',
] as const

export async function insertClaim(queries: Queries, claim: Claim): Promise<void> {
  await queries.insertInto('owner_claims').values(toRow(claim)).execute()
}

/** Compare and swap: false when the claim has changed since it was read. */
export async function updateClaim(queries: Queries, claim: Claim): Promise<boolean> {
  const { id, ...row } = toRow({ ...claim, version: claim.version + 1 })
  const { numUpdatedRows } = await queries
    .updateTable('owner_claims')
    .set(row)
    .where('id', '=', id)
    .where('version', '=', claim.version)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** One claim of this owner: there is no way to read another's (security OWN-6). */
export async function ownClaim(queries: Queries, ownerId: string, id: string): Promise<Claim | undefined> {
  if (!isId(id)) return undefined
  const row = await queries
    .selectFrom('owner_claims')
    .select(claimColumns)
    .where('owner_id', '=', ownerId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && claimOf(row)
}

/** The owner's claims, in the order of their addresses; those that have ended come only where they did so lately. */
export async function ownClaims(queries: Queries, ownerId: string, endedSince: number): Promise<Claim[]> {
  const rows = await queries
    .selectFrom('owner_claims')
    .select(claimColumns)
    .where('owner_id', '=', ownerId)
    .where((eb) => eb.or([eb('state', '<>', 'ended'), eb('ended_at', '>=', endedSince)]))
    .orderBy('first_key')
    .orderBy('created_at')
    .orderBy('id')
    .limit(500)
    .execute()
  return rows.map(claimOf)
}

/** The claim of this owner to exactly this network that has not ended. */
export async function heldClaim(
  queries: Queries,
  ownerId: string,
  prefix: Prefix,
): Promise<Claim | undefined> {
  const row = await queries
    .selectFrom('owner_claims')
    .select(claimColumns)
    .where('owner_id', '=', ownerId)
    .where('prefix', '=', formatPrefix(prefix))
    .where('state', '<>', 'ended')
    .executeTakeFirst()
  return row && claimOf(row)
}

/** Grants that reach all of the prefix, narrowest first. */
export async function grantsOver(queries: Queries, prefix: Prefix, now: number): Promise<Claim[]> {
  const { first, last } = rangeKeys(prefix)
  const rows = await queries
    .selectFrom('owner_claims')
    .select(claimColumns)
    .where('state', '=', 'granted')
    .where('first_key', '<=', first)
    .where('last_key', '>=', last)
    .where('expires_at', '>', now)
    .execute()
  return rows
    .map(claimOf)
    .filter((claim) => reaches(claim, prefix))
    .toSorted((a, b) => b.prefix.length - a.prefix.length)
}

/** Parts of a claim that are given to others and have not ended. */
export async function partsOf(queries: Queries, parentId: string): Promise<Claim[]> {
  const rows = await queries
    .selectFrom('owner_claims')
    .select(claimColumns)
    .where('parent_id', '=', parentId)
    .where('state', '<>', 'ended')
    .orderBy('first_key')
    .execute()
  return rows.map(claimOf)
}

/** Before when a grant must have been looked at last to be due. */
export interface DueBefore {
  readonly usual: number
  /** Of those that rest on a registry, while nothing is missing. */
  readonly registry: number
}

/** Grants whose proof was not looked for since then, longest ago first. */
export async function dueForLook(queries: Queries, before: DueBefore, limit: number): Promise<Claim[]> {
  const rows = await queries
    .selectFrom('owner_claims')
    .select(claimColumns)
    .where('state', '=', 'granted')
    .where('checked_at', '<=', before.usual)
    .where('proof', '<>', 'delegation')
    .where((eb) =>
      eb.or([
        eb('proof', '<>', 'rdap'),
        eb('failed_at', 'is not', null),
        eb('checked_at', '<=', before.registry),
      ]),
    )
    .orderBy('checked_at')
    .limit(limit)
    .execute()
  return rows.map(claimOf)
}

/** Grants by mail that end before the moment, and whose owners have not been told. */
export async function dueForReminder(queries: Queries, endsBefore: number, limit: number): Promise<Claim[]> {
  const rows = await queries
    .selectFrom('owner_claims')
    .select(claimColumns)
    .where('state', '=', 'granted')
    .where('proof', 'in', mailProofs)
    .where('expires_at', '<=', endsBefore)
    .where('reminded_at', 'is', null)
    .orderBy('expires_at')
    .limit(limit)
    .execute()
  return rows.map(claimOf)
}

/** Claims whose time is over: open ones that were never proven, and grants that were not renewed. */
export async function overdue(queries: Queries, now: number, limit: number): Promise<Claim[]> {
  const rows = await queries
    .selectFrom('owner_claims')
    .select(claimColumns)
    .where('state', '<>', 'ended')
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
    .execute()
  return rows.map(claimOf)
}

/** For operators: all claims in a state with their owners, newest first, in pages by `created_at` and id. */
export async function listClaims(
  queries: Queries,
  wanted: {
    readonly state?: string | undefined
    readonly after?: { readonly createdAt: number; readonly id: string } | undefined
    readonly limit: number
  },
): Promise<{ readonly claim: Claim; readonly owner: Owner }[]> {
  let query = queries.selectFrom('owner_claims').select(claimColumns)
  if (wanted.state) query = query.where('state', '=', wanted.state)
  const { after } = wanted
  if (after)
    query = query.where((eb) =>
      eb.or([
        eb('created_at', '<', after.createdAt),
        eb.and([eb('created_at', '=', after.createdAt), eb('id', '<', after.id)]),
      ]),
    )
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(wanted.limit).execute()
  const owners = await ownersAmong(
    queries,
    rows.map((row) => row.owner_id),
  )
  return rows.flatMap((row) => {
    const owner = owners.get(row.owner_id)
    return owner ? [{ claim: claimOf(row), owner }] : []
  })
}

/** For operators, who may see every claim. */
export async function anyClaim(queries: Queries, id: string): Promise<Claim | undefined> {
  if (!isId(id)) return undefined
  const row = await queries
    .selectFrom('owner_claims')
    .select(claimColumns)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && claimOf(row)
}

function toRow(claim: Claim): OwnerClaimsTable {
  const { first, last } = rangeKeys(claim.prefix)
  return {
    id: claim.id,
    owner_id: claim.ownerId,
    prefix: formatPrefix(claim.prefix),
    first_key: first,
    last_key: last,
    token: claim.token,
    value: claim.value,
    state: claim.state,
    proof: claim.proof,
    facts: factsText(claim.facts),
    parent_id: claim.parentId,
    created_at: claim.createdAt,
    since_at: claim.sinceAt,
    checked_at: claim.checkedAt,
    failed_at: claim.failedAt,
    expires_at: claim.expiresAt,
    ended_at: claim.endedAt,
    ended_why: claim.endedWhy,
    version: claim.version,
    contact_mailbox: claim.contact,
    reminded_at: claim.remindedAt,
  }
}

function claimOf(row: OwnerClaimsTable): Claim {
  return {
    id: row.id,
    ownerId: row.owner_id,
    prefix: orThrow(parseListable(row.prefix)),
    token: row.token,
    value: row.value,
    state: knownWord(claimStates, row.state, `claim ${row.id}`),
    proof: row.proof === null ? null : knownWord(proofs, row.proof, `claim ${row.id}`),
    parentId: row.parent_id,
    createdAt: row.created_at,
    sinceAt: row.since_at,
    checkedAt: row.checked_at,
    failedAt: row.failed_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    endedWhy: row.ended_why === null ? null : knownWord(claimEnds, row.ended_why, `claim ${row.id}`),
    contact: row.contact_mailbox === null ? null : orThrow(parseMailbox(row.contact_mailbox)),
    remindedAt: row.reminded_at,
    facts: readFacts(row.facts),
    version: row.version,
  }
}
