import type { Refusal } from '../base/refusal.ts'
import type { CaseMail } from '../core/cases/mail-actions.ts'
import type { Content } from '../core/cases/message.ts'
import type { MailAddress } from '../standards/mail-address.ts'
import type { Client } from './client.ts'
import { asksToStop } from './intent.ts'
import type { ParsedMessage } from './parsed-message.ts'
import { isTemporary, replies, reply, type Reply } from './reply.ts'
import { writerOf } from './writer.ts'

/** What came to the thread of a case: kept there, whoever wrote it; only the participant's own word moves anything (security CASE-1). */

/** What core does for them; throws a `Refusal` when the rules say no. */
export interface CaseMailActions {
  /** Keeps a message in the thread of a case; durable when it resolves. */
  hearCaseMail(mail: CaseMail): Promise<'kept' | 'known' | 'copy' | 'silent'>
  /** Why the thread of this tag takes no mail any more; undefined: it does. */
  refusalOfCase(tag: string): Promise<Refusal | undefined>
  /** The reader of the letters of this thread wants no more. */
  stopCaseLetters(tag: string): Promise<unknown>
}

/** A message to `mailbox`, for the thread of this tag. */
export async function hearCase(
  actions: CaseMailActions,
  { raw, client }: { readonly raw: Buffer; readonly client: Client },
  { tag, mailbox }: { readonly tag: string; readonly mailbox: string },
  message: ParsedMessage,
): Promise<Reply> {
  const writer = caseWriter(message, mailbox)
  if (typeof writer === 'object') return writer
  if (message.automatic.length === 0 && asksToStop(message)) {
    await actions.stopCaseLetters(tag)
    return reply(250, '2.0.0 You get no more of these letters for 90 days')
  }
  const address = client.isSender ? client.address : undefined
  const mail: CaseMail = { tag, raw, content: contentOf(message), writer, client: address }
  const answer = await actions.hearCaseMail(mail)
  return answer === 'silent' ? replies.unanswered : reply(250, '2.0.0 Thank you, it is with your case')
}

/** Who wrote it, as far as somebody vouches for them. A message that can be read in two ways is nobody's, and DNS may be asked again. */
function caseWriter(message: ParsedMessage, mailbox: string): MailAddress | Reply | undefined {
  if (message.automatic.length > 0) return undefined
  const writer = writerOf(message, { mailbox, elsewhere: 'the page of your case' })
  if (typeof writer === 'string') return writer
  return isTemporary(writer) || message.ambiguous.length > 0 ? writer : undefined
}

/** What is kept of a message as text. */
export function contentOf(message: ParsedMessage): Content {
  const { subject, text, quoted, attachments, automatic, from, messageId } = message
  return {
    text,
    subject,
    ...(quoted.trim() !== '' && { quoted }),
    ...(from[0] !== undefined && { from: from[0] }),
    ...(messageId !== undefined && { messageId }),
    ...(attachments.length > 0 && { attachments }),
    ...(automatic.length > 0 && { automatic }),
  }
}

/** The tag of the thread that a message answers: it stands in the Message-IDs of our letters. */
export function answeredTag(
  { answers = [] }: ParsedMessage,
  replyDomain: string,
  isOurs: (tag: string) => boolean,
): string | undefined {
  for (const id of answers) {
    const [, tag, domain] = /^<c\.([0-9a-z]{26}\.[0-9a-f]{20})\.[0-9a-z]{26}@([^<>@\s]+)>$/i.exec(id) ?? []
    if (tag !== undefined && domain?.toLowerCase() === replyDomain.toLowerCase() && isOurs(tag.toLowerCase()))
      return tag.toLowerCase()
  }
  return undefined
}
