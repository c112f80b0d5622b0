import { orThrow } from '../../base/refusal.ts'
import { knownWord } from '../../base/known-word.ts'
import { formatPrefix, parseListable } from '../../standards/prefix.ts'
import { mailProofs, type ClaimFacts, type MailProof } from './claim.ts'

/** Facts of a claim as they are stored. */
interface StoredFacts {
  readonly registered?: string | null
  readonly holes?: readonly string[]
}

export function factsText(facts: ClaimFacts): string {
  return JSON.stringify(storedFacts(facts))
}

export function readFacts(text: string): ClaimFacts {
  return claimFacts(JSON.parse(text) as StoredFacts)
}

/** What a contact is asked about, and what the claim will rest on if they say yes. */
export interface Question {
  readonly claimId: string
  readonly proof: MailProof
  readonly facts: ClaimFacts
}

/** A question as the link in its letter keeps it. */
export function questionContent({ claimId, proof, facts }: Question): unknown {
  return { claimId, proof, facts: storedFacts(facts) }
}

export function readQuestion(content: unknown): Question {
  const { claimId, proof, facts } = content as {
    readonly claimId: string
    readonly proof: string
    readonly facts: StoredFacts
  }
  return {
    claimId,
    proof: knownWord(mailProofs, proof, `question about ${claimId}`),
    facts: claimFacts(facts),
  }
}

function storedFacts({ registered, holes }: ClaimFacts): StoredFacts {
  return { registered, holes: holes.map(formatPrefix) }
}

function claimFacts({ registered = null, holes = [] }: StoredFacts): ClaimFacts {
  return { registered, holes: holes.map((hole) => orThrow(parseListable(hole))) }
}
