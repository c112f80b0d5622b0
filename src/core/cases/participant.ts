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
  /** When they said that they need nothing any more: no letter goes to them then, and nothing is decided for them. */
  readonly withdrawnAt: number | null
  /** What they said of it once it was over, where the survey is on. */
  readonly helped: Helped | null
}

/** Answers to whether it helped. */
export const helpedAnswers = ['yes', 'partly', 'no'] as const
export type Helped = (typeof helpedAnswers)[number]

/** Whether they still take part. */
export function takesPart({ withdrawnAt }: Pick<Participant, 'withdrawnAt'>): boolean {
  return withdrawnAt === null
}
