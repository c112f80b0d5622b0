import { orThrow } from '../../base/refusal.ts'
import { parseMailbox, type MailAddress } from '../../standards/mail-address.ts'
import type { Context } from '../context.ts'
import { listRefused, refusedShownDays } from '../decisions/recipient-actions.ts'
import type { RefusedMail } from '../decisions/refused-mail.ts'
import { mayActFor, mayLookAfter, type Recipient } from '../recipients/recipient.ts'

/** What of refused mail somebody looks at: that to one mailbox, or to everybody of a domain that they look after. */
export type Wanted = { readonly mailbox: MailAddress } | { readonly domain: string }

/** Reads what somebody asks to see; without a word of theirs it is their own mailbox. Throws `recipients.not-theirs`. */
export function readWanted(
  recipient: Recipient,
  asked: { readonly mailbox?: string | undefined; readonly domain?: string | undefined },
): Wanted {
  const { mailbox, domain } = asked
  if (domain !== undefined && domain !== '') {
    const refusal = mayLookAfter(recipient, domain.toLowerCase())
    if (refusal) throw refusal
    return { domain: domain.toLowerCase() }
  }
  const wanted =
    mailbox === undefined || mailbox.trim() === '' ? recipient.mailbox : orThrow(parseMailbox(mailbox.trim()))
  const refusal = mayActFor(recipient, wanted)
  if (refusal) throw refusal
  return { mailbox: wanted }
}

export interface Shown {
  readonly wanted: Wanted
  /** How far back it goes. */
  readonly days: number
  readonly refused: readonly RefusedMail[]
  readonly next?: string
}

/** What was refused to them, newest first, in pages. */
export async function showRefused(
  ctx: Context,
  recipient: Recipient,
  asked: {
    readonly mailbox?: string | undefined
    readonly domain?: string | undefined
    readonly after?: string | undefined
    readonly limit: number
  },
): Promise<Shown> {
  const wanted = readWanted(recipient, asked)
  return { wanted, days: refusedShownDays(ctx), ...(await listRefused(ctx, wanted, asked)) }
}
