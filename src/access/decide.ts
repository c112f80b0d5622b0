import { judgedAs, type Address } from '../standards/ip.ts'
import { covers, unitOf, type Prefix } from '../standards/prefix.ts'
import { specialPurpose } from '../standards/special-purpose.ts'
import { isExempt, type ExemptMailboxes } from './exempt.ts'
import type { ListingEntry } from './listing-entry.ts'
import { isOpenToClaims } from './claim.ts'
import { isNamed } from './protected-names.ts'
import { mayBeVouched, reasonOf, type ReasonName } from './reasons.ts'
import type { EngineMode, RateRules, Standing } from './standing.ts'

/**
 * The one decision. The policy server, the look-up, `explain`, the portal and the code page all call it,
 * so that none can say "not listed" while another refuses.
 */

/** What the MTA tells at RCPT (Postfix SMTPD_POLICY_README): no authentication result is known there. */
export interface DecideRequest {
  readonly address: Address
  /** Recipient mailbox; absent when the question is about the address alone. */
  readonly recipient?: string | undefined
  /** As given. */
  readonly helo?: string | undefined
  /** The client's forward-confirmed name; null when it has none, absent when that is not known. */
  readonly name?: string | null | undefined
}

/** What is known of the asker. */
export interface View {
  /** The entry that decides about the address (`decidingEntry`). */
  readonly listing: ListingEntry | undefined
  /** Messages from the address's unit to exempt mailboxes within the hour, this one not counted. */
  readonly spent: number
  /** The message claims a domain that is known to be good, and will be held to that at its end (`access/claim.ts`). */
  readonly isClaimGood?: boolean | undefined
  /** The recipient vouches for the sender (`access/vouch.ts`). Looked up only where mail would not pass. */
  readonly isVouched?: boolean | undefined
  /** What a sender that is not listed is held to; absent while nobody judges, and where the question is about listings alone. */
  readonly rate?: RateView | undefined
}

/** What the edge counts of a sender that is not listed, and what it is held to. */
export interface RateView {
  readonly mode: EngineMode
  readonly rules: RateRules
  /** Our content filter is not to be believed at present; who is suspicious by it hears that. */
  readonly isDoubted?: boolean | undefined
  readonly standing: Standing
  /** Messages of the unit that passed within the hour, at all edges, this one not counted. */
  readonly passed: number
  /** Their recipients; absent where nobody counts them. */
  readonly recipients?: number | undefined
  /** Messages that were put off within ten minutes. */
  readonly attempts: number
  /** Time since a message like this was first tried; undefined when it was not. */
  readonly triedMs: number | undefined
  /** Time since a message of the unit last passed; Infinity when none did. */
  readonly sincePassedMs: number
}

export interface DecideSettings {
  /** Never listed, whatever the table says: the rule is checked again here, next to the answer. */
  readonly protected: readonly Prefix[]
  /** Forward-confirmed names of clients that are never listed, and everything below them; lower case. */
  readonly protectedNames: readonly string[]
  readonly exempt: ExemptMailboxes
  /** Messages an hour that a listed unit may send to exempt mailboxes. */
  readonly exemptPerHour: number
  /** Names that nobody else greets with, lower case. */
  readonly ourNames: ReadonlySet<string>
}

export interface Verdict {
  readonly action: 'pass' | 'defer' | 'reject'
  readonly reason: ReasonName | null
  /** The entry that decided, carve-outs included. */
  readonly listing: ListingEntry | null
  /** Why the mail passes although it would be refused or put off. */
  readonly spared: 'exempt-mailbox' | 'protected' | 'carve-out' | 'good-claim' | 'vouched' | null
  /** Of mail that passes: what would have been said if the engine's judgement were acted on. */
  readonly observed?: Saying | undefined
}

/** What is said to a sender whose mail does not pass. */
export interface Saying {
  readonly action: 'defer' | 'reject'
  readonly reason: ReasonName
  readonly listing: ListingEntry | null
}

/** Messages that passed within the hour and attempts put off in ten minutes, from which on a sender is in a hurry. */
const hurried = 3

const pass: Verdict = { action: 'pass', reason: null, listing: null, spared: null }

/** Judges one request at `now` (milliseconds since 1970). */
export function decide(view: View, request: DecideRequest, settings: DecideSettings, now: number): Verdict {
  const verdict = judge(view, request, settings, now)
  const { reason, listing } = verdict
  if (view.isVouched !== true || reason === null || !mayBeVouched(reason, listing)) return verdict
  return { ...pass, listing, spared: 'vouched' }
}

