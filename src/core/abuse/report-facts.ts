import type { Attribution } from './attribution.ts'
import type { Origin } from './origin.ts'

/** What a report says of itself, kept for the people at the desk. No mailbox of a reporter or recipient stands in it. */
export interface ReportFacts {
  readonly reasons: Origin['reasons']
  readonly isReplay: boolean
  readonly attribution: Attribution | null
  /** Messages in it. */
  readonly reported: number
  readonly claims: { readonly kind: string | null; readonly errors: readonly string[] } | null
  /** Of the reported message, mailboxes of strangers redacted (RFC 6590). */
  readonly sample: Sample | null
  readonly elsewhere: { readonly address: string; readonly contact: string | null } | null
  /** Why it could not be read. */
  readonly unread?: string | undefined
}

/** What the owner of the account may see of a message that they sent. */
export interface Sample {
  readonly from: string | null
  readonly subject: string | null
  readonly date: string | null
  readonly messageId: string | null
  readonly recipient: string | null
  /** The line of ours that took the message: from where, and when. */
  readonly takenFrom: string | null
  readonly takenAt: number | null
}
