import type { Language } from '../../access/reasons.ts'
import type { MailAddress } from '../../standards/mail-address.ts'

export const participantRoles = ['sender', 'recipient', 'owner'] as const
export type ParticipantRole = (typeof participantRoles)[number]

/**
 * Somebody who takes part in a case. Each has a thread of their own with us, with an address and a page of its own, and learns
 * nothing of the others (security CASE-6).
 */
export interface Participant {
  readonly id: string
  readonly caseId: string
  readonly role: ParticipantRole
  readonly mailbox: MailAddress
  readonly mailboxKey: string
  readonly language: Language
  readonly sinceAt: number
}
