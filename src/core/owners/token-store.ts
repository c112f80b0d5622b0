import type { Kysely } from 'kysely'
import type { Tables } from '../../db/schema.ts'
import type { Owner } from './claim.ts'
import { ownerById } from './store.ts'

type Queries = Kysely<Tables>

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
