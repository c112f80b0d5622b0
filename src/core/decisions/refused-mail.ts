import type { ReasonName } from '../../access/reasons.ts'

/** What was refused to somebody here, as the edge recorded it. Nothing of the sender's standing or of anybody's report is in it. */
export interface RefusedMail {
  /** Names the record: `edge:boot:seq`. */
  readonly id: string
  readonly at: number
  readonly stage: 'rcpt' | 'message'
  readonly ip: string
  /** Domain of MAIL FROM; empty for the null sender, null where the MTA did not say it or several came at once. */
  readonly mailFrom: string | null
  readonly code: number
  readonly status: string
  readonly reason: ReasonName
  readonly listing: string | null
  /** At the message stage: domains whose signature verified. */
  readonly signedBy: readonly string[]
  /** Recipients of theirs that the record names. */
  readonly count: number
}
