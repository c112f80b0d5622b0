import type { BrakeRule } from '../../access/brake.ts'
import type { ImportAnswer } from '../../core/listings/import-actions.ts'
import type { ImportFormat } from '../../core/listings/import-line.ts'
import type { Impact } from '../../core/impact/impact.ts'
import type { ListingSearch } from '../../core/listings/actions.ts'
import type { BrakeState } from '../../core/reputation/hand-brake-actions.ts'
import type { Listing, ListingFields } from '../../core/listings/listing.ts'
import type { AuditRecord, ChainAnswer } from '../../core/audit/actions.ts'
import type { DelistRequest, RequestState } from '../../core/delisting/request.ts'
import type { Decision, Observed } from '../../core/decisions/actions.ts'
import type { HighVolumeState } from '../../core/decisions/high-volume-actions.ts'
import type { Edge } from '../../core/edges/actions.ts'
import type { DryRunState, DryRunWish, ThresholdInForce } from '../../core/reputation/dry-run-actions.ts'
import type { Explanation } from '../../core/senders/explanation.ts'
import type { Vouch } from '../../core/vouches/vouch.ts'
import type { Claim, ClaimState, Owner } from '../../core/owners/claim.ts'
import type { LetterText, ShownLetter } from '../../core/outbox/reading-actions.ts'
import type { LetterState } from '../../core/outbox/sealed-letter.ts'
import type { CaseActions } from './case-actions.ts'
import type { DeskActions } from './desk-actions.ts'
import type { PersonActions } from './person-actions.ts'
import type { SignInActions } from './sign-in-actions.ts'
import type { Session } from '../../core/operators/actions.ts'
import type { Actor } from '../../core/actor.ts'
import type { Address } from '../../standards/ip.ts'
import type { Prefix } from '../../standards/prefix.ts'

/**
 * What the console asks of the core, handed in as functions; the first parameter is who asks.
 * Each checks the permission itself once more, and throws a `Refusal` when it will not.
 */
export interface ConsoleActions extends DeskActions, CaseActions, SignInActions, PersonActions {
  /** Throws `sign-in.failed` or `limit.exceeded`. `client`: the unit of the address that asks, for the limit. */
  signIn(visitor: Actor, input: SignIn): Promise<{ readonly session: string; readonly csrf: string }>
  /** The session of this secret, unless it has ended; being asked keeps it from falling idle. */
  findSession(session: string): Promise<Session | undefined>
  /** Another code from an operator who is in; gives the session's new secret. Throws `sign-in.failed` or `limit.exceeded`. */
  confirmSession(
    actor: Actor,
    input: { readonly session: string; readonly code: string; readonly client: string },
  ): Promise<{ readonly session: string }>
  signOut(actor: Actor, session: string): Promise<void>
  /** Ends every session of the operator. */
  signOutEverywhere(actor: Actor): Promise<void>

  listEdges(actor: Actor): Promise<readonly Edge[]>
  /** Number of the newest change for the edges. */
  feedSeq(actor: Actor): Promise<number>
  /** Rules that the self-incident brake holds, and what a person has asked for that is not done yet. */
  brakeState(actor: Actor): Promise<BrakeState>
  /** Pulls the brake of a rule or lets it go; returns when the engine has, or after some seconds. */
  turnBrake(actor: Actor, wish: { readonly rule: BrakeRule; readonly isOn: boolean }): Promise<void>
  countListings(actor: Actor): Promise<readonly { readonly class: string; readonly count: number }[]>
  /** Messages refused since a time, milliseconds since 1970. */
  countRefusals(actor: Actor, since: number): Promise<number>

