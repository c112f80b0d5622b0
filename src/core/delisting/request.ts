import type { MailAddress } from '../../standards/mail-address.ts'
import type { Address } from '../../standards/ip.ts'
import { covers, formatPrefix, type Prefix } from '../../standards/prefix.ts'
import type { Language } from '../../access/reasons.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Limit } from '../limits/limits.ts'
import { isRange, type Listing } from '../listings/listing.ts'

/** A sender's request to be let in again: one address, one mailbox. */
export interface DelistRequest {
  readonly id: string
  readonly ip: Address
  readonly unit: Prefix
  readonly mailbox: MailAddress
  readonly mailboxKey: string
  readonly language: Language
  /** What the sender found and fixed; read by people, never mailed. */
  readonly note: string
  /** `mail`: we write a letter with a link. `write-in`: they write to us. */
  readonly road: 'mail' | 'write-in'
  readonly control: Control
  readonly state: RequestState
  readonly linkHash: string
  readonly browserHash: string
  readonly codeHash: string
  readonly proofToken: string
  readonly tries: number
  readonly createdAt: number
  readonly expiresAt: number
  readonly decidedAt: number | null
  readonly outcome: OutcomeKind | null
  readonly outcomeFacts: OutcomeFacts
  readonly listingId: string | null
  readonly feedSeq: number | null
  readonly wantsLetter: boolean
  readonly letThroughAt: number | null
  readonly letThroughEdge: string | null
  readonly queueId: string | null
  readonly acceptedAt: number | null
  readonly refusedAgainAt: number | null
  readonly decidedBy: string | null
  /** The sender's thread in a case, once a person decides. */
  readonly participantId: string | null
  readonly version: number
}

/** What shows that the asker controls the address. */
export const controls = ['none', 'case-link', 'txt', 'http', 'mail', 'domain', 'owner'] as const
export type Control = (typeof controls)[number]

/**
 * `open`: the mailbox is not proven yet. `proven`: it is (or control of the address is), the button waits for the second half.
 * `review`: a person decides. `joined`: a person decides it together with the request of the unit that is in review.
 * `done`: decided. `burned`: too many wrong codes.
 */
export const requestStates = ['open', 'proven', 'review', 'joined', 'done', 'burned'] as const
export type RequestState = (typeof requestStates)[number]

/** What its sender is told of the state: with whom it waits is not theirs to know. */
export const shownStates = ['open', 'proven', 'review', 'done', 'burned'] as const
export type ShownState = (typeof shownStates)[number]

/** Where a list of requests goes on after this one. */
export function cursorAfter({ createdAt, id }: DelistRequest): string {
  return `${createdAt}.${id}`
}

export function shownState({ state }: DelistRequest): ShownState {
  return state === 'joined' ? 'review' : state
}

/** Whether the button was pressed and answered: by a rule, or with "a person decides". */
export function isAnswered({ state }: DelistRequest): boolean {
  return state === 'review' || state === 'joined' || state === 'done'
}

/** `closed`: its case ended without a decision about the listing. */
export const outcomeKinds = [
  'delisted',
  'not-listed',
  'cool-down',
  'review',
  'declined',
  'closed',
  'third-party',
  'policy',
] as const
export type OutcomeKind = (typeof outcomeKinds)[number]

export interface OutcomeFacts {
  /** RFC 3339: when a removal is possible again, or by when a person decides. */
  readonly again?: string
  readonly url?: string
  readonly test?: string
  /** The listed range. */
  readonly prefix?: string
}

/** The answer to the button. */
export interface Answered {
  readonly outcome: OutcomeKind
  readonly facts: OutcomeFacts
  readonly listing: string | null
  /** Reference of the request. */
  readonly id: string
}

/** Wrong second halves before a request is burned (security DEL-6). */
export const maxTries = 5

/** Whether the second half may still be shown. What is answered is answered again to whoever has the secret. */
export function mayConfirm(request: DelistRequest, now: number): Refusal | undefined {
  if (isAnswered(request)) return undefined
  return mayGuess(request) ?? (request.expiresAt <= now ? new Refusal('delisting.expired') : undefined)
}

/** Whether a code may still be tried: after five wrong ones, before or after the decision, the right one opens nothing either. */
export function mayGuess(request: DelistRequest): Refusal | undefined {
  return request.state === 'burned' || request.tries >= maxTries ? new Refusal('delisting.burned') : undefined
}

/** What to do with a confirmed request, before any budget is asked. */
export type Course =
  | { readonly kind: 'lift'; readonly listing: Listing }
  | {
      readonly kind: 'answer'
      readonly outcome: OutcomeKind
      readonly facts: OutcomeFacts
      readonly listing: Listing | null
    }

/** How often a sender may remove a listing: the limits `delist.unit.day` and `delist.unit.month`. */
export interface Pace {
  readonly day: Limit
  readonly month: Limit
}

interface CourseFacts {
  readonly reviewMs: number
  readonly pace: Pace
  /** What the asker has proven to own, all of it. */
  readonly owned?: Prefix | undefined
}

/** The widest range that its owner ends without a person looking: more is more mail than one answers for in a minute. */
const widestOwned = { 4: 24, 6: 48 } as const

/** Whether the asker answers for the whole range. */
function answersFor({ prefix }: Listing, owned: Prefix | undefined): boolean {
  return owned !== undefined && covers(owned, prefix) && prefix.length >= widestOwned[prefix.family]
}

/**
 * The rules of the portal (DESIGN 7.5). `listings` cover the address, most specific first;
 * `selfDelists` are the times of earlier self-removals of that listing's prefix, newest first.
 */
export function chooseCourse(
  listings: readonly Listing[],
  selfDelists: readonly number[],
  now: number,
  { reviewMs, pace, owned }: CourseFacts,
): Course {
  const [listing, wider] = listings
  const again = iso(now + reviewMs)
  if (!listing || listing.effect === 'pass') return answer('not-listed', {}, null)
  switch (listing.class) {
    case 'third-party':
      return answer('third-party', listing.url === null ? {} : { url: listing.url }, listing)
    case 'policy':
      return answer('policy', listing.test === null ? {} : { test: listing.test }, listing)
    case 'investigate':
      return answer('review', { again }, listing)
    case 'self-service':
      break
  }
  // A range is more than one asker can answer for, and lifting the narrow entry alone would leave the mail refused.
  if (isRange(listing) && !answersFor(listing, owned))
    return answer('review', { again, prefix: formatPrefix(listing.prefix) }, listing)
  if (wider?.effect === 'refuse' && !answersFor(wider, owned))
    return answer('review', { again, prefix: formatPrefix(wider.prefix) }, listing)
  if (within(selfDelists, pace.month, now).length >= pace.month.count)
    return answer('review', { again }, listing)
  const today = within(selfDelists, pace.day, now)
  const earliest = today[pace.day.count - 1]
  if (earliest !== undefined)
    return answer('cool-down', { again: iso(earliest + pace.day.windowMs) }, listing)
  return { kind: 'lift', listing }
}

function within(times: readonly number[], { windowMs }: Limit, now: number): readonly number[] {
  return times.filter((at) => at > now - windowMs)
}

function answer(outcome: OutcomeKind, facts: OutcomeFacts, listing: Listing | null): Course {
  return { kind: 'answer', outcome, facts, listing }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
