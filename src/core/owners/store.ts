import { sql, type Kysely } from 'kysely'
import { orThrow } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import type { OwnersTable, Tables } from '../../db/schema.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import type { Owner } from './claim.ts'

type Queries = Kysely<Tables>

const ownerColumns = ['id', 'mailbox', 'mailbox_key', 'language', 'created_at', 'seen_at'] as const

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

export async function ownersAmong(
  queries: Queries,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Owner>> {
  if (ids.length === 0) return new Map()
  const rows = await queries.selectFrom('owners').select(ownerColumns).where('id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.id, ownerOf(row)]))
}

function ownerOf(row: OwnersTable): Owner {
  return { id: row.id, mailbox: orThrow(parseMailbox(row.mailbox)), language: languageOf(row.language) }
}

function languageOf(text: string): Language {
  return text === 'zh-CN' ? 'zh-CN' : 'en'
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