  searchListings(
    actor: Actor,
    wanted: ListingSearch,
  ): Promise<{ readonly listings: readonly Listing[]; readonly next?: string }>
  showListing(
    actor: Actor,
    id: string,
  ): Promise<{ readonly listing: Listing; readonly history: readonly AuditRecord[] }>
  coveringListings(actor: Actor, address: Address): Promise<readonly Listing[]>
  /** What listing this prefix would hit. */
  previewImpact(actor: Actor, prefix: Prefix): Promise<Impact>
  addListing(actor: Actor, fields: ListingFields): Promise<Listing>
  endListing(
    actor: Actor,
    input: { readonly id: string; readonly note?: string | undefined },
  ): Promise<Listing>
  importListings(
    actor: Actor,
    input: {
      readonly lines: AsyncIterable<string>
      readonly format: ImportFormat
      readonly defaults: Partial<ListingFields>
    },
  ): Promise<ImportAnswer>
  /** Every active listing, one line each, without line ends. */
  exportListings(actor: Actor, format: ImportFormat): AsyncIterable<string>

  explain(actor: Actor, address: Address): Promise<Explanation>
  recentDecisions(actor: Actor, address: Address): Promise<readonly Decision[]>

  /** Domains that send much and fail a test. */
  highVolumeState(actor: Actor): Promise<HighVolumeState>
  /** Who would have been hit on the day that begins `on`, and the days since. */
  observedOn(
    actor: Actor,
    wanted: { readonly since: number; readonly on: number; readonly limit: number },
  ): Promise<Observed>
  thresholdsInForce(actor: Actor): Promise<readonly ThresholdInForce[]>
  /** The last dry run of this core, if there was one. */
  showDryRun(actor: Actor): Promise<DryRunState | undefined>
  startDryRun(actor: Actor, wish: DryRunWish): Promise<DryRunState>
  cancelDryRun(actor: Actor): Promise<void>

  listRequests(
    actor: Actor,
    wanted: {
      readonly state?: RequestState | undefined
      readonly unit?: Prefix | undefined
      readonly after?: string | undefined
      readonly limit: number
    },
  ): Promise<readonly DelistRequest[]>
  inspectRequest(
    actor: Actor,
    id: string,
  ): Promise<{
    readonly request: DelistRequest
    readonly listings: readonly Listing[]
    readonly history: readonly AuditRecord[]
    readonly waiting: readonly DelistRequest[]
    readonly case: string | null
  }>

  /** Claims of owners of networks, newest first. */
  listClaims(
    actor: Actor,
    wanted: {
      readonly state?: ClaimState | undefined
      readonly after?: string | undefined
      readonly limit: number
    },
  ): Promise<{ readonly claims: readonly HeldClaim[]; readonly next?: string }>
  showClaim(actor: Actor, id: string): Promise<HeldClaim>
  revokeClaim(actor: Actor, id: string): Promise<void>
  /** Vouches of recipients, newest first. */
  listVouches(
    actor: Actor,
    wanted: {
      readonly isActive: boolean
      readonly about?: Address | undefined
      readonly after?: string | undefined
      readonly limit: number
    },
  ): Promise<{ readonly vouches: readonly Vouch[]; readonly next?: string }>
  showVouch(actor: Actor, id: string): Promise<Vouch>
  revokeVouch(actor: Actor, id: string): Promise<void>

  countLetters(actor: Actor): Promise<{ readonly queued: number; readonly dead: number }>
  listLetters(
    actor: Actor,
    wanted: {
      readonly state?: LetterState | undefined
      readonly after?: string | undefined
      readonly limit: number
    },
  ): Promise<{ readonly letters: readonly ShownLetter[]; readonly next?: string | undefined }>
  /** `text` only where letters are kept here instead of being sent, and without its link. */
  showLetter(actor: Actor, id: string): Promise<LetterView>
  /** With the link; written down. Throws `case.restricted`. */
  openLetter(actor: Actor, id: string): Promise<LetterView>
  retryLetter(actor: Actor, id: string): Promise<void>

  listAudit(
    actor: Actor,
    wanted: {
      readonly subject?: string | undefined
      readonly before?: number | undefined
      readonly limit: number
    },
  ): Promise<readonly AuditRecord[]>
  verifyChain(actor: Actor): Promise<ChainAnswer>
}

export interface LetterView {
  readonly letter: ShownLetter
  readonly text?: LetterText | undefined
}

interface HeldClaim {
  readonly claim: Claim
  readonly owner: Owner
}

export interface SignIn {
  readonly name: string
  readonly password: string
  readonly code: string
  readonly client: string
}
