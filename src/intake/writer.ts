import { Refusal } from '../base/refusal.ts'
import { parseMailbox, type MailAddress } from '../standards/mail-address.ts'
import type { ParsedMessage } from './parsed-message.ts'
import { reply, type Reply } from './reply.ts'

/** Whom a message was written to, and what else its writer can do: `https://…/delist`, `the junk button`. */
export interface Writing {
  readonly mailbox: string
  readonly elsewhere: string
}

/** The mailbox of the one person who wrote this to us, or why nobody's word is taken for it. */
export function writerOf(message: ParsedMessage, { mailbox: to, elsewhere }: Writing): MailAddress | Reply {
  if (message.ambiguous.length > 0) {
    return reply(
      550,
      `5.6.0 The message header can be read in two ways; please write a plain new message or use ${elsewhere}`,
    )
  }
  if (message.automatic.length > 0)
    return reply(550, `5.7.1 Automatic messages are not taken here, please use ${elsewhere}`)
  const mailbox = message.from.length === 1 ? parseMailbox(message.from[0] ?? '') : undefined
  if (mailbox === undefined || mailbox instanceof Refusal) {
    return reply(550, `5.6.0 From must name one mailbox; please write a new message or use ${elsewhere}`)
  }
  const { authentication } = message
  if (!authentication || (authentication.aligned.length === 0 && authentication.isUnsure)) {
    return reply(451, '4.7.24 SPF or DKIM could not be checked just now, try again later')
  }
  if (authentication.aligned.length === 0) {
    return reply(
      550,
      `5.7.26 The From address is not authenticated by DKIM or SPF of its domain; please use ${elsewhere} instead`,
    )
  }
  // A signature alone could have been lifted from a message to somebody else.
  if (authentication.aligned.includes('spf') || authentication.signedRecipients.includes(to)) return mailbox
  return reply(
    550,
    `5.7.7 The DKIM signature does not cover ${to} in To or Cc; please write to it directly or use ${elsewhere}`,
  )
}
