import type { Language } from '../../access/reasons.ts'
import { day } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import { openTag } from '../../base/signed-token.ts'
import { domainOf, mailboxKey, type MailAddress } from '../../standards/mail-address.ts'
import { may, permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { restrictedOf } from '../audit/secrecy-actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { trySpend, type Cost } from '../limits/actions.ts'
import { checkSlots, stopHoldsMs } from './letter.ts'
import type { LetterContent } from './letter-words.ts'
import { letterLifeMs } from './retry.ts'
import { letterOf, sealSlots } from './sealed-letter.ts'
import * as store from './store.ts'

export { queueWebhook } from './webhook-actions.ts'

/** A letter to be written. */
export type LetterWish = LetterContent & {
  /** At most one letter with this key is ever made: `confirm:<request>`. */
  readonly key: string
  readonly mailbox: MailAddress
  readonly language: Language
  /** What it belongs to, as the audit names it; it is as restricted as that is. */
  readonly about?:
    | `thread:${string}`
    | `delist-request:${string}`
    | `restricted-report:${string}`
    | `restricted-incident:${string}`
    | undefined
  /** After this it is not sent any more; three days from now when not given. */
  readonly expiresAt?: number | undefined
}

/** Letters that may wait at once: if the smarthost is down for long, further ones are not made. */
const mostQueued = 10_000

/**
 * Puts a letter in the outbox, in the transaction that is the reason for it. Not queued when the mailbox has had its
 * share, or its reader wants none; the page that leads here must say the same either way.
 */
export async function queueLetter(
  tx: Tx,
  wish: LetterWish,
): Promise<'queued' | 'over-budget' | 'suppressed'> {
  checkSlots(wish, tx.settings.provider.site)
  if (await store.hasLetter(tx.queries, wish.key)) return 'queued'
  const now = tx.clock.now()
  if (await isSuppressed(tx, wish.mailbox)) return 'suppressed'
  const waiting = await store.countLetters(tx.queries, ['queued', 'sending'])
  if (waiting >= mostQueued || (await trySpend(tx, costsOf(wish.mailbox)))) {
    tx.log.warn('letter.over-budget', { kind: wish.kind, waiting })
    return 'over-budget'
  }
  const id = newId()
  await store.insertLetter(tx.queries, {
    id,
    key: wish.key,
    kind: wish.kind,
    mailbox: wish.mailbox,
    language: wish.language,
    slots: sealSlots(tx, id, wish.slots),
    state: 'queued',
    next_at: now,
    expires_at: wish.expiresAt ?? now + letterLifeMs,
    attempts: 0,
    lease: null,
    lease_until_at: null,
    lease_core: null,
    last_error: null,
    created_at: now,
    sent_at: null,
    about: wish.about ?? null,
  })
  await record(tx, {
    action: 'letter.queued',
    subject: `letter:${id}`,
    facts: { kind: wish.kind, key: wish.key },
  })
  tx.afterCommit('letters')
  return 'queued'
}

/** What one letter costs, whatever it is about (security OUT-1). */
function costsOf(mailbox: MailAddress): readonly Cost[] {
  return [
    { name: 'letters.mailbox.day', key: mailboxKey(mailbox) },
    { name: 'letters.mailbox.month', key: mailboxKey(mailbox) },
    { name: 'letters.domain.hour', key: domainOf(mailbox) },
    { name: 'letters.domain.day', key: domainOf(mailbox) },
    { name: 'letters.all.hour', key: 'all' },
  ]
}

/** The letter of this tag did not arrive: no further ones for 30 days. False when the tag is not ours or the letter not on its way. */
export async function markBounced(ctx: Context, tag: string): Promise<boolean> {
  return await transact(ctx, async (tx) => {
    const row = await letterOfTag(tx, tag)
    if (
      !row ||
      !(await store.updateLetter(
        tx.queries,
        { id: row.id, states: ['sent', 'sending'] },
        { state: 'bounced', slots: '' },
      ))
    )
      return false
    const until = await suppress(tx, row.mailbox as MailAddress, 'bounce')
    await record(tx, {
      action: 'letter.bounced',
      subject: `letter:${row.id}`,
      facts: { kind: letterOf(row).kind, until },
    })
    return true
  })
}

/**
 * The reader of the letter of this tag wants no more: none for 90 days. It is the mailbox the letter went to that is meant,
 * whoever writes: the tag was in that letter only.
 */
export async function stopLetters(ctx: Context, tag: string): Promise<boolean> {
  return await transact(ctx, async (tx) => {
    const row = await letterOfTag(tx, tag)
    if (!row) return false
    const until = await suppress(tx, row.mailbox as MailAddress, 'stop')
    await record(tx, {
      action: 'letter.stopped',
      subject: `letter:${row.id}`,
      facts: { kind: letterOf(row).kind, until },
    })
    return true
  })
}

/** The same where another tag than a letter's says which mailbox it is; `subject` is what that tag belongs to. */
export async function stopMailbox(tx: Tx, mailbox: MailAddress, subject: string): Promise<void> {
  const until = await suppress(tx, mailbox, 'stop')
  await record(tx, { action: 'letter.stopped', subject, facts: { until } })
}

async function letterOfTag(tx: Tx, tag: string): Promise<store.LetterRow | undefined> {
  const id = openTag(tx.keys.tags, 'bounce', tag)
  return id === undefined ? undefined : await store.letterById(tx.queries, id)
}

const suppressionMs = { stop: stopHoldsMs, bounce: 30 * day }

/** Until when, as RFC 3339. A longer one that stands is not made shorter. */
async function suppress(tx: Tx, mailbox: MailAddress, why: 'stop' | 'bounce'): Promise<string> {
  const hash = readerHash(tx, mailbox)
  const until = tx.clock.now() + suppressionMs[why]
  const standing = await store.suppressionOf(tx.queries, hash, tx.clock.now())
  if (standing && standing.until_at >= until) return new Date(standing.until_at).toISOString()
  await store.saveSuppression(tx.queries, { mailbox_hash: hash, why, until_at: until })
  return new Date(until).toISOString()
}

/** Whether the reader of this mailbox wants no letters now. */
export async function isSuppressed(tx: Tx, mailbox: MailAddress): Promise<boolean> {
  const now = tx.clock.now()
  // What was noted before mailboxes were taken as they are written holds until it ends.
  const older = mac(tx.keys.hashes, `mailbox\0${mailboxKey(mailbox)}`).toString('base64url')
  for (const hash of [readerHash(tx, mailbox), older])
    if (await store.suppressionOf(tx.queries, hash, now)) return true
  // Who wants no letters wants none under a tag that somebody puts to their name. That such an address bounces says nothing about them.
  const plain = await store.suppressionOf(tx.queries, readerHash(tx, withoutTag(mailbox)), now)
  return plain?.why === 'stop'
}

/** `ada@example.org` for `ada+news@example.org`. */
function withoutTag(mailbox: MailAddress): MailAddress {
  return mailbox.replace(/^([^+@]+)\+[^@]*@/, '$1@') as MailAddress
}

/** By what those who want no letters are known: the mailbox as it is written. Others may have one that is like it, and would speak for them. */
export function readerHash(ctx: Pick<Context, 'keys'>, mailbox: MailAddress): string {
  return mac(ctx.keys.hashes, `reader\0${mailbox.toLowerCase()}`).toString('base64url')
}

/** Sends a letter again that was given up, unless its time has passed. */
export async function retryLetter(ctx: Context, id: string): Promise<void> {
  permit(ctx.actor, 'letter.retry')
  await transact(ctx, async (tx) => {
    const row = await store.letterById(tx.queries, id)
    if (!row) throw new Refusal('letter.not-found', { id: id.slice(0, 40) })
    if (row.about !== null && !may(tx.actor, 'case.legal') && (await restrictedOf(tx, [row.about])).size > 0)
      throw new Refusal('case.restricted')
    const now = tx.clock.now()
    const isPast = row.expires_at !== null && row.expires_at <= now
    const again = { state: 'queued', next_at: now, attempts: 0, lease: null, lease_until_at: null }
    if (
      isPast ||
      row.slots === '' ||
      !(await store.updateLetter(tx.queries, { id, states: ['dead'] }, again))
    ) {
      throw new Refusal('letter.final', { id, state: row.state })
    }
    await record(tx, {
      action: 'letter.retried',
      subject: `letter:${id}`,
      facts: { kind: letterOf(row).kind },
    })
    tx.afterCommit('letters')
  })
}
