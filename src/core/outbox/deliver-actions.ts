import { newId, randomFraction } from '../../base/id.ts'
import { signTag } from '../../base/signed-token.ts'
import type { OutgoingMail, SendOutcome } from '../../net/smtp-client.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { isSuppressed } from './actions.ts'
import { renderLetter, threadOf } from './letter.ts'
import { isOfOperator, type LetterKind } from './letter-words.ts'
import { loopField } from '../../access/loop.ts'
import { leaseMs, letterPace, pauseAfter } from './retry.ts'
import { contentOf, letterOf } from './sealed-letter.ts'
import * as store from './store.ts'

export type { OutgoingMail, SendOutcome } from '../../net/smtp-client.ts'

/** A letter that is ours to send until its lease ends; then somebody else may. */
export interface ClaimedLetter {
  readonly id: string
  readonly lease: string
  readonly kind: LetterKind
  /** This try included. */
  readonly attempts: number
  readonly expiresAt: number | null
  readonly mail: OutgoingMail
}

/**
 * Takes up to `limit` letters that are due. A letter may be sent twice (if we die between the smarthost's answer and
 * noting it) but is never lost; both copies have the same Message-ID. One whose time has passed, or whose reader wants none
 * by now, is given up instead.
 */
export async function claimLetters(ctx: Context, limit: number): Promise<readonly ClaimedLetter[]> {
  const now = ctx.clock.now()
  if ((await store.dueLetters(ctx.db.queries, now, 1)).length === 0) return []
  return await transact(ctx, async (tx) => {
    const claimed: ClaimedLetter[] = []
    for (const row of await store.dueLetters(tx.queries, now, limit)) {
      const lease = newId()
      const taken = { id: lease, core: tx.core, until: now + leaseMs }
      if (!(await store.leaseLetter(tx.queries, row, taken, now))) continue
      const letter = await readClaimed(tx, row, lease)
      if (typeof letter === 'string') await giveUp(tx, { ...letterOf(row), lease }, letter)
      else claimed.push(letter)
    }
    return claimed
  })
}

/** The letter, or why it is not to be sent. */
async function readClaimed(tx: Tx, row: store.LetterRow, lease: string): Promise<ClaimedLetter | string> {
  if (row.expires_at !== null && row.expires_at <= tx.clock.now()) return 'its time had passed'
  const mailbox = row.mailbox as MailAddress
  if (!isOfOperator(row.kind) && (await isSuppressed(tx, mailbox))) return 'its reader wants no letters'
  const content = contentOf(tx, row)
  if (!content) return 'its words were sealed with another key'
  const { language, kind, expiresAt } = letterOf(row)
  const { replyDomain, from } = tx.settings.mail
  const bounceTo = `b+${signTag(tx.keys.tags, 'bounce', row.id)}@${replyDomain}`
  const thread = threadOf(content)
  const tag = thread && signTag(tx.keys.tags, 'case', thread.participant)
  const mail: OutgoingMail = {
    ...renderLetter(content, language, tx.settings),
    envelope: { from: bounceTo, to: mailbox },
    from: { name: tx.settings.provider.name, address: from },
    // A reply can say STOP; to a letter of a case it can say anything.
    replyTo: tag === undefined ? bounceTo : `c+${tag}@${replyDomain}`,
    // The tag of the thread is in its name too: answers that go to another address of ours still find it.
    messageId: tag === undefined ? `<${row.id}@${replyDomain}>` : `<c.${tag}.${row.id}@${replyDomain}>`,
    date: new Date(tx.clock.now()),
    // RFC 3834 §5; the second is what Exchange looks at.
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...(thread && threadFields(thread.replies)),
    },
  }
  return { id: row.id, lease, kind, attempts: row.attempts + 1, expiresAt, mail }
}

/** RFC 5322 §3.6.4; and the mark by which we know our own letter when it comes back (security CASE-3). */
function threadFields(replies: readonly string[]): Readonly<Record<string, string>> {
  const last = replies.at(-1)
  return {
    [loopField]: 'case',
    ...(last === undefined ? {} : { 'In-Reply-To': last, References: replies.join(' ') }),
  }
}

/** Notes what became of a claimed letter; false when the lease had ended and somebody else has it now. */
export async function noteOutcome(
  ctx: Context,
  letter: ClaimedLetter,
  { outcome, answer }: SendOutcome | KeptOutcome,
): Promise<boolean> {
  return await transact(ctx, async (tx) => {
    switch (outcome) {
      case 'sent':
        return await settle(tx, letter, 'sent', { slots: '', last_error: null })
      case 'kept':
        return await settle(tx, letter, 'kept', { last_error: null })
      case 'refused':
        return await giveUp(tx, letter, answer)
      case 'retry':
        return await putBack(tx, letter, answer)
    }
  })
}

/** It stays on the outbox page, where its words can be read. */
export interface KeptOutcome {
  readonly outcome: 'kept'
  readonly answer: string
}

async function settle(
  tx: Tx,
  letter: ClaimedLetter,
  state: 'sent' | 'kept',
  changes: Partial<store.LetterRow>,
): Promise<boolean> {
  const done = { state, sent_at: tx.clock.now(), lease: null, lease_until_at: null, ...changes }
  if (!(await store.updateLetter(tx.queries, whereOf(letter), done))) return false
  await record(tx, {
    action: `letter.${state}`,
    subject: `letter:${letter.id}`,
    facts: { kind: letter.kind, attempts: letter.attempts },
  })
  return true
}

async function putBack(tx: Tx, letter: ClaimedLetter, answer: string): Promise<boolean> {
  const nextAt = tx.clock.now() + pauseAfter(letter.attempts, letterPace, randomFraction())
  if (letter.expiresAt !== null && nextAt >= letter.expiresAt) return await giveUp(tx, letter, answer)
  const waiting = { state: 'queued', next_at: nextAt, lease: null, lease_until_at: null, last_error: answer }
  return await store.updateLetter(tx.queries, whereOf(letter), waiting)
}

async function giveUp(
  tx: Tx,
  letter: { readonly id: string; readonly kind: LetterKind; readonly lease: string },
  why: string,
): Promise<boolean> {
  const dead = { state: 'dead', lease: null, lease_until_at: null, last_error: why }
  if (!(await store.updateLetter(tx.queries, whereOf(letter), dead))) return false
  // The server's words may name the mailbox; the audit does not.
  await record(tx, { action: 'letter.dead', subject: `letter:${letter.id}`, facts: { kind: letter.kind } })
  tx.log.warn('letter.dead', { id: letter.id, kind: letter.kind })
  return true
}

function whereOf({ id, lease }: { readonly id: string; readonly lease: string }) {
  return { id, lease, states: ['sending'] }
}

/** When the next letter is due; undefined when none waits. */
export async function nextLetterAt(ctx: Context): Promise<number | undefined> {
  return await store.nextLetterAt(ctx.db.queries)
}

/**
 * At start: lets go of letters and webhooks that this core had taken before it died, without waiting for their leases. Those of
 * another core are its own until their leases end.
 */
export async function forgetClaims(ctx: Context): Promise<void> {
  await store.endLeases(ctx.db.queries, ctx.core, ctx.clock.now())
}