/** Whoever the recipient is. */
function judge(view: View, request: DecideRequest, settings: DecideSettings, now: number): Verdict {
  const { listing } = view
  if (listing === undefined || listing.ends <= now) return byRate(view.rate, request, settings)
  if (listing.effect === 'pass') return { ...pass, listing, spared: 'carve-out' }
  // It ends with the first success, and of a /64 it is about those that have no name.
  if (listing.cause === 'reverse-name' && typeof request.name === 'string')
    return byRate(view.rate, request, settings)
  if (isProtected(request, settings)) return { ...pass, listing, spared: 'protected' }
  if (listing.effect === 'observe') {
    if (isToExempt(request, settings)) return pass
    return { ...pass, observed: { action: 'reject', reason: reasonOf(listing), listing } }
  }
  if (view.isClaimGood === true && isOpenToClaims(listing)) return { ...pass, listing, spared: 'good-claim' }
  if (!isToExempt(request, settings)) {
    return { ...sayingOfListing(listing), spared: null }
  }
  if (view.spent >= settings.exemptPerHour) {
    return { action: 'defer', reason: 'mailbox-budget', listing, spared: null }
  }
  return { ...pass, listing, spared: 'exempt-mailbox' }
}

/** While the engine only defers, nothing that it finds is final; while its brake is on, it may be wrong. */
function sayingOfListing(listing: ListingEntry): Saying {
  switch (listing.effect) {
    case 'defer':
      return { action: 'defer', reason: 'suspicious', listing }
    case 'delay':
      return { action: 'defer', reason: 'own-trouble', listing }
    case 'refuse':
    case 'pass':
    case 'observe':
      return { action: 'reject', reason: reasonOf(listing), listing }
  }
}

/** The engine's rules for those who are not listed. Of exempt mailboxes, protected senders and private addresses they say nothing. */
function byRate(rate: RateView | undefined, request: DecideRequest, settings: DecideSettings): Verdict {
  if (rate === undefined) return pass
  const saying = sayingOf(rate, request, settings)
  if (saying === undefined || isToExempt(request, settings)) return pass
  if (isProtected(request, settings) || specialPurpose(unitOf(judgedAs(request.address)))) return pass
  if (rate.mode === 'observe') return { ...pass, observed: saying }
  // While the engine only defers, nothing that it finds is final.
  if (rate.mode === 'defer' && saying.action === 'reject')
    return { ...saying, action: 'defer', reason: 'suspicious', spared: null }
  return { ...saying, spared: null }
}

function sayingOf(rate: RateView, request: DecideRequest, { ourNames }: DecideSettings): Saying | undefined {
  const { address, helo, name } = request
  if (helo !== undefined && ourNames.has(helo.toLowerCase()))
    return { action: 'reject', reason: 'bad-helo', listing: null }
  if (name === null && judgedAs(address).family === 6)
    return { action: 'defer', reason: 'no-reverse-name', listing: null }
  const over = overStanding(rate)
  if (over === undefined) return undefined
  const reason = over === 'suspicious' && rate.isDoubted === true ? 'own-trouble' : over
  const isStorm = rate.attempts >= rate.rules.stormAttempts
  return { action: 'defer', reason: isStorm ? 'retry-storm' : reason, listing: null }
}

/** Why a message is put off, if it is. */
function overStanding(rate: RateView): 'new-sender' | 'suspicious' | undefined {
  const { standing, triedMs, rules } = rate
  switch (standing.kind) {
    case 'free':
      return undefined
    case 'hourly': {
      const { perHour, trickleMs = Infinity } = standing
      // What is in a hurry is to be judged soon; whoever sends now and then has time.
      const isHurried = rate.attempts + rate.passed >= hurried
      const isTrickle = isHurried && trickleMs < Infinity && rate.sincePassedMs >= trickleMs
      const isWithin =
        rate.passed + 1 <= perHour &&
        (rate.recipients ?? 0) < perHour * (rules.recipientsPerMessage ?? Infinity)
      return isWithin || isTrickle ? undefined : standing.reason
    }
    case 'grey': {
      const isRetried = triedMs !== undefined && triedMs >= standing.waitMs && triedMs <= rules.greyKeptMs
      return isRetried && rate.sincePassedMs >= standing.spacingMs ? undefined : standing.reason
    }
  }
}

/** By its network, or by the name that leads back to it. */
export function isProtected(
  { address, name }: Pick<DecideRequest, 'address' | 'name'>,
  settings: Pick<DecideSettings, 'protected' | 'protectedNames'>,
): boolean {
  const { protected: networks, protectedNames } = settings
  return networks.some((prefix) => covers(prefix, judgedAs(address))) || isNamed(protectedNames, name)
}

function isToExempt({ recipient }: DecideRequest, { exempt }: DecideSettings): boolean {
  return recipient !== undefined && isExempt(exempt, recipient)
}
