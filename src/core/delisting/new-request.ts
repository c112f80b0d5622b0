import type { Language } from '../../access/reasons.ts'
import { newId } from '../../base/id.ts'
import { plainText } from '../../base/plain-text.ts'
import type { Address } from '../../standards/ip.ts'
import { mailboxKey, type MailAddress } from '../../standards/mail-address.ts'
import type { Prefix } from '../../standards/prefix.ts'
import type { Tx } from '../context.ts'
import { hashHalf, newHalves, type Halves } from '../halves.ts'
import type { Control, DelistRequest, RequestState } from './request.ts'

/** What is known of a request when it is made, whoever asks and by whatever road. */
export interface Asking {
  readonly ip: Address
  readonly unit: Prefix
  readonly mailbox: MailAddress
  readonly language: Language
  /** Their words; cut at 4,000 characters, without control characters. */
  readonly note: string
  readonly road: DelistRequest['road']
  readonly control: Control
  readonly state: RequestState
  readonly wantsLetter?: boolean | undefined
}

/** A request of this moment that nothing has been decided about, with the halves that confirm it. It is not in the store yet. */
export function newRequest(
  tx: Tx,
  asking: Asking,
): { readonly request: DelistRequest; readonly halves: Halves } {
  const [id, halves, now] = [newId(), newHalves(), tx.clock.now()]
  const { note, wantsLetter = false, ...rest } = asking
  const request: DelistRequest = {
    ...rest,
    id,
    mailboxKey: mailboxKey(asking.mailbox),
    note: plainText(note, 4000),
    linkHash: hashHalf(tx.keys.halves, 'link', id, halves.link),
    browserHash: hashHalf(tx.keys.halves, 'browser', id, halves.secret),
    codeHash: hashHalf(tx.keys.halves, 'code', id, halves.code),
    proofToken: halves.proofToken,
    tries: 0,
    createdAt: now,
    expiresAt: now + tx.settings.delisting.linkMs,
    decidedAt: null,
    outcome: null,
    outcomeFacts: {},
    listingId: null,
    feedSeq: null,
    wantsLetter,
    letThroughAt: null,
    letThroughEdge: null,
    queueId: null,
    acceptedAt: null,
    refusedAgainAt: null,
    decidedBy: null,
    participantId: null,
    version: 1,
  }
  return { request, halves }
}
