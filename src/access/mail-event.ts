import { z } from 'zod'
import { Refusal } from '../base/refusal.ts'
import { formatAddress, parseAddress, type Address } from '../standards/ip.ts'
import { readMessageId } from '../standards/message-id.ts'

/**
 * What happened to mail: `postern.event/1` (contracts 2), one JSON object a line. The doors, the readers of logs and filters,
 * the judgement and the replay speak of mail in this form.
 */

export const spfResults = ['pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror'] as const
export type SpfResult = (typeof spfResults)[number]
export const dmarcResults = ['pass', 'fail', 'none', 'temperror', 'permerror'] as const
export type DmarcResult = (typeof dmarcResults)[number]
export const verdicts = ['ham', 'spam', 'phish', 'malware', 'bulk', 'unknown'] as const
/** The content filter's opinion. */
export type MailVerdict = (typeof verdicts)[number]
export const outcomes = ['accepted', 'rejected', 'deferred'] as const
export type Outcome = (typeof outcomes)[number]
export const complaintKinds = ['junk', 'phish', 'not-junk'] as const
export type ComplaintKind = (typeof complaintKinds)[number]

interface Common {
  /** Unique within its source for 72 hours. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly address: Address
  /** The same in canonical text. */
  readonly ip: string
}

/** What is known of the client before any recipient is named. */
interface Greeting {
  readonly helo?: string | undefined
  /** Forward-confirmed name, lower case; null when there is none; undefined when not known. */
  readonly ptr?: string | null | undefined
}

export interface MessageEvent extends Common, Greeting {
  readonly type: 'message'
  /** Domain of the envelope sender, `''` for the null sender. */
  readonly mailFrom?: string | undefined
  /** Domain of the header From. */
  readonly from?: string | undefined
  readonly spf?: SpfResult | undefined
  /** Signing domains that verified. */
  readonly dkim?: readonly string[] | undefined
  readonly dmarc?: DmarcResult | undefined
  /** RCPT commands; undefined when the source does not know. */
  readonly recipients?: number | undefined
  readonly unknownRecipients?: number | undefined
  readonly trapRecipients?: number | undefined
  /** Mailboxes or their keyed hashes. */
  readonly rcpt?: readonly string[] | undefined
  readonly outcome?: Outcome | undefined
  /** Whether the outcome was our own answer: then it was an attempt and nothing more. */
  readonly isOurs: boolean
  readonly verdict?: MailVerdict | undefined
  readonly size?: number | undefined
  readonly messageId?: string | undefined
  readonly queueId?: string | undefined
}

/** A session that named no recipient, or gave up. */
export interface ConnectionEvent extends Common, Greeting {
  readonly type: 'connection'
}

export interface ComplaintEvent extends Common {
  readonly type: 'complaint'
  readonly kind: ComplaintKind
  /** Keyed hash of the reporting mailbox, or the mailbox itself. */
  readonly reporter?: string | undefined
  readonly messageId?: string | undefined
  /** Id of the message event that the complaint is about. */
  readonly message?: string | undefined
}

export type MailEvent = MessageEvent | ConnectionEvent | ComplaintEvent

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
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`.slice(0, 200)
}
