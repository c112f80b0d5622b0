import { sql, type Kysely } from 'kysely'
import { orThrow } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import type { OwnerClaimsTable, OwnerLinksTable, OwnersTable, Tables } from '../../db/schema.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { formatPrefix, parseListable, rangeKeys, type Prefix } from '../../standards/prefix.ts'
import {
  claimEnds,
  claimStates,
  mailProofs,
  proofs,
  reaches,
  type Claim,
  type ClaimFacts,
  type MailProof,
  type Owner,
} from './claim.ts'
import type { OwnerLink } from './link.ts'

type Queries = Kysely<Tables>

const ownerColumns = ['id', 'mailbox', 'mailbox_key', 'language', 'created_at', 'seen_at'] as const

const linkColumns = [
  'id',
  'purpose',
  'mailbox',
  'language',
  'claim_id',
  'facts',
  'link_hash',
  'browser_hash',
  'code_hash',
  'tries',
  'created_at',
  'expires_at',
  'used_at',
] as const

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

export async function insertLink(queries: Queries, link: OwnerLink): Promise<void> {
  await queries
    .insertInto('owner_links')
    .values({
      id: link.id,
      purpose: link.about === null ? 'enter' : 'contact',
      mailbox: link.mailbox,
      language: link.language,
      claim_id: link.about?.claimId ?? null,
      facts: link.about === null ? '{}' : factsText(link.about.facts, link.about.proof),
      link_hash: link.linkHash,
      browser_hash: link.browserHash,
      code_hash: link.codeHash,
      tries: link.tries,
      created_at: link.createdAt,
      expires_at: link.expiresAt,
      used_at: link.usedAt,
    })
    .execute()
}

/** The id may be anything that stands in an address. */
export async function linkById(queries: Queries, id: string): Promise<OwnerLink | undefined> {
  if (!isId(id)) return undefined
  const row = await queries
    .selectFrom('owner_links')
    .select(linkColumns)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && linkOf(row)
}

/** Counts a wrong code; gives how many there were with it. */
export async function countTry(queries: Queries, id: string): Promise<number> {
  const { tries } = await queries
    .updateTable('owner_links')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('id', '=', id)
    .returning('tries')
    .executeTakeFirstOrThrow()
  return tries
}

/** False when the link was used before, or burned meanwhile. */
export async function useLink(
  queries: Queries,
  id: string,
  { at, maxTries }: { readonly at: number; readonly maxTries: number },
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('owner_links')
    .set({ used_at: at })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('tries', '<', maxTries)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** The owner of this mailbox, made if there is none. */
export async function putOwner(
  queries: Queries,
  owner: Owner & { readonly mailboxKey: string; readonly at: number },
): Promise<Owner> {
  const { id, mailbox, mailboxKey: mailbox_key, language, at } = owner
  await queries
    .insertInto('owners')
    .values({ id, mailbox, mailbox_key, language, created_at: at, seen_at: at })
    .onConflict((conflict) => conflict.column('mailbox_key').doUpdateSet({ language, seen_at: at }))
    .execute()
  const row = await queries
    .selectFrom('owners')
    .select(ownerColumns)
    .where('mailbox_key', '=', mailbox_key)
    .executeTakeFirstOrThrow()
  return ownerOf(row)
}

export async function ownerById(queries: Queries, id: string): Promise<Owner | undefined> {
  const row = await queries.selectFrom('owners').select(ownerColumns).where('id', '=', id).executeTakeFirst()
  return row && ownerOf(row)
}

export async function insertSession(
  queries: Queries,
  session: { readonly hash: string; readonly ownerId: string; readonly at: number; readonly until: number },
): Promise<void> {
  await queries
    .insertInto('owner_sessions')
    .values({
      hash: session.hash,
      owner_id: session.ownerId,
      created_at: session.at,
      expires_at: session.until,
    })
    .execute()
}

export async function sessionOwner(queries: Queries, hash: string, now: number): Promise<Owner | undefined> {
  const row = await queries
    .selectFrom('owner_sessions')
    .innerJoin('owners', 'owners.id', 'owner_sessions.owner_id')
    .select([
      'owners.id',
      'owners.mailbox',
      'owners.mailbox_key',
      'owners.language',
      'owners.created_at',
      'owners.seen_at',
    ])
    .where('owner_sessions.hash', '=', hash)
    .where('owner_sessions.expires_at', '>', now)
    .executeTakeFirst()
  return row && ownerOf(row)
}

export async function deleteSession(queries: Queries, hash: string): Promise<void> {
  await queries.deleteFrom('owner_sessions').where('hash', '=', hash).execute()
}

interface TokenRow {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
  readonly expiresAt: number
}

export async function insertToken(
  queries: Queries,
  ownerId: string,
  { id, name, createdAt, lastUsedAt, expiresAt }: TokenRow,
  hash: string,
): Promise<void> {
  await queries
    .insertInto('owner_tokens')
    .values({
      id,
      owner_id: ownerId,
      name,
      hash,
      created_at: createdAt,
      last_used_at: lastUsedAt,
      expires_at: expiresAt,
    })
    .execute()
}

/** Those that still open something, the oldest first. */
export async function ownTokens(
  queries: Queries,
  ownerId: string,
  now: number,
): Promise<readonly TokenRow[]> {
  const rows = await queries
    .selectFrom('owner_tokens')
    .select(['id', 'name', 'created_at', 'last_used_at', 'expires_at'])
    .where('owner_id', '=', ownerId)
    .where('expires_at', '>', now)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  }))
}

