import type { LetterLink } from '../letter-link.ts'
import type { ClaimFacts, MailProof } from './claim.ts'

/** What a link does: signs its mailbox in, confirms a claim, or shows and erases what is known of somebody. It does nothing else. */
export const linkPurposes = ['enter', 'contact', 'person'] as const
export type LinkPurpose = (typeof linkPurposes)[number]

/** One to an owner, or about what an owner claims. */
export interface OwnerLink extends LetterLink {
  readonly purpose: LinkPurpose
  /** The claim that it asks the contact of a network about; null for the other purposes. */
  readonly about: {
    readonly claimId: string
    readonly proof: MailProof
    readonly facts: ClaimFacts
  } | null
}
