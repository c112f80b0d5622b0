import { hash } from 'node:crypto'
import { day } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import { plainText } from '../../base/plain-text.ts'
import { Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import { record } from '../audit/actions.ts'
import type { Tx } from '../context.ts'
import { type Case, heard, mayHold, mayReopen, reopened } from './case.ts'
import { mustLock, saveCase, targetsOf, tell } from './hold-actions.ts'
import { isSpokenTo } from './legal.ts'
import { type Content, wordsToCompare } from './message.ts'
import { type Participant, takesPart } from './participant.ts'
import * as messageStore from './message-store.ts'
import * as participantStore from './participant-store.ts'

/** What somebody from outside says in a case: kept once, in its order, and the clock goes on. */

/** Something that somebody from outside said. */
export interface Incoming {
  readonly channel: 'mail' | 'form'
  readonly content: Content
  readonly isVerified: boolean
  readonly isSilent: boolean
  /** The message as it came. It is kept where something is attached to it. */
  readonly raw?: Buffer | undefined
  /** What the message is known by when it is delivered again; made from its thread and bytes when not given. */
  readonly key?: string | undefined
}

/** A message of a participant: the clock goes on, a closed case opens again. Throws `case.full`, `case.over`, `case.merged`, `case.with-owner`. */
export async function hear(
  tx: Tx,
  participant: Participant,
  incoming: Incoming,
): Promise<'kept' | 'known' | 'copy'> {
  const now = tx.clock.now()
  const key = intakeKeyOf(tx, participant.id, incoming)
  if (key !== null && (await messageStore.hasIntakeKey(tx.queries, key))) return 'known'
  const it = await mustLock(tx, participant.caseId)
  const moves = incoming.isVerified && !incoming.isSilent
  if (!isSpokenTo(it, participant)) {
    if (incoming.isSilent) return 'copy'
    throw new Refusal('case.with-owner')
  }
  const over = mayReopen(it, now)
  // What a program wrote about a case of long ago changes nothing, and nobody has to know.
  if (over && !incoming.isSilent) throw over
  const bodyKey = bodyKeyOf(tx, participant.id, incoming.content)
  const words = { participant: participant.id, bodyKey, since: now - day, isHeard: moves }
  const same = await messageStore.sameWords(tx.queries, words)
  // The same words after a question, or after the end, are an answer to it; and what sleeps is woken.
  const isAwake = it.state === 'open' && it.snoozedUntilAt === null
  const changes = moves && (!isAwake || !takesPart(participant))
  if (same !== undefined && !changes) {
    await messageStore.countCopy(tx.queries, same)
    return 'copy'
  }
  // What strangers put into a restricted case takes no room from whom it is spoken of with.
  const held = it.legal === null ? it : await messageStore.sizeOf(tx.queries, { participant: participant.id })
  const refusal = mayHold(held, { size: sizeOf(incoming), isVerified: moves })
  if (refusal && incoming.isSilent) return 'copy'
  if (refusal) throw refusal
  if (!(await keep(tx, participant, incoming))) return 'known'
  if (moves && !takesPart(participant)) await returnTo(tx, participant)
  const full = await mustLock(tx, it.id)
  if (moves) await saveCase(tx, full.state === 'closed' ? await reopen(tx, full) : await hearMore(tx, full))
  tx.afterCommit('cases')
  return 'kept'
}

/** Somebody has said more in a case that goes on: it is our turn, and the webhooks know. Callers hold the case and save what comes back. */
export async function hearMore(tx: Tx, it: Case): Promise<Case> {
  const next = heard(it, tx.clock.now(), targetsOf(tx).calendar)
  await tell(tx, 'case.heard', next)
  return next
}

/** Who withdrew and writes again takes part again. */
async function returnTo(tx: Tx, { id, caseId }: Participant): Promise<void> {
  await participantStore.setWithdrawn(tx.queries, id, null)
  await record(tx, { action: 'case.returned', subject: `case:${caseId}`, facts: { participant: id } })
}

/** Opens a closed case again. Callers hold it and save what comes back. */
export async function reopen(tx: Tx, it: Case): Promise<Case> {
  await record(tx, { action: 'case.reopened', subject: `case:${it.id}`, facts: {} })
  const again = reopened(it, tx.clock.now(), targetsOf(tx))
  await tell(tx, 'case.opened', again)
  return again
}

/** False when the very same was kept before. */
export async function keep(tx: Tx, participant: Participant, incoming: Incoming): Promise<boolean> {
  const { channel, content, isVerified, isSilent, raw } = incoming
  const id = newId()
  const isKept = await messageStore.insertMessage(tx.queries, tx.keys.vault, {
    id,
    caseId: participant.caseId,
    participant: participant.id,
    direction: 'in',
    channel,
    author: 'participant',
    isVerified,
    isSilent,
    at: tx.clock.now(),
    size: sizeOf(incoming),
    copies: 1,
    bodyKey: bodyKeyOf(tx, participant.id, content),
    intakeKey: intakeKeyOf(tx, participant.id, incoming),
    letter: null,
    content: readContent(content),
  })
  if (!isKept) return false
  if (raw !== undefined && keepsOriginal(incoming))
    await messageStore.insertOriginal(tx.queries, tx.keys.vault, {
      message: id,
      hash: hash('sha256', raw),
      raw,
    })
  await record(tx, {
    action: isSilent ? 'case.heard-program' : isVerified ? 'case.heard' : 'case.heard-unverified',
    subject: `case:${participant.caseId}`,
    facts: { participant: participant.id, channel, message: id },
  })
  await recount(tx, participant.caseId)
  return true
}

/** Counts anew what a case holds. */
export async function recount(tx: Tx, caseId: string): Promise<void> {
  const it = await mustLock(tx, caseId)
  await saveCase(tx, { ...it, ...(await messageStore.sizeOf(tx.queries, { caseId })) })
}

/** Longest of what somebody says that is kept as text. */
const mostText = 64 * 1024

function readContent(content: Content): Content {
  const { text, quoted, subject } = content
  return {
    ...content,
    text: plainText(text, mostText),
    ...(quoted !== undefined && { quoted: plainText(quoted, mostText) }),
    ...(subject !== undefined && { subject: plainText(subject, 998) }),
  }
}

/** What a program wrote is of no use to anybody. */
function keepsOriginal({ content, isSilent }: Incoming): boolean {
  return !isSilent && (content.attachments ?? []).length > 0
}

function sizeOf({ content, raw }: Incoming): number {
  return raw?.length ?? Buffer.byteLength(content.text)
}

/** The same bytes for the same thread are the same message, however often a server delivers them. */
function intakeKeyOf(tx: Tx, participant: string, { raw, key }: Incoming): string | null {
  if (key !== undefined) return key
  return raw === undefined ? null : keyOf(tx, `case-mail\0${participant}\0${hash('sha256', raw)}`)
}

function bodyKeyOf(tx: Tx, participant: string, content: Content): string {
  return keyOf(tx, `case-words\0${participant}\0${wordsToCompare(readContent(content))}`)
}

function keyOf(tx: Tx, text: string): string {
  return mac(tx.keys.hashes, text, 20).toString('base64url')
}
