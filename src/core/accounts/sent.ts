import { z } from 'zod'
import { mac, type Secret } from '../../base/secret.ts'
import { Refusal } from '../../base/refusal.ts'
import { mailboxKey, parseMailbox } from '../../standards/mail-address.ts'
import { readMessageId } from '../../standards/message-id.ts'

/**
 * What our submission servers sent, one line of NDJSON (`postern.sent/1`) for a message or for some of its recipients:
 *
 *     {"v":1,"type":"sent","at":"2026-05-04T10:15:30Z","account":"ann","messageId":"<a@provider.example>","recipients":["joe@example.org"],"queueId":"4XyZ"}
 */
export interface Sent {
  /** Milliseconds since 1970. */
  readonly at: number
  /** The login, as the submission server has it. */
  readonly account: string
  readonly messageId: string
  /** Mailboxes. */
  readonly recipients: readonly string[]
  readonly queueId?: string | undefined
}

const printable = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[^\x00-\x1f\x7f]*$/)

const line = z.object({
  v: z.literal(1),
  type: z.literal('sent'),
  at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  account: printable(320),
  messageId: printable(998).transform(readMessageId).pipe(z.string()),
  recipients: z.array(printable(320)).min(1).max(1000),
  queueId: printable(64).optional(),
})

/** The line, or a sentence that says why it cannot be used. */
export function readSentLine(text: string): Sent | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'not JSON'
  }
  const parsed = line.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`
}

/** The line without its end; `readSentLine` gives it back. */
export function formatSent({ at, account, messageId, recipients, queueId }: Sent): string {
  const sent = { v: 1, type: 'sent', at: new Date(at).toISOString(), account, messageId, recipients }
  return JSON.stringify(queueId === undefined ? sent : { ...sent, queueId })
}

/** What a Message-ID is kept and found by. */
export function messageKey(key: Secret, messageId: string): string {
  return mac(key, `sent-message\0${readMessageId(messageId) ?? ''}`, 16).toString('base64url')
}

/** What a recipient is kept and found by: spellings of one mailbox have one key. */
export function recipientKey(key: Secret, mailbox: string): string {
  const parsed = parseMailbox(mailbox)
  const name = parsed instanceof Refusal ? mailbox.toLowerCase() : mailboxKey(parsed)
  return mac(key, `sent-recipient\0${name}`, 16).toString('base64url')
}
