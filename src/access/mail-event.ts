import { z } from 'zod'
import { Refusal } from '../base/refusal.ts'
import { formatAddress, parseAddress } from '../standards/ip.ts'
import { readMessageId } from '../standards/message-id.ts'
import {
  complaintKinds,
  dmarcResults,
  outcomes,
  spfResults,
  verdicts,
  type ComplaintEvent,
  type ConnectionEvent,
  type MailEvent,
  type MessageEvent,
} from './mail-words.ts'
import { readPlainMessage } from './plain-message.ts'

/**
 * What happened to mail: `postern.event/1` (contracts 2), one JSON object a line. The doors, the readers of logs and filters,
 * the judgement and the replay speak of mail in this form.
 */

export * from './mail-words.ts'

const count = z.int().nonnegative().max(1_000_000)
/** A database may refuse control characters, and that would hold up the other lines. */
const printable = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[^\x00-\x1f\x7f]*$/)
/** In the one form by which complaints find their message. */
const messageId = printable(998).transform(readMessageId).optional()
const name = printable(255).transform((text) => text.toLowerCase().replace(/\.$/, ''))

const common = {
  v: z.literal(1),
  id: printable(200).min(1),
  at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  ip: z.string().max(45),
}
const greeting = { helo: printable(500).optional(), ptr: name.nullable().optional() }

const line = z.discriminatedUnion('type', [
  z.object({
    ...common,
    ...greeting,
    type: z.literal('message'),
    mailFrom: name.optional(),
    from: name.optional(),
    spf: z.enum(spfResults).optional(),
    dkim: z.array(name).max(50).optional(),
    dmarc: z.enum(dmarcResults).optional(),
    recipients: count.optional(),
    unknownRecipients: count.optional(),
    trapRecipients: count.optional(),
    rcpt: z.array(printable(320)).max(50).optional(),
    outcome: z.enum(outcomes).optional(),
    by: printable(100).optional(),
    verdict: z.enum(verdicts).optional(),
    size: z.int().nonnegative().optional(),
    messageId,
    queueId: printable(64).optional(),
  }),
  z.object({ ...common, ...greeting, type: z.literal('connection') }),
  z.object({
    ...common,
    type: z.literal('complaint'),
    kind: z.enum(complaintKinds),
    reporter: printable(320).optional(),
    messageId,
    message: printable(200).optional(),
  }),
])

/** The event in one parsed line; a sentence that says why not when it holds none. Unknown fields are ignored. */
export function readMailEvent(value: unknown): MailEvent | string {
  return readPlainMessage(value) ?? readBySchema(value)
}

/** The same, without the short way for plain messages. */
export function readBySchema(value: unknown): MailEvent | string {
  const parsed = line.safeParse(value)
  if (!parsed.success) return firstIssue(parsed.error)
  const { v: _, ...fields } = parsed.data
  const address = parseAddress(fields.ip)
  if (address instanceof Refusal) return `ip: ${address.code}`
  const here = { address, ip: formatAddress(address) }
  if (fields.type !== 'message') return { ...fields, ...here }
  const { by, ...rest } = fields
  return { ...rest, ...here, isOurs: by?.toLowerCase() === 'postern' }
}

/** The event in one line of NDJSON, or why there is none. */
export function readMailEventLine(text: string): MailEvent | string {
  try {
    return readMailEvent(JSON.parse(text))
  } catch {
    return 'not JSON'
  }
}

/**
 * The event as `formatMailEvent` wrote it down: it was examined when it was read from outside, and is not examined again. Undefined when
 * there is no address in it.
 */
export function recallMailEvent(text: string): MailEvent | undefined {
  const { v: _, by, ...written } = JSON.parse(text) as Written<MailEvent> & { at: string; ip: string }
  const address = parseAddress(written.ip)
  if (address instanceof Refusal) return undefined
  const event = { ...written, address, at: Date.parse(written.at) } as unknown as MailEvent
  return event.type === 'message' ? { ...event, isOurs: by === 'postern' } : event
}

/** The event as one line of NDJSON without its end; `readMailEventLine` gives it back. */
export function formatMailEvent(event: MailEvent): string {
  const { at, type, id, ip } = event
  const common = { v: 1, at: new Date(at).toISOString(), type, id, ip }
  // Written out: copying the rest of an object costs more than all else here, and logs have millions of lines.
  switch (event.type) {
    case 'message':
      return JSON.stringify({
        ...common,
        helo: event.helo,
        ptr: event.ptr,
        mailFrom: event.mailFrom,
        from: event.from,
        spf: event.spf,
        dkim: event.dkim,
        dmarc: event.dmarc,
        recipients: event.recipients,
        unknownRecipients: event.unknownRecipients,
        trapRecipients: event.trapRecipients,
        rcpt: event.rcpt,
        outcome: event.outcome,
        by: event.isOurs ? 'postern' : undefined,
        verdict: event.verdict,
        size: event.size,
        messageId: event.messageId,
        queueId: event.queueId,
      } satisfies Written<MessageEvent>)
    case 'connection':
      return JSON.stringify({
        ...common,
        helo: event.helo,
        ptr: event.ptr,
      } satisfies Written<ConnectionEvent>)
    case 'complaint':
      return JSON.stringify({
        ...common,
        kind: event.kind,
        reporter: event.reporter,
        messageId: event.messageId,
        message: event.message,
      } satisfies Written<ComplaintEvent>)
  }
}

/** Every field that an event has, so that none is forgotten. */
type Written<Event> = Record<Exclude<keyof Event, 'address' | 'isOurs'>, unknown> & {
  readonly v: number
  readonly by?: string | undefined
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues
  const field = issue?.path.join('.') ?? ''
  return `${field === '' ? '' : `${field}: `}${issue?.message ?? 'unreadable'}`.slice(0, 200)
}
