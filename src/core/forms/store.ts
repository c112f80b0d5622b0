import type { Kysely } from 'kysely'
import type { Language } from '../../access/reasons.ts'
import { seal, unseal } from '../../base/seal.ts'
import type { Secret } from '../../base/secret.ts'
import type { Tables } from '../../db/schema.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import { formKinds, type CaseForm } from './form.ts'

type Queries = Kysely<Tables>

export async function insert(queries: Queries, vault: Secret, form: CaseForm): Promise<void> {
  await queries
    .insertInto('case_forms')
    .values({
      id: form.id,
      kind: form.kind,
      mailbox: form.mailbox,
      language: form.language,
      content: seal(vault, `case-form:${form.id}`, JSON.stringify(form.content)),
      link_hash: form.linkHash,
      browser_hash: form.browserHash,
      code_hash: form.codeHash,
      tries: form.tries,
      created_at: form.createdAt,
      expires_at: form.expiresAt,
      participant_id: form.participantId,
    })
    .execute()
}

/** Undefined also where what it says was sealed with another key. */
export async function byId(queries: Queries, vault: Secret, id: string): Promise<CaseForm | undefined> {
  const row = await queries
    .selectFrom('case_forms')
    .select([
      'id',
      'kind',
      'mailbox',
      'language',
      'content',
      'link_hash',
      'browser_hash',
      'code_hash',
      'tries',
      'created_at',
      'expires_at',
      'participant_id',
    ])
    .where('id', '=', id)
    .executeTakeFirst()
  const kind = formKinds.find((each) => each === row?.kind)
  const content = row && unseal(vault, `case-form:${id}`, row.content)
  if (!row || !content || kind === undefined) return undefined
  return {
    id,
    kind,
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
    participantId: row.participant_id,
  }
}

/** The form, for this transaction alone until it ends. */
export async function lock(queries: Queries, vault: Secret, id: string): Promise<CaseForm | undefined> {
  await queries
    .updateTable('case_forms')
    .set((eb) => ({ tries: eb.ref('tries') }))
    .where('id', '=', id)
    .execute()
  return await byId(queries, vault, id)
}

export async function countTry(queries: Queries, id: string): Promise<number> {
  const { tries } = await queries
    .updateTable('case_forms')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('id', '=', id)
    .returning('tries')
    .executeTakeFirstOrThrow()
  return tries
}

export async function setParticipant(queries: Queries, id: string, participant: string): Promise<void> {
  await queries.updateTable('case_forms').set({ participant_id: participant }).where('id', '=', id).execute()
}
