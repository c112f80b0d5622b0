import { hash } from 'node:crypto'
import { Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import { openTag } from '../../base/signed-token.ts'
import type { Address } from '../../standards/ip.ts'
import { domainOf, isSameMailbox, mailboxKey, type MailAddress } from '../../standards/mail-address.ts'
import { formatPrefix, networkOf } from '../../standards/prefix.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { isTombstone } from '../tombstone.ts'
import { spendAll, trySpend, type Cost } from '../limits/actions.ts'
import { stopMailbox } from '../outbox/actions.ts'
import { hear, type Incoming } from './hear-actions.ts'
import { lockCase, saveCase } from './hold-actions.ts'
import { mayReopen, mostAcks, type Case } from './case.ts'
import { isSpokenTo } from './legal.ts'
import type { Content } from './message.ts'
import type { Participant } from './participant.ts'
import { say } from './say-actions.ts'
import * as store from './store.ts'
import * as participantStore from './participant-store.ts'
import * as messageStore from './message-store.ts'

/** A message to the address of a thread, read. */
export interface CaseMail {
  /** Of the address that it came to, or of a letter that it answers. */
  readonly tag: string
  readonly raw: Buffer
  readonly content: Content
  /** The one mailbox in From, where its domain vouches for it; else nobody is known to have written it. */
  readonly writer: MailAddress | undefined
  readonly client: Address | undefined
}

/**
 * Keeps a message in the thread of its tag; durable when it resolves. From the participant it is our turn then; from anybody else it stands
 * there as unverified and moves nothing (security CASE-1); what a program wrote stands there in silence. Throws `case.not-found`,
 * `case.over`, `case.merged`, `case.with-owner`, `case.full`, `limit.exceeded`.
 */
export async function hearCaseMail(
  ctx: Context,
  mail: CaseMail,
): Promise<'kept' | 'known' | 'copy' | 'silent'> {
  const participant = await participantOfTag(ctx, mail.tag)
  const isSilent = (mail.content.automatic ?? []).length > 0
  const isVerified = mail.writer !== undefined && isSameMailbox(mail.writer, participant.mailbox)
  const incoming: Incoming = {
    channel: 'mail',
    content: isVerified ? { ...mail.content, from: undefined } : mail.content,
    isVerified: isVerified && !isSilent,
    isSilent,
    raw: mail.raw,
  }
  return await transact(ctx, async (tx) => {
    const over = await trySpend(tx, costsOf(mail, participant))
    // A storm of programs ends here, without a word to anybody.
    if (over && isSilent) return 'silent'
    if (over) throw over
    const answer = await hear(tx, participant, incoming)
    if (answer === 'kept' && incoming.isVerified) await acknowledge(tx, participant)
    return isSilent ? 'silent' : answer
  })
}

/** Whether the thread of this tag still takes mail: asked before the message comes. Undefined: it does. */
export async function refusalOfTag(ctx: Context, tag: string): Promise<Refusal | undefined> {
  try {
    const participant = await participantOfTag(ctx, tag)
    const it = await store.caseById(ctx.db.queries, participant.caseId)
    if (it === undefined) return new Refusal('case.not-found')
    if (!isSpokenTo(it, participant)) return new Refusal('case.with-owner')
    return mayReopen(it, ctx.clock.now())
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

async function participantOfTag(ctx: Context, tag: string): Promise<Participant> {
  const id = openTag(ctx.keys.tags, 'case', tag)
  const participant =
    id === undefined ? undefined : await participantStore.participantById(ctx.db.queries, id)
  // The address and the page of somebody who was erased lead to nothing.
  if (!participant || isTombstone(participant.mailbox)) throw new Refusal('case.not-found')
  return participant
}

/** Security CASE-5: of a mailbox, of its domain, and of the network that it came from. */
function costsOf({ writer, client }: CaseMail, { mailboxKey: key }: Participant): readonly Cost[] {
  const whose = writer === undefined ? `unverified ${key}` : mailboxKey(writer)
  return [
    { name: 'cases.mailbox.hour', key: whose },
    ...(writer === undefined ? [] : [{ name: 'cases.domain.hour', key: domainOf(writer) } as const]),
    ...(client === undefined
      ? []
      : [{ name: 'cases.client.hour', key: formatPrefix(networkOf(client)) } as const]),
  ]
}

/** What else the letter says, of a message that names several addresses. */
export interface Beside {
  /** Those that have cases of their own by the same message. */
  readonly besides: readonly string[]
  /** Those to write about in another message. */
  readonly left: readonly string[]
}

/** One letter a day to a sender that says that we have their message, and three in a thread (security CASE-3); false where none is due. */
export async function acknowledge(tx: Tx, participant: Participant, beside?: Beside): Promise<boolean> {
  const it = await lockCase(tx, participant.caseId)
  if (!it || !isSpokenTo(it, participant) || !isOurTurn(it)) return false
  // Others who came before leave somebody new their first one: the way to their page stands in it.
  if (it.acks >= mostAcks && (await acksOf(tx, participant)) >= mostAcks) return false
  if (await trySpend(tx, [{ name: 'cases.ack.mailbox.day', key: participant.mailboxKey }])) return false
  await saveCase(tx, { ...it, acks: it.acks + 1 })
  await say(tx, participant, { says: 'received', about: it.about, by: it.dueAt ?? it.effectDueAt, ...beside })
  return true
}

async function acksOf(tx: Tx, { id }: Participant): Promise<number> {
  const messages = await messageStore.messagesOf(tx.queries, tx.keys.vault, { participant: id })
  return messages.filter(({ content }) => content.says === 'received').length
}

function isOurTurn({ state, dueAt }: Case): boolean {
  return state === 'open' && dueAt !== null
}

/** The reader of the letters of this thread wants no more of any: none for 90 days. Throws `case.not-found`. */
export async function stopCaseLetters(ctx: Context, tag: string): Promise<void> {
  const participant = await participantOfTag(ctx, tag)
  await transact(ctx, async (tx) => await stopMailbox(tx, participant.mailbox, `case:${participant.caseId}`))
}

/** What a message that opened something is known by when it is delivered again. */
export async function isKnownMail(tx: Tx, key: string): Promise<boolean> {
  return await messageStore.hasIntakeKey(tx.queries, key)
}

/** The same bytes from the same writer, about the same. */
export function openingKeyOf(
  { keys }: Pick<Context, 'keys'>,
  mailbox: MailAddress,
  { raw, about }: { readonly raw: Buffer; readonly about: string },
): string {
  const named = `case-opening\0${mailboxKey(mailbox)}\0${hash('sha256', raw)}\0${about}`
  return mac(keys.hashes, named, 20).toString('base64url')
}

/** Budget of a mailbox that begins or goes on with cases by mail. */
export async function spendWriting(tx: Tx, mailbox: MailAddress, client: Address | undefined): Promise<void> {
  const from =
    client === undefined ? [] : [{ name: 'cases.client.hour', key: formatPrefix(networkOf(client)) } as const]
  await spendAll(tx, [{ name: 'cases.domain.hour', key: domainOf(mailbox) }, ...from])
}
