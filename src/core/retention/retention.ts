import { day } from '../../base/clock.ts'
import type { Settings } from '../settings.ts'

/** Until when rows of each table are kept: what lies before the moment may go. */
export interface Keep {
  readonly decisions: number
  readonly endedListings: number
  readonly feedChanges: number
  readonly requests: number
  readonly events: number
  readonly evidence: number
  readonly senders: number
  readonly probes: number
  readonly abuseEvidence: number
  readonly abuseReports: number
  readonly sent: number
  readonly cases: number
  /** Small things that say themselves when they end, a day later. */
  readonly ended: number
}

export function keepSince(settings: Pick<Settings, 'retention' | 'listing'>, now: number): Keep {
  const {
    decisionsMs,
    endedListingsMs,
    feedChangesMs,
    requestsMs,
    eventsMs,
    evidenceMs,
    sendersMs,
    probesMs,
  } = settings.retention
  const { abuseEvidenceMs, abuseReportsMs, sentMs, casesMs } = settings.retention
  return {
    decisions: now - decisionsMs,
    // An earlier listing counts as recurrence for as long as that looks back.
    endedListings: now - Math.max(endedListingsMs, settings.listing.recurrenceMs),
    feedChanges: now - feedChangesMs,
    requests: now - requestsMs,
    events: now - eventsMs,
    evidence: now - evidenceMs,
    // How often a sender was listed is remembered with it.
    senders: now - Math.max(sendersMs, settings.listing.recurrenceMs),
    probes: now - probesMs,
    abuseEvidence: now - abuseEvidenceMs,
    abuseReports: now - abuseReportsMs,
    sent: now - sentMs,
    cases: now - casesMs,
    ended: now - day,
  }
}

/** A run that wants to delete much has perhaps a wrong clock: it may take this many rows of a table, or this part of them. */
const alwaysAllowed = 1000
const partAllowed = 0.05

/** The same of a table that is too large to be counted: with a run each ten minutes seven million a day. */
export const mostOfLarge = 50_000

/** How many rows of a table one run may delete (security STO-6). */
export function mostToDelete(rows: number): number {
  return Math.max(alwaysAllowed, Math.floor(rows * partAllowed))
}

/** Tables of which something goes after its time. Each has a word where it is told what went. */
export type PurgedTable =
  | 'abuse_accounts'
  | 'abuse_evidence'
  | 'abuse_reporters'
  | 'abuse_reports'
  | 'case_codes'
  | 'case_messages'
  | 'case_originals'
  | 'case_participants'
  | 'cases'
  | 'decision_recipients'
  | 'decision_records'
  | 'delist_requests'
  | 'deliverability_addresses'
  | 'deliverability_forms'
  | 'edge_acks'
  | 'enrolments'
  | 'evidence_hours'
  | 'feed_changes'
  | 'idempotent_answers'
  | 'incident_acts'
  | 'incident_reports'
  | 'incidents'
  | 'leases'
  | 'let_throughs'
  | 'letter_links'
  | 'letters'
  | 'limit_windows'
  | 'listings'
  | 'mail_events'
  | 'own_listings'
  | 'owner_claims'
  | 'owner_sessions'
  | 'owner_tokens'
  | 'owners'
  | 'person_requests'
  | 'probes'
  | 'recipient_sessions'
  | 'recipients'
  | 'registered_networks'
  | 'reporters'
  | 'sender_checks'
  | 'sender_groups'
  | 'senders'
  | 'sent_mail'
  | 'sessions'
  | 'spent_challenges'
  | 'suppressions'
  | 'vouches'
  | 'warm_up_addresses'
  | 'warm_ups'
  | 'watches'
  | 'webhook_deliveries'
