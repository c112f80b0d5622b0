import { reasons } from '../../access/reasons.ts'
import { plainText } from '../../base/plain-text.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { formatAddress, parseAddress } from '../../standards/ip.ts'
import { formatPrefix, unitOf } from '../../standards/prefix.ts'
import { record } from '../audit/actions.ts'
import { joinCase, openCase } from '../cases/actions.ts'
import { hear, type Incoming } from '../cases/hear-actions.ts'
import { lockCase } from '../cases/hold-actions.ts'
import { participantOf, participantsOf } from '../cases/look-actions.ts'
import { pageToken } from '../cases/page-link.ts'
import type { Case } from '../cases/case.ts'
import { lockCode, noteOpened, useCode, type CodeFacts } from '../cases/code-actions.ts'
import { longestAnswer, readAnswer } from '../cases/message.ts'
import type { Participant } from '../cases/participant.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { listRefused } from '../decisions/recipient-actions.ts'
import { takeTurn } from '../edges/actions.ts'
import { actingIn } from '../listings/actions.ts'
import type { Listing } from '../listings/listing.ts'
import { recipientKey, type Recipient } from '../recipients/recipient.ts'
import { goOn, handToCase } from './case-actions.ts'
import { newRequest } from './new-request.ts'
import { findPlace, queueFull } from './queue-actions.ts'
import * as store from './store.ts'

/**
 * A recipient opens a case on behalf of a sender who gave them a code, or joins the one that is there (SUP-3). They have a thread of their own:
 * nobody else in the case learns of them, and they of nobody. Gives the token of its page. Throws `case.code-unknown`, `case.empty`,
 * `case.too-long`, `case.with-owner`, `case.over`, `delisting.queue-full`, `limit.exceeded`.
 */
export async function openAsRecipient(
  ctx: Context,
  recipient: Recipient,
  input: { readonly code: string; readonly text: string },
): Promise<string> {
  const text = plainText(orThrow(readAnswer(input.text)), longestAnswer)
  const facts = await useCode(ctx, input.code, recipientKey(recipient.mailbox))
  const says: Incoming = {
    channel: 'form',
    content: { text, quoted: await evidenceOf(ctx, recipient, facts) },
    isVerified: true,
    isSilent: false,
  }
  const participant = await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const opened = await lockCode(tx, facts.hash)
    if (opened === undefined) throw new Refusal('case.code-unknown')
    const known = facts.participantId ?? opened
    const running = known === null ? undefined : await caseOf(tx, known)
    if (running?.legal) throw new Refusal('case.with-owner')
    // Who was given a code in a case comes to that case, also when it has to be opened again.
    if (running && (running.state !== 'closed' || facts.participantId !== null))
      return await join(tx, running, recipient, says)
    if (facts.refusal === null) throw new Refusal('case.code-unknown')
    const fresh = await open(tx, recipient, facts.refusal, says)
    await noteOpened(tx, facts.hash, fresh.id)
    return fresh
  })
  return pageToken(ctx, participant.id)
}

async function caseOf(tx: Tx, participantId: string): Promise<Case | undefined> {
  const participant = await participantOf(tx, participantId)
  return participant && (await lockCase(tx, participant.caseId))
}

/** In their own thread where they have one; else as one more. */
async function join(
  tx: Tx,
  it: Case,
  { mailbox, language }: Recipient,
  says: Incoming,
): Promise<Participant> {
  const own = (await participantsOf(tx, it.id)).find(
    (each) => each.role === 'recipient' && recipientKey(each.mailbox) === recipientKey(mailbox),
  )
  if (own) {
    await hear(tx, own, says)
    return own
  }
  if (it.state !== 'closed') {
    const { participant } = await joinCase(tx, it, { role: 'recipient', mailbox, language, says })
    await goOn(tx, it.id, participant)
    tx.afterCommit('cases')
    return participant
  }
  // What they say opens it again, within its time.
  const { participant } = await joinCase(tx, it, { role: 'recipient', mailbox, language })
  await hear(tx, participant, says)
  return participant
}

/** With a request behind it where something is listed, so that a person can decide about that. */
async function open(
  tx: Tx,
  recipient: Recipient,
  { ip }: NonNullable<CodeFacts['refusal']>,
  says: Incoming,
): Promise<Participant> {
  const { mailbox, language } = recipient
  const unit = unitOf(ip)
  const by = { role: 'recipient', mailbox, language, says } as const
  const [listing] = await actingIn(tx, ip)
  if (!listing || listing.effect === 'pass')
    return (await openCase(tx, { kind: 'recipient', about: formatPrefix(unit), severity: 'C', by }))
      .participant
  return await ask(tx, recipient, { ip, listing }, says)
}

async function ask(
  tx: Tx,
  { mailbox, language }: Recipient,
  { ip, listing }: Pick<NonNullable<CodeFacts['refusal']>, 'ip'> & { readonly listing: Listing },
  says: Incoming,
): Promise<Participant> {
  const unit = unitOf(ip)
  // A recipient says nothing about who controls the address.
  const place = await findPlace(tx, { unit, control: 'none' })
  if (place.kind === 'none') throw queueFull(place.again)
  const joins = place.kind === 'with' ? place.request : undefined
  const { request } = newRequest(tx, {
    ip,
    unit,
    mailbox,
    language,
    note: '',
    road: 'write-in',
    control: 'none',
    state: joins ? 'joined' : 'review',
  })
  const { case: opened, participant } = await handToCase(tx, request, joins, says, 'recipient')
  await store.insert(tx.queries, {
    ...request,
    decidedAt: tx.clock.now(),
    outcome: 'review',
    outcomeFacts: { again: new Date(opened.effectDueAt).toISOString() },
    listingId: listing.id,
    participantId: participant.id,
  })
  await record(tx, {
    action: joins ? 'delist-request.joined' : 'delist-request.review',
    subject: `delist-request:${request.id}`,
    facts: {
      ip: formatAddress(ip),
      ...(joins ? { request: joins.id } : {}),
      listing: listing.id,
      prefix: formatPrefix(listing.prefix),
      road: 'recipient',
    },
  })
  return participant
}

/** Most refusals that are carried along. */
const mostRefusals = 10

/** What the code and the records say, for the person who decides; in the words of the records, in English as the SMTP line is. */
async function evidenceOf(ctx: Context, { mailbox }: Recipient, { refusal }: CodeFacts): Promise<string> {
  const { refused } = await listRefused(ctx, { mailbox }, { limit: 200 })
  const unit = refusal && formatPrefix(unitOf(refusal.ip))
  const alike = refused.filter(
    ({ ip }) => unit === null || formatPrefix(unitOf(orThrow(parseAddress(ip)))) === unit,
  )
  const line = (at: number, ip: string, what: string): string => `${new Date(at).toISOString()} ${ip} ${what}`
  return [
    ...(refusal === null
      ? []
      : [
          'The refusal that the code was made for:',
          line(refusal.at, formatAddress(refusal.ip), `${reasons[refusal.reason].reference} ${refusal.edge}`),
        ]),
    'Refusals on record of mail to this recipient:',
    ...(alike.length === 0 ? ['none'] : []),
    ...alike
      .slice(0, mostRefusals)
      .map(({ at, ip, mailFrom, code, status, reason }) =>
        line(at, ip, `${mailFrom ?? '?'} ${code} ${status} ${reasons[reason].reference}`),
      ),
  ].join('\n')
}
