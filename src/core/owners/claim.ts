import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import { covers, formatPrefix, overlaps, parseListable, type Prefix } from '../../standards/prefix.ts'
import { specialPurpose } from '../../standards/special-purpose.ts'

/** Somebody whose mailbox has shown itself, and who may hold address space. */
export interface Owner {
  readonly id: string
  readonly mailbox: MailAddress
  readonly language: Language
}

/**
 * What a grant rests on. `txt`: a record in the reverse zone. `forward`: the address and its name confirm each other, and the name has the
 * record. `http`: a file served from the address. `rdap`: the abuse contact that the registry names said so. `mail`: postmaster@ or abuse@
 * of the name that the address and it confirm each other by. `delegation`: who owns the wider range gave it.
 */
export const proofs = ['txt', 'forward', 'http', 'rdap', 'mail', 'delegation'] as const
export type Proof = (typeof proofs)[number]

/** Those that a person asks us to look for, and that are looked for again each day. */
export const lookedProofs = ['txt', 'forward', 'http'] as const satisfies readonly Proof[]
export type LookedProof = (typeof lookedProofs)[number]

/** Those that a person confirms, by a letter to a mailbox that somebody else names. */
export const mailProofs = ['rdap', 'mail'] as const satisfies readonly Proof[]
export type MailProof = (typeof mailProofs)[number]

/**
 * What an owner may do by what the grant rests on. Everybody sees, and asks for single addresses. Whole ranges are ended without a
 * person looking, and parts given to others, only by whoever runs the DNS of the network: an abuse mailbox is read by many, and a
 * registry may have given parts of the network to customers that it does not tell us of (security OWN-4). A delegate gives nothing on.
 */
const acts = {
  txt: ['range', 'give'],
  forward: ['give'],
  http: ['give'],
  rdap: [],
  mail: [],
  delegation: ['range'],
} as const satisfies Record<Proof, readonly Act[]>

/** `range`: end the listing of a range at once. `give`: let another mailbox look after a part. */
export type Act = 'range' | 'give'

export function allows(proof: Proof, act: Act): boolean {
  return acts[proof].some((each) => each === act)
}

export const claimStates = ['open', 'granted', 'ended'] as const
export type ClaimState = (typeof claimStates)[number]

export const claimEnds = [
  'given-up',
  'revoked',
  'proof-gone',
  'expired',
  'delegation-ended',
  'registry-changed',
  'contact-gone',
] as const
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
  /** Who confirmed it, where it rests on a letter. */
  readonly contact: MailAddress | null
  /** When the owner was told that its end is near. */
  readonly remindedAt: number | null
  readonly facts: ClaimFacts
  readonly version: number
}

export interface ClaimFacts {
  /** The object of the registry that the contact stood in; null where it does not rest on one. */
  readonly registered: string | null
  /** Parts that the registry has given to others: not in it (security OWN-4). */
  readonly holes: readonly Prefix[]
}

export const noFacts: ClaimFacts = { registered: null, holes: [] }

/** The widest network that can be claimed: what one holder commonly has (security OWN-4). */
export const widestClaim = { 4: 16, 6: 32 } as const

/** Claims that one owner may have at once; and as many parts of others', which nobody is asked about and which therefore take none of their room. */
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

/**
 * The claim with its proof found. What it was granted for before keeps its beginning. What the owner proves is theirs, whoever gave it to
 * them before.
 */
export function grant(claim: Claim, proof: Exclude<Proof, MailProof>, now: number, termMs: number): Claim {
  return {
    ...granted(claim, proof, now),
    parentId: proof === 'delegation' ? claim.parentId : null,
    expiresAt: now + termMs,
    contact: null,
    facts: noFacts,
  }
}

/** The claim as a contact has confirmed it. Another holder than before begins anew: what was before is not theirs (security OWN-5). */
export function confirm(
  claim: Claim,
  by: { readonly proof: MailProof; readonly contact: MailAddress; readonly facts: ClaimFacts },
  now: number,
  termMs: number,
): Claim {
  const isSame = claim.facts.registered === null || claim.facts.registered === by.facts.registered
  return {
    ...granted(isSame ? claim : { ...claim, sinceAt: null }, by.proof, now),
    parentId: null,
    expiresAt: now + termMs,
    contact: by.contact,
    facts: by.facts,
  }
}

function granted(claim: Claim, proof: Proof, now: number): Claim {
  return {
    ...claim,
    state: 'granted',
    proof,
    sinceAt: claim.sinceAt ?? now,
    checkedAt: now,
    failedAt: null,
    remindedAt: null,
  }
}

/** Whether the claim reaches all of the prefix: parts that the registry gave to others are not in it. */
export function reaches({ prefix, facts }: Pick<Claim, 'prefix' | 'facts'>, wanted: Prefix): boolean {
  return covers(prefix, wanted) && !facts.holes.some((hole) => overlaps(hole, wanted))
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
  if (seen === 'proven') return { kind: 'holds', claim: seenAgain(claim, claim.proof, now, termMs) }
  const looked = { ...claim, checkedAt: now }
  if (seen === 'temperror') return { kind: claim.failedAt === null ? 'holds' : 'still-fails', claim: looked }
  if (claim.failedAt === null) return { kind: 'fails', claim: { ...looked, failedAt: now } }
  if (now - claim.failedAt >= missingMs) return { kind: 'ends', claim: end(looked, 'proof-gone', now) }
  return { kind: 'still-fails', claim: looked }
}

/** What a person confirmed is not confirmed longer by a look. */
function seenAgain(claim: Claim, proof: Proof, now: number, termMs: number): Claim {
  return proof === 'rdap' || proof === 'mail'
    ? { ...claim, checkedAt: now, failedAt: null }
    : grant(claim, proof, now, termMs)
}

/**
 * What it means that the registry was asked again. Another holder ends the grant at once; a contact that is named no more, or no answer
 * about the network, leaves the owner some time to have the new contact asked.
 */
export function afterRegistry(
  claim: Claim,
  seen: { readonly registered: string; readonly hasContact: boolean } | 'none' | 'unknown',
  now: number,
  graceMs: number,
): { readonly kind: 'holds' | 'fails' | 'still-fails' } | { readonly kind: 'ends'; readonly why: ClaimEnd } {
  if (seen === 'unknown') return { kind: claim.failedAt === null ? 'holds' : 'still-fails' }
  if (seen !== 'none' && seen.registered !== claim.facts.registered)
    return { kind: 'ends', why: 'registry-changed' }
  if (seen !== 'none' && seen.hasContact) return { kind: 'holds' }
  if (claim.failedAt === null) return { kind: 'fails' }
  return now - claim.failedAt >= graceMs ? { kind: 'ends', why: 'contact-gone' } : { kind: 'still-fails' }
}

/** Whether a part of the claim may be given to another mailbox. What was given is not given further. */
export function mayDelegate(claim: Claim, part: Prefix): Refusal | undefined {
  if (claim.state !== 'granted') return new Refusal('owners.not-granted')
  if (claim.parentId !== null) return new Refusal('owners.delegated')
  if (claim.proof === null || !allows(claim.proof, 'give')) return new Refusal('owners.by-dns')
  return covers(claim.prefix, part) && part.length >= claim.prefix.length
    ? undefined
    : new Refusal('owners.outside', { prefix: formatPrefix(part), range: formatPrefix(claim.prefix) })
}
