import type { Kysely } from 'kysely'
import { orThrow } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import type { Tables } from '../../db/schema.ts'
import { parseMailbox, type MailAddress } from '../../standards/mail-address.ts'

type Queries = Kysely<Tables>

/** Without the domains, which the configuration says. */
export interface KeptRecipient {
  readonly id: string
  readonly mailbox: MailAddress
  readonly language: Language
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