/** False when it is not this owner's. */
export async function deleteToken(queries: Queries, ownerId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await queries
    .deleteFrom('owner_tokens')
    .where('owner_id', '=', ownerId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}

export async function tokenOwner(
  queries: Queries,
  hash: string,
  now: number,
): Promise<{ readonly id: string; readonly lastUsedAt: number | null; readonly owner: Owner } | undefined> {
  const token = await queries
    .selectFrom('owner_tokens')
    .select(['id', 'owner_id', 'last_used_at'])
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  const owner = token && (await ownerById(queries, token.owner_id))
  return owner && { id: token.id, lastUsedAt: token.last_used_at, owner }
}

export async function noteTokenUsed(queries: Queries, id: string, at: number): Promise<void> {
  await queries.updateTable('owner_tokens').set({ last_used_at: at }).where('id', '=', id).execute()
}

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

export async function ownersAmong(
  queries: Queries,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Owner>> {
  if (ids.length === 0) return new Map()
  const rows = await queries.selectFrom('owners').select(ownerColumns).where('id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.id, ownerOf(row)]))
}

function isId(text: string): boolean {
  return /^[0-9a-z]{26}$/.test(text)
}

function ownerOf(row: OwnersTable): Owner {
  return { id: row.id, mailbox: orThrow(parseMailbox(row.mailbox)), language: languageOf(row.language) }
}

function linkOf(row: Pick<OwnerLinksTable, (typeof linkColumns)[number]>): OwnerLink {
  return {
    id: row.id,
    mailbox: orThrow(parseMailbox(row.mailbox)),
    language: languageOf(row.language),
    linkHash: row.link_hash,
    browserHash: row.browser_hash,
    codeHash: row.code_hash,
    tries: row.tries,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
    about: aboutOf(row),
  }
}

function aboutOf({ purpose, claim_id, facts, id }: Pick<OwnerLinksTable, (typeof linkColumns)[number]>) {
  if (purpose === 'enter' || claim_id === null) return null
  const read = readFacts(facts)
  return { claimId: claim_id, proof: oneOf(mailProofs, read.proof ?? '', id), facts: read.facts }
}

interface StoredFacts {
  readonly registered?: string | null
  readonly holes?: readonly string[]
  readonly proof?: MailProof
}

function factsText({ registered, holes }: ClaimFacts, proof?: MailProof): string {
  const stored: StoredFacts = { registered, holes: holes.map(formatPrefix), ...(proof && { proof }) }
  return JSON.stringify(stored)
}

function readFacts(text: string): { readonly facts: ClaimFacts; readonly proof: MailProof | undefined } {
  const { registered = null, holes = [], proof } = JSON.parse(text) as StoredFacts
  return { facts: { registered, holes: holes.map((hole) => orThrow(parseListable(hole))) }, proof }
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
    state: oneOf(claimStates, row.state, row.id),
    proof: row.proof === null ? null : oneOf(proofs, row.proof, row.id),
    parentId: row.parent_id,
    createdAt: row.created_at,
    sinceAt: row.since_at,
    checkedAt: row.checked_at,
    failedAt: row.failed_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    endedWhy: row.ended_why === null ? null : oneOf(claimEnds, row.ended_why, row.id),
    contact: row.contact_mailbox === null ? null : orThrow(parseMailbox(row.contact_mailbox)),
    remindedAt: row.reminded_at,
    facts: readFacts(row.facts).facts,
    version: row.version,
  }
}

function languageOf(text: string): Language {
  return text === 'zh-CN' ? 'zh-CN' : 'en'
}

function oneOf<T extends string>(known: readonly T[], value: string, id: string): T {
  const found = known.find((name) => name === value)
  if (found === undefined)
    throw new Error(`claim ${id} says "${value}" where one of ${known.join(', ')} is expected`)
  return found
}

/** Owners with this mailbox, whatever its letter case. */
export async function ownerIdsByMailbox(queries: Queries, mailbox: string): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('owners')
    .select('id')
    .where(sql<boolean>`lower(mailbox) = ${mailbox.toLowerCase()}`)
    .execute()
  return rows.map(({ id }) => id)
}
