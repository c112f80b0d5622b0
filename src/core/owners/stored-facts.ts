import { orThrow } from '../../base/refusal.ts'
import { formatPrefix, parseListable } from '../../standards/prefix.ts'
import type { ClaimFacts, MailProof } from './claim.ts'

/** Facts of a claim, or of a letter about it, as they are stored. */
interface StoredFacts {
  readonly registered?: string | null
  readonly holes?: readonly string[]
  readonly proof?: MailProof
}

export function factsText({ registered, holes }: ClaimFacts, proof?: MailProof): string {
  const stored: StoredFacts = { registered, holes: holes.map(formatPrefix), ...(proof && { proof }) }
  return JSON.stringify(stored)
}

export function readFacts(text: string): {
  readonly facts: ClaimFacts
  readonly proof: MailProof | undefined
} {
  const { registered = null, holes = [], proof } = JSON.parse(text) as StoredFacts
  return { facts: { registered, holes: holes.map((hole) => orThrow(parseListable(hole))) }, proof }
}
