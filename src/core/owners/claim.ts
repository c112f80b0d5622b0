import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import { covers, formatPrefix, parseListable, type Prefix } from '../../standards/prefix.ts'
import { specialPurpose } from '../../standards/special-purpose.ts'

/** Somebody whose mailbox has shown itself, and who may hold address space. */
export interface Owner {
  readonly id: string
  readonly mailbox: MailAddress
  readonly language: Language
}

/**
 * What a grant rests on. `txt`: a record in the reverse zone. `forward`: the address and its name confirm each other, and the name has the
 * record. `http`: a file served from the address. `delegation`: who owns the wider range gave it.
 */
export const proofs = ['txt', 'forward', 'http', 'delegation'] as const
export type Proof = (typeof proofs)[number]

/** Those that a person asks us to look for, and that are looked for again each day. */
export const lookedProofs = ['txt', 'forward', 'http'] as const satisfies readonly Proof[]
export type LookedProof = (typeof lookedProofs)[number]

export const claimStates = ['open', 'granted', 'ended'] as const
export type ClaimState = (typeof claimStates)[number]

export const claimEnds = ['given-up', 'revoked', 'proof-gone', 'expired', 'delegation-ended'] as const
export type ClaimEnd = (typeof claimEnds)[number]

/** A network that an owner says is theirs; granted once it is proven. */
export interface Claim {
  readonly id: string
  readonly ownerId: string
  readonly prefix: Prefix
  /** 130 random bits, of this owner and network alone (security OWN-1). */
  readonly token: string
  /** Hash of the token: what a record or a file shows. */
  readonly value: string
  readonly state: ClaimState
  readonly proof: Proof | null
  /** The claim that this one is a part of, given by its owner. */
  readonly parentId: string | null
  readonly createdAt: number
  /** Since when it is granted: nothing from before is shown (security OWN-5). */
  readonly sinceAt: number | null
  readonly checkedAt: number | null
  /** Since when the proof is not found. */
  readonly failedAt: number | null
  /** An open claim is forgotten then; a granted one has to be proven anew. */
  readonly expiresAt: number
  readonly endedAt: number | null
  readonly endedWhy: ClaimEnd | null
  readonly version: number
}

/** The widest network that can be claimed: what one holder commonly has (security OWN-4). */
export const widestClaim = { 4: 16, 6: 32 } as const

/** Claims that one owner may have at once. */
export const mostClaims = 100

/** How often a proof is looked for again, and how long it may be missing: two failures, a day apart, end the grant (security OWN-1). */
export const recheckMs = day
export const missingMs = day

/** Reads a network that somebody claims: an address (IPv6: its /64) or a prefix, up to /16 and /32. */
export function readRange(text: string): Prefix | Refusal {
  const prefix = parseListable(text.trim())
  if (prefix instanceof Refusal) return prefix
  const widest = widestClaim[prefix.family]
  if (prefix.length < widest)
    return new Refusal('owners.too-wide', { input: formatPrefix(prefix), widest: `/${widest}` })
  const special = specialPurpose(prefix)
  return special
    ? new Refusal('address.special-purpose', { prefix: formatPrefix(prefix), block: special })
    : prefix
}

/** Which proofs can be looked for: a host speaks for its own address only, and in IPv6 an address is not all of its /64. */
export function proofsOf(prefix: Prefix): readonly LookedProof[] {
  return prefix.family === 4 && prefix.length === 32 ? lookedProofs : ['txt']
}

/** The line that a record or a file shows. */
export function proofLine({ value }: Pick<Claim, 'value'>): string {
  return `postern-owner=${value}`
}

/** Path of the file on the address itself. It names the token and must show the hash, so that a server which repeats what it was asked proves nothing. */
export function proofPath({ token }: Pick<Claim, 'token'>): string {
  return `/.well-known/postern-${token}`
}

/** Whether a text is the line; white space around it does not matter. */
export function shows(text: string, claim: Pick<Claim, 'value'>): boolean {
  return text.trim() === proofLine(claim)
}

/** The claim with its proof found. What it was granted for before keeps its beginning. */
export function grant(claim: Claim, proof: Proof, now: number, termMs: number): Claim {
  return {
    ...claim,
    state: 'granted',
    proof,
    sinceAt: claim.sinceAt ?? now,
    checkedAt: now,
    failedAt: null,
    expiresAt: now + termMs,
  }
}

export function end(claim: Claim, why: ClaimEnd, now: number): Claim {
  return { ...claim, state: 'ended', endedAt: now, endedWhy: why }
}

/** What a daily look at a granted claim means. `temperror` changes nothing but the time of the next look. */
export function afterLook(
  claim: Claim,
  seen: 'proven' | 'missing' | 'temperror',
  now: number,
  termMs: number,
): { readonly kind: 'holds' | 'fails' | 'still-fails' | 'ends'; readonly claim: Claim } {
  if (claim.proof === null) throw new Error(`claim ${claim.id} is granted without a proof`)
  if (seen === 'proven') return { kind: 'holds', claim: grant(claim, claim.proof, now, termMs) }
  const looked = { ...claim, checkedAt: now }
  if (seen === 'temperror') return { kind: claim.failedAt === null ? 'holds' : 'still-fails', claim: looked }
  if (claim.failedAt === null) return { kind: 'fails', claim: { ...looked, failedAt: now } }
  if (now - claim.failedAt >= missingMs) return { kind: 'ends', claim: end(looked, 'proof-gone', now) }
  return { kind: 'still-fails', claim: looked }
}

/** Whether a part of the claim may be given to another mailbox. What was given is not given further. */
export function mayDelegate(claim: Claim, part: Prefix): Refusal | undefined {
  if (claim.state !== 'granted') return new Refusal('owners.not-granted')
  if (claim.parentId !== null) return new Refusal('owners.delegated')
  return covers(claim.prefix, part) && part.length >= claim.prefix.length
    ? undefined
    : new Refusal('owners.outside', { prefix: formatPrefix(part), range: formatPrefix(claim.prefix) })
}
