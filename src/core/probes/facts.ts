import { z } from 'zod'

/**
 * What the process that reads hostile messages tells of one that came to a probe address: facts for the report, and nothing of the
 * body. Its word is held against this schema, sizes included, before anybody acts on it, and kept as JSON as long as the report.
 */

const domain = z.string().max(253)
const words = z.string().max(200)
const count = z.number().int().nonnegative()

/** What MIME makes impossible to read for some (RFC 2045, RFC 2046). */
export const mimeFaults = [
  'version-missing',
  'type-invalid',
  'boundary-missing',
  'boundary-unused',
  'not-closed',
  'encoding-unknown',
  'encoding-of-multipart',
  'bytes-undeclared',
  'charset-unknown',
  'html-only',
] as const

export const probeForm = z.strictObject({
  /** Octets of the message as it came. */
  size: count,
  date: z.strictObject({
    fields: count,
    /** Milliseconds since 1970; null when there is none or it is no date (RFC 5322 §3.3). */
    at: z.number().nullable(),
  }),
  messageId: z.strictObject({ fields: count, isValid: z.boolean() }),
  from: z.strictObject({ fields: count, mailboxes: count, hasSender: z.boolean() }),
  hasSubject: z.boolean(),
  hasRecipients: z.boolean(),
  /** Names of fields that may stand once and stand more often (RFC 5322 §3.6). */
  repeated: z.array(z.string().max(40)).max(20),
  /** Lines of the header that are neither a field nor the continuation of one. */
  brokenLines: count,
  hasNul: z.boolean(),
  /** Bytes above 127 in the header, which only SMTPUTF8 allows (RFC 6532). */
  isHeaderEightBit: z.boolean(),
  /** Octets of the longest line without its end, and how many are longer than 998 (RFC 5322 §2.1.1). */
  longestLine: count,
  longLines: count,
  mime: z.array(z.enum(mimeFaults)).max(mimeFaults.length),
})
export type ProbeForm = z.infer<typeof probeForm>

export const probeFacts = z.strictObject({
  form: probeForm,
  /** The header as readers see it. */
  header: z.strictObject({
    from: z.string().max(320).nullable(),
    displayName: words.nullable(),
    sender: z.string().max(320).nullable(),
    replyTo: z.array(z.string().max(320)).max(10),
  }),
  /** What each trace field says of TLS, newest first, as the hops of the message: a version, `none`, or null when it does not say. */
  tls: z
    .array(z.strictObject({ version: z.string().max(20).nullable(), cipher: z.string().max(80).nullable() }))
    .max(100),
  list: z.strictObject({
    /** Addresses of List-Unsubscribe (RFC 2369): scheme and host only, for what follows names a reader. */
    ways: z.array(z.strictObject({ scheme: z.string().max(20), host: domain })).max(10),
    hasUnsubscribe: z.boolean(),
    /** List-Unsubscribe-Post (RFC 8058 §3.1). */
    post: z.enum(['absent', 'valid', 'invalid']),
    /** Both fields are covered by a signature that verified (RFC 8058 §4). */
    isSigned: z.boolean(),
    /** It says of itself that it is list or bulk mail. */
    isBulk: z.boolean(),
  }),
  spf: z.strictObject({
    result: z.enum(['pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror']),
    /** What was asked about: the envelope sender's domain, else the HELO name (RFC 7208 §2.4). */
    domain: domain.nullable(),
    identity: z.enum(['mailfrom', 'helo']),
    isAligned: z.boolean(),
  }),
  dkim: z
    .array(
      z.strictObject({
        domain,
        selector: z.string().max(200),
        result: z.enum(['pass', 'fail', 'neutral', 'temperror', 'permerror', 'policy', 'none']),
        why: words,
        algorithm: z.string().max(40),
        /** Of an RSA key; null when it is none or was not found. */
        bits: count.nullable(),
        /** Names of the signed fields, lower case, each once. */
        signed: z.array(z.string().max(80)).max(60),
        /** The whole body is signed (no `l=` that leaves some out). */
        isWhole: z.boolean(),
        isAligned: z.boolean(),
      }),
    )
    .max(20),
  dmarc: z.strictObject({
    result: z.enum(['pass', 'fail', 'none', 'temperror', 'permerror']),
    domain: domain.nullable(),
    policy: z.string().max(20).nullable(),
  }),
  /** RFC 8617; null without a chain. */
  arc: z
    .strictObject({
      result: z.enum(['pass', 'fail', 'none', 'temperror', 'permerror']),
      instances: count,
      sealer: domain.nullable(),
      why: words,
    })
    .nullable(),
})
export type ProbeFacts = z.infer<typeof probeFacts>
export type ProbeSignature = ProbeFacts['dkim'][number]
