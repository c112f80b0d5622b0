import type { Kysely } from 'kysely'
import type { Language } from '../../access/reasons.ts'
import { knownWord } from '../../base/known-word.ts'
import { seal, unseal } from '../../base/seal.ts'
import type { Secret } from '../../base/secret.ts'
import type { Tables } from '../../db/schema.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import { linkPurposes, type LetterLink } from './letter-link.ts'

type Queries = Kysely<Tables>

export async function insert(queries: Queries, vault: Secret, link: LetterLink): Promise<void> {
  await queries
    .insertInto('letter_links')
    .values({
      id: link.id,
      purpose: link.purpose,
      mailbox: link.mailbox,
      language: link.language,
      content: seal(vault, sealName(link.id), JSON.stringify(link.content)),
      link_hash: link.linkHash,
      browser_hash: link.browserHash,
      code_hash: link.codeHash,
      tries: link.tries,
      created_at: link.createdAt,
      expires_at: link.expiresAt,
      proven_at: link.provenAt,
      used_at: link.usedAt,
      opened: link.opened,
    })
    .execute()
}

/** Undefined also where what it is about was sealed with another key. */
export async function byId(queries: Queries, vault: Secret, id: string): Promise<LetterLink | undefined> {
  const row = await queries
    .selectFrom('letter_links')
    .select([
      'purpose',
      'mailbox',
      'language',
      'content',
      'link_hash',
      'browser_hash',
      'code_hash',
      'tries',
      'created_at',
      'expires_at',
      'proven_at',
      'used_at',
      'opened',
    ])
    .where('id', '=', id)
    .executeTakeFirst()
  const content = row && unseal(vault, sealName(id), row.content)
  if (!row || !content) return undefined
  return {
    id,
    purpose: knownWord(linkPurposes, row.purpose, `link ${id}`),
    // Read and folded before it was kept.
    mailbox: row.mailbox as MailAddress,
    language: row.language as Language,
    content: JSON.parse(content.toString()) as unknown,
    linkHash: row.link_hash,
    browserHash: row.browser_hash,
    codeHash: row.code_hash,
    tries: row.tries,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    provenAt: row.proven_at,
    usedAt: row.used_at,
    opened: row.opened,
  }
}

/** Counts a wrong code; gives how many there were with it. */
export async function countTry(queries: Queries, id: string): Promise<number> {
  const { tries } = await queries
    .updateTable('letter_links')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('id', '=', id)
    .returning('tries')
    .executeTakeFirstOrThrow()
  return tries
}

/** False when the link was used before, or burned meanwhile. */
export async function use(
  queries: Queries,
  id: string,
  { at, maxTries }: { readonly at: number; readonly maxTries: number },
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('letter_links')
    .set({ used_at: at })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('tries', '<', maxTries)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function setOpened(queries: Queries, id: string, opened: string): Promise<void> {
  await queries.updateTable('letter_links').set({ opened }).where('id', '=', id).execute()
}

/** Shown by a message from this mailbox, which counts from now on. False when the link was used before, burned, or its time is over. */
export async function prove(
  queries: Queries,
  id: string,
  {
    at,
    mailbox,
    maxTries,
  }: { readonly at: number; readonly mailbox: MailAddress; readonly maxTries: number },
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('letter_links')
    .set({ proven_at: at, mailbox })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .where('tries', '<', maxTries)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

function sealName(id: string): string {
  return `letter-link:${id}`
}
