import { judgedAs, type Address } from '../standards/ip.ts'
import { covers, type Prefix } from '../standards/prefix.ts'
import { isExempt, type ExemptMailboxes } from './exempt.ts'
import type { ListingEntry } from './listing-entry.ts'
import { reasonOf, type ReasonName } from './reasons.ts'

/**
 * The one decision. The policy server, the look-up, `explain`, the portal and the code page all call it,
 * so that none can say "not listed" while another refuses.
 */

/** What the MTA tells at RCPT (Postfix SMTPD_POLICY_README): no authentication result is known there. */
export interface DecideRequest {
  readonly address: Address
  /** Recipient mailbox; absent when the question is about the address alone. */
  readonly recipient?: string | undefined
}

/** What is known about the asker. */
export interface View {
  /** The most specific unexpired entry that covers the address. */
  readonly listing: ListingEntry | undefined
  /** Messages from the address's unit to exempt mailboxes within the hour, this one not counted. */
  readonly spent: number
}

export interface DecideSettings {
  /** Never listed, whatever the table says: the rule is checked again here, next to the answer. */
  readonly protected: readonly Prefix[]
  readonly exempt: ExemptMailboxes
  /** Messages an hour that a listed unit may send to exempt mailboxes. */
  readonly exemptPerHour: number
}

export interface Verdict {
  readonly action: 'pass' | 'defer' | 'reject'
  readonly reason: ReasonName | null
  /** The entry that decided, carve-outs included. */
  readonly listing: ListingEntry | null
  /** Why the mail passes although the address is listed. */
  readonly spared: 'exempt-mailbox' | 'protected' | 'carve-out' | null
}

const pass: Verdict = { action: 'pass', reason: null, listing: null, spared: null }

/** Judges one request at `now` (milliseconds since 1970). */
export function decide(view: View, request: DecideRequest, settings: DecideSettings, now: number): Verdict {
  const { listing } = view
  if (listing === undefined || listing.ends <= now) return pass
  if (listing.effect === 'pass') return { ...pass, listing, spared: 'carve-out' }
  if (settings.protected.some((prefix) => covers(prefix, judgedAs(request.address)))) {
    return { ...pass, listing, spared: 'protected' }
  }
  if (request.recipient === undefined || !isExempt(settings.exempt, request.recipient)) {
    return { action: 'reject', reason: reasonOf(listing), listing, spared: null }
  }
  if (view.spent >= settings.exemptPerHour) {
    return { action: 'defer', reason: 'mailbox-budget', listing, spared: null }
  }
  return { ...pass, listing, spared: 'exempt-mailbox' }
}
