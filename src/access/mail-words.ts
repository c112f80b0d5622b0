import type { Address } from '../standards/ip.ts'

/** Words and events of `postern.event/1` (contracts 2); `mail-event.ts` reads and writes them. */

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
