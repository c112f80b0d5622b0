import { z } from 'zod'
import { boot, count, edgeName, ip, listingId, strangersText, time } from './feed-fields.ts'
import { authenticationTests, type AuthenticationTest } from './high-volume.ts'
import { reasonNames, type ReasonName } from './reasons.ts'

/** A refusal or deferral as the edge recorded it, one per case link; `count` grows while the link is the same (contracts 8). */
export interface DecisionRecord {
  readonly v: 1
  readonly edge: string
  readonly boot: string
  /** Unique with `edge` and `boot`. */
  readonly seq: number
  /** First time it was said, milliseconds since 1970. */
  readonly at: number
  readonly stage: 'rcpt' | 'message'
  readonly ip: string
  /** As given, fit to be kept by `recordText`; null when the MTA said nothing. */
  readonly helo: string | null
  readonly ptr: string | null
  readonly mailFrom: string | null
  /** Keyed hashes, at most 20; never a mailbox. */
  readonly recipients: readonly string[]
  readonly code: number
  readonly status: string
  readonly reason: ReasonName
  readonly listing: string | null
  readonly standing: null
  /** Messages in the hour to exempt mailboxes, when that is what ran out. */
  readonly budget: { readonly limit: number; readonly spent: number; readonly until: number } | null
  /** At the message stage: whose mail it said it was, and which tests failed. */
  readonly authentication?:
    | {
        readonly domain: string
        readonly failed: readonly AuthenticationTest[]
        /** It went to Junk; what the record says besides is what would have been said. */
        readonly isJunked?: boolean | undefined
      }
    | undefined
  /** At the message stage: domains whose signature (DKIM) verified, at most five; absent when none did. */
  readonly signedBy?: readonly string[] | undefined
  /** It passed, for the recipients vouch for the sender; what the record says besides would have been said. `mode` is `observe` then. */
  readonly isVouched?: boolean | undefined
  /** Feed number of the table that decided. */
  readonly table: number
  readonly count: number
  /** `observe`: what would have been said. */
  readonly mode: 'enforce' | 'observe'
  /** Minute of the case link: `at` in whole minutes since 1970. */
  readonly minute: number
}

/** The first message that passed from a unit under watch. */
export interface LetThrough {
  readonly edge: string
  readonly boot: string
  readonly seq: number
  readonly at: number
  readonly ip: string
  readonly queueId: string
  readonly helo: string | null
  readonly mailFrom: string | null
}

/** Most recipients that a record names. */
export const mostRecipients = 20

/** Most signing domains that a record names. */
export const mostSigners = 5

/** Hexadecimal or base64: an `@` would be a mailbox. */
const keyedHash = z.string().regex(/^[0-9A-Za-z+/_=-]{8,88}$/)

export const decisionRecordSchema: z.ZodType<DecisionRecord> = z.object({
  v: z.literal(1),
  edge: edgeName,
  boot,
  seq: count,
  at: time,
  stage: z.enum(['rcpt', 'message']),
  ip,
  helo: strangersText.nullable(),
  ptr: strangersText.nullable(),
  mailFrom: strangersText.nullable(),
  recipients: z.array(keyedHash).max(mostRecipients),
  code: z.int().min(400).max(599),
  status: z.string().regex(/^[45]\.[0-9]{1,3}\.[0-9]{1,3}$/),
  reason: z.enum(reasonNames),
  listing: listingId.nullable(),
  standing: z.null(),
  budget: z.object({ limit: count, spent: count, until: time }).nullable(),
  authentication: z
    .object({
      domain: strangersText,
      failed: z.array(z.enum(authenticationTests)).max(3),
      isJunked: z.boolean().optional(),
    })
    .optional(),
  signedBy: z.array(strangersText).max(mostSigners).optional(),
  isVouched: z.boolean().optional(),
  table: count,
  count: count.min(1),
  mode: z.enum(['enforce', 'observe']),
  minute: count.max(0xffffffff),
})

export const letThroughSchema: z.ZodType<LetThrough> = z.object({
  edge: edgeName,
  boot,
  seq: count,
  at: time,
  ip,
  queueId: z.string().regex(/^[0-9A-Za-z]{1,64}$/),
  helo: strangersText.nullable(),
  mailFrom: strangersText.nullable(),
})
