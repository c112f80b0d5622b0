import type { LetterLink } from '../letter-link.ts'
import type { ClaimFacts, MailProof } from './claim.ts'

/** One to an owner, or about what an owner claims. */
export interface OwnerLink extends LetterLink {
  /** The claim that it asks the contact of a network about; null: it signs the mailbox itself in. */
  readonly about: {
    readonly claimId: string
    readonly proof: MailProof
    readonly facts: ClaimFacts
  } | null
}
