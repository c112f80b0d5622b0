import type { Kysely } from 'kysely'
import { orThrow } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import type { Tables } from '../../db/schema.ts'
import { parseMailbox, type MailAddress } from '../../standards/mail-address.ts'
import type { LetterLink } from '../letter-link.ts'

type Queries = Kysely<Tables>

/** Without the domains, which the configuration says. */
export interface KeptRecipient {
  readonly id: string
  readonly mailbox: MailAddress
  readonly language: Language
}

const linkColumns = [
  'id',
  'mailbox',
  'language',
  'link_hash',
  'browser_hash',
  'code_hash',
  'tries',
  'created_at',
  'expires_at',
  'used_at',
] as const

export async function insertLink(queries: Queries, link: LetterLink): Promise<void> {
  await queries
    .insertInto('recipient_links')
    .values({
      id: link.id,
      mailbox: link.mailbox,
      language: link.language,
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

export async function linkById(queries: Queries, id: string): Promise<LetterLink | undefined> {
  const row = await queries
    .selectFrom('recipient_links')
    .select(linkColumns)
    .where('id', '=', id)
    .executeTakeFirst()
  return (
    row && {
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
    }
  )
}

/** Counts a wrong code; gives how many there were with it. */
export async function countTry(queries: Queries, id: string): Promise<number> {
  const { tries } = await queries
    .updateTable('recipient_links')
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
    .updateTable('recipient_links')
    .set({ used_at: at })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('tries', '<', maxTries)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** The recipient of this mailbox, made if there is none. */
export async function putRecipient(
  queries: Queries,
  recipient: KeptRecipient & { readonly key: string; readonly at: number },
): Promise<KeptRecipient> {
  const { id, mailbox, key, language, at } = recipient
  await queries
    .insertInto('recipients')
    .values({ id, mailbox, mailbox_key: key, language, created_at: at, seen_at: at })
    .onConflict((conflict) => conflict.column('mailbox_key').doUpdateSet({ language, seen_at: at }))
    .execute()
  const row = await queries
    .selectFrom('recipients')
    .select(['id', 'mailbox', 'language'])
    .where('mailbox_key', '=', key)
    .executeTakeFirstOrThrow()
  return recipientOf(row)
}

export async function insertSession(
  queries: Queries,
  session: {
    readonly hash: string
    readonly recipientId: string
    readonly groups: readonly string[]
    readonly at: number
    readonly until: number
  },
): Promise<void> {
  await queries
    .insertInto('recipient_sessions')
    .values({
      hash: session.hash,
      recipient_id: session.recipientId,
      groups: JSON.stringify(session.groups),
      created_at: session.at,
      expires_at: session.until,
    })
    .execute()
}

/** Whose session it is, while it lasts. */
export async function sessionRecipient(
  queries: Queries,
  hash: string,
  now: number,
): Promise<(KeptRecipient & { readonly groups: readonly string[] }) | undefined> {
  const row = await queries
    .selectFrom('recipient_sessions as s')
    .innerJoin('recipients as r', 'r.id', 's.recipient_id')
    .select(['r.id', 'r.mailbox', 'r.language', 's.groups'])
    .where('s.hash', '=', hash)
    .where('s.expires_at', '>', now)
    .executeTakeFirst()
  return row && { ...recipientOf(row), groups: JSON.parse(row.groups) as string[] }
}

export async function deleteSession(queries: Queries, hash: string): Promise<void> {
  await queries.deleteFrom('recipient_sessions').where('hash', '=', hash).execute()
}

function recipientOf(row: {
  readonly id: string
  readonly mailbox: string
  readonly language: string
}): KeptRecipient {
  return { id: row.id, mailbox: orThrow(parseMailbox(row.mailbox)), language: languageOf(row.language) }
}

function languageOf(text: string): Language {
  return text === 'zh-CN' ? 'zh-CN' : 'en'
}
