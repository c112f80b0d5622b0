import { createHash } from 'node:crypto'
import { newId } from '../../base/id.ts'
import { record } from '../audit/actions.ts'
import type { Context, Tx } from '../context.ts'
import { checkSlots, renderLetter } from './letter.ts'
import type { LetterContent, OperatorKind } from './letter-words.ts'
import { letterLifeMs } from './retry.ts'
import { sealSlots } from './sealed-letter.ts'
import * as store from './store.ts'

/** What an operator is told. */
export type Notice = Extract<LetterContent, { readonly kind: OperatorKind }> & {
  /** At most one notice with this key is ever made. */
  readonly key: string
}

/**
 * Tells the operator what they must know now, at `notify`: by a letter, or as a signed webhook with the same words and figures. It is not
 * subject to the budgets of letters to others, for whoever is flooded there is ourselves; whoever calls says each thing once.
 */
export async function notifyOperator(tx: Tx, { key, ...content }: Notice): Promise<void> {
  checkSlots(content, tx.settings.provider.site)
  const { notify } = tx.settings
  if (notify.kind === 'mail') await queueMail(tx, key, content, notify.mailbox)
  else await queuePost(tx, key, content, notify.url)
}

/** When the letter with this key was written, if it is still kept. */
export async function letterWithKey(ctx: Context, key: string): Promise<number | undefined> {
  return await store.letterWrittenAt(ctx.db.queries, key)
}

async function queueMail(tx: Tx, key: string, content: LetterContent, mailbox: string): Promise<void> {
  if (await store.hasLetter(tx.queries, key)) return
  const [id, now] = [newId(), tx.clock.now()]
  await store.insertLetter(tx.queries, {
    id,
    key,
    kind: content.kind,
    mailbox,
    language: tx.settings.provider.languages[0] ?? 'en',
    slots: sealSlots(tx, id, content.slots),
    state: 'queued',
    next_at: now,
    expires_at: now + letterLifeMs,
    attempts: 0,
    lease: null,
    lease_until_at: null,
    lease_core: null,
    last_error: null,
    created_at: now,
    sent_at: null,
    about: null,
  })
  await record(tx, { action: 'letter.queued', subject: `letter:${id}`, facts: { kind: content.kind, key } })
  tx.afterCommit('letters')
}

async function queuePost(tx: Tx, key: string, content: LetterContent, url: string): Promise<void> {
  // The same key has the same id.
  const id = createHash('sha256').update(key).digest('hex').slice(0, 26)
  if (await store.hasDelivery(tx.queries, id)) return
  const now = tx.clock.now()
  const { subject, text } = renderLetter(content, tx.settings.provider.languages[0] ?? 'en', tx.settings)
  const event = `notice.${content.kind}`
  await store.insertDelivery(tx.queries, {
    id,
    url,
    event,
    body: JSON.stringify({
      type: event,
      timestamp: new Date(now).toISOString(),
      data: { subject, text, ...content.slots },
    }),
    state: 'queued',
    next_at: now,
    attempts: 0,
    lease: null,
    lease_until_at: null,
    lease_core: null,
    last_error: null,
    created_at: now,
    sent_at: null,
  })
  tx.afterCommit('webhooks')
}
