import type { BrakeWhy } from '../../access/brake.ts'
import type { Effect } from '../../access/listing-entry.ts'
import type { Cause, ListingClass } from '../../access/reasons.ts'
import type { ActorName } from '../actor.ts'
import type { AuditFact } from './audit.ts'
import type { FactName } from './names.ts'

/**
 * Facts that say one of a few words of ours, and which. A record takes no other word, and each has its own in every language, or the messages
 * do not compile.
 */
export interface FactWords {
  /** The rules, the owner of the account, or how something was shown; else an actor: `operator:ada`. */
  readonly by: 'rules' | 'owner' | 'mailbox' | FactWords['control']
  readonly cause: Cause
  readonly channel: 'mail' | 'form' | 'console' | 'rules' | 'web' | 'api' | 'arf' | 'xarf' | 'fbl'
  readonly class: ListingClass | AbuseClass
  readonly control: 'none' | 'case-link' | 'txt' | 'http' | 'mail' | 'domain' | 'owner'
  readonly effect: Effect
  readonly emergency: 'yes'
  readonly format: 'ndjson' | 'csv' | 'rbldnsd'
  readonly grade: 'A' | 'B' | 'C' | 'D' | 'none'
  readonly helped: 'yes' | 'partly' | 'no'
  readonly kind: CaseKind | FormKind | ApprovalKind | TokenKind | LetterKind
  readonly outcome: CaseOutcome | ReportOutcome | 'open'
  readonly proof: 'txt' | 'forward' | 'http' | 'rdap' | 'mail' | 'delegation'
  readonly reason: Cause
  readonly road: 'mail' | 'write-in' | 'recipient' | 'delist mailbox'
  readonly role: 'sender' | 'recipient' | 'owner'
  readonly rule: Cause
  readonly severity: 'A' | 'B' | 'C'
  /** The severity before. */
  readonly before: FactWords['severity']
  readonly way: 'password' | 'passkey' | 'oidc' | 'link' | 'letter'
  readonly why: EndWhy | BrakeWhy | Escalation | Unread | ClaimEnd | ReviewReason | StopReason | 'groups'
}

/** What a record may say of each. */
export type EventFacts = {
  readonly [Name in FactName]?: Name extends 'by'
    ? FactWords['by'] | ActorName
    : Name extends keyof FactWords
      ? FactWords[Name]
      : AuditFact
}

export type AbuseClass = 'spam' | 'bulk' | 'phish' | 'malware' | 'harassment' | 'restricted'
type ApprovalKind = 'operator.roles' | 'person.erase'
type CaseKind = 'record' | 'mail' | 'form' | 'recipient' | 'owner' | 'operator'
type CaseOutcome = 'granted' | 'not-needed' | 'refused' | 'answered' | 'withdrawn' | 'unanswered' | 'merged'
type FormKind = 'deliverability' | 'warm-up'
type ReportOutcome = 'acted' | 'no-violation' | 'not-ours' | 'unproven' | 'duplicate'
type TokenKind = 'events' | 'api' | 'edge'

/** Why a claim to a network ended. */
type ClaimEnd =
  | 'given-up'
  | 'revoked'
  | 'proof-gone'
  | 'expired'
  | 'delegation-ended'
  | 'registry-changed'
  | 'contact-gone'
/** Why a listing ended. */
type EndWhy = 'expired' | 'delist' | 'delist-unproven' | 'operator' | 'superseded' | 'evidence'
/** Why an incident is put before a person. */
type Escalation =
  | 'severe'
  | 'braked'
  | 'protected'
  | 'mode'
  | 'unlogged'
  | 'share'
  | 'too-many-releases'
  | 'person'
/** Why an address of a form stands as it does. */
type ReviewReason =
  | 'waiting'
  | 'special-purpose'
  | 'ours'
  | 'not-opened'
  | 'third-party'
  | 'cool-down'
  | 'not-listed'
  | 'put-off'
  | 'passes'
  | 'tests'
  | 'policy-test'
  | 'freed'
  | 'person'
  | 'range'
  | 'budget'
  | 'junk'
  | 'answered'
  | 'by-person'
  | 'asked'
  | 'untested'
  | 'ended'
/** Why a forecast was stopped. */
type StopReason = 'listed' | 'grade' | 'operator'
/** Why no program could read a report. */
export type Unread = 'evidence-gone' | 'breach' | 'crash' | 'time' | 'memory'
type LetterKind =
  | 'confirm-delisting'
  | 'delisting-done'
  | 'delisting-reviewed'
  | 'case-received'
  | 'case-answer'
  | 'case-conditional'
  | 'case-moved'
  | 'confirm-form'
  | 'form-states'
  | 'forecast-decided'
  | 'high-volume-notice'
  | 'probe-report'
  | 'observed-digest'
  | 'brake-notice'
  | 'proposal-notice'
  | 'confirm-report'
  | 'report-received'
  | 'report-instructions'
  | 'report-closed'
  | 'account-notice'
  | 'abuse-notice'
  | 'person-link'
  | 'owner-link'
  | 'recipient-link'
  | 'owner-contact'
  | 'owner-state'
  | 'own-listing-notice'
