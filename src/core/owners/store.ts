import { sql, type Kysely } from 'kysely'
import { orThrow } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import type { OwnerLinksTable, OwnersTable, Tables } from '../../db/schema.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { mailProofs, type Owner } from './claim.ts'
import { knownWord } from '../../base/known-word.ts'
import { factsText, readFacts } from './stored-facts.ts'
import { isId } from '../../base/id.ts'
import { linkPurposes, type OwnerLink } from './link.ts'

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

export async function insertLink(queries: Queries, link: OwnerLink): Promise<void> {
  await queries
    .insertInto('owner_links')
    .values({
      id: link.id,
      purpose: link.purpose,
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
    purpose: knownWord(linkPurposes, row.purpose, `link ${row.id}`),
    about: aboutOf(row),
  }
}

function aboutOf({ purpose, claim_id, facts, id }: Pick<OwnerLinksTable, (typeof linkColumns)[number]>) {
  if (purpose !== 'contact' || claim_id === null) return null
  const read = readFacts(facts)
  return {
    claimId: claim_id,
    proof: knownWord(mailProofs, read.proof ?? '', `claim ${id}`),
    facts: read.facts,
  }
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
