import { z } from 'zod'
import { feedbackFields } from '../access/feedback-schema.ts'
import { hopSchema } from '../access/hop-schema.ts'
import { probeFacts } from '../core/probes/facts.ts'
import { longestValue, mostHops, mostReports, mostValues, type FeedbackReport } from '../standards/arf.ts'

/**
 * What the parser says about a message. It ran on hostile bytes in a process of its own, so its word is checked against this
 * schema, sizes included, before anybody acts on it.
 */

/** Text of a message that is looked at. */
export const mostText = 64 * 1024
/** Attachments and reported recipients that are told of; a message with more is refused before. */
export const mostParts = 200
export const mostReportedRecipients = 20

const shortText = z.string().max(998)
const mailbox = z.string().max(320)
const domain = z.string().max(253)

/** Why a message looks as if no person had written it (RFC 3834 §2, security CASE-3). */
export const automaticSigns = [
  'auto-submitted',
  'auto-replied',
  'null-return-path',
  'list',
  'precedence',
  'suppress',
  'local-part',
  'hops',
  'loop',
] as const

/** Why two readers may see different messages in the same bytes (security PAR-2). */
export const ambiguities = ['repeated-field', 'nul', 'broken-field', 'from-differs'] as const

const spfResults = ['pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror'] as const
const dmarcResults = ['pass', 'fail', 'none', 'temperror', 'permerror'] as const

const authentication = z.strictObject({
  spf: z.enum(spfResults),
  /** The domain SPF was asked about, when it passed. */
  spfDomain: domain.nullable(),
  /** Signing domains that verified over the whole body. */
  dkim: z.array(domain).max(20),
  dmarc: z.enum(dmarcResults),
  /** What aligns with the From domain: relaxed unless its DMARC record says otherwise (RFC 9989). Empty: nothing does. */
  aligned: z.array(z.enum(['spf', 'dkim'])).max(2),
  /** Recipients in To and Cc that an aligned signature covers: such a message was written to them and not replayed. */
  signedRecipients: z.array(mailbox).max(mostParts),
  /** DNS did not answer something that might have made it align. */
  isUnsure: z.boolean(),
})

const deliveryReport = z.array(
  z.strictObject({
    recipient: mailbox,
    /** `failed delayed delivered relayed expanded` (RFC 3464 §2.3.3), lower case. */
    action: z.string().max(40),
    status: z.string().max(40),
    diagnostic: shortText,
  }),
)

const sayings = z.array(z.string().max(longestValue)).max(mostValues)
const word = z.string().max(320).optional()

const hops = z.array(hopSchema).max(mostHops)

const feedbackReport: z.ZodType<FeedbackReport> = z.strictObject({
  feedback: z.strictObject(feedbackFields),
  isReport: z.boolean(),
  reportingUser: word,
  to: sayings,
  hops,
})

export const parsedMessage = z.strictObject({
  /** Mailboxes of the From field, domains lower case and in ASCII. */
  from: z.array(mailbox).max(20),
  subject: shortText,
  /** Its Message-ID, and those of the messages that it answers (RFC 5322 §3.6.4), with angle brackets. */
  messageId: z.string().max(998).optional(),
  answers: z.array(z.string().max(998)).max(20).optional(),
  /** The plain text, or what the HTML says, cut at 64 KiB. */
  text: z.string().max(mostText),
  /** What attached texts, messages and delivery reports say, cut at 64 KiB: a forwarded bounce is there. */
  quoted: z.string().max(mostText),
  automatic: z.array(z.enum(automaticSigns)).max(automaticSigns.length),
  ambiguous: z.array(z.enum(ambiguities)).max(ambiguities.length),
  /** Null when nobody asked for it. */
  authentication: authentication.nullable(),
  attachments: z
    .array(z.strictObject({ type: z.string().max(200), size: z.number().int().nonnegative() }))
    .max(mostParts),
  /** Recipients of a delivery report (RFC 3464); null when there is none. */
  report: deliveryReport.max(mostReportedRecipients).nullable(),
  /** The feedback report, or the messages that somebody attached; empty for most mail. */
  feedback: z.array(feedbackReport).max(mostReports),
  /** Trace fields of the message itself, newest first. */
  hops,
  /** For the report of a probe; null when nobody asked for it. */
  probe: probeFacts.nullable(),
})

export type ParsedMessage = z.infer<typeof parsedMessage>
export type Authentication = z.infer<typeof authentication>
export type ReportedRecipient = z.infer<typeof deliveryReport>[number]
export type AutomaticSign = (typeof automaticSigns)[number]
export type Ambiguity = (typeof ambiguities)[number]

/** Budgets that a message can break by what it is; another try would end the same. */
export const breaches = [
  'header-size',
  'header-fields',
  'field-size',
  'hops',
  'signatures',
  'line-length',
  'lines',
  'encoded-words',
  'addresses',
  'boundary',
  'containers',
  'parts',
  'decoded-size',
  'unparsable',
] as const
export type Breach = (typeof breaches)[number]

/** Why there is no parsed message. `crash`, `time` and `memory` ended the process that read it; `busy` never began. */
export type ParseFailure =
  | { readonly failure: 'breach'; readonly breach: Breach }
  | { readonly failure: 'crash' | 'time' | 'memory' | 'busy' }

/** What goes with the bytes of a message. */
export const parseRequest = z.strictObject({
  /** The client's address and name, for SPF; null when they are not known. */
  client: z.string().max(45).nullable(),
  helo: z.string().max(300).nullable(),
  /** Envelope sender; empty for the null sender. */
  mailFrom: z.string().max(320),
  /** Whether SPF, DKIM and DMARC are wanted. */
  authenticate: z.boolean(),
  /** Whether it came to a probe: everything that its report says is wanted as well. */
  probe: z.boolean(),
  /** Milliseconds since 1970. */
  now: z.number(),
})
export type ParseRequest = z.infer<typeof parseRequest>
