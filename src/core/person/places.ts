/**
 * Everywhere that the database knows a mailbox, in one table: how rows of a person are found, what of them the person is shown, and what
 * becomes of them when the person is erased. A test walks `db/schema.ts` and fails when a column that may hold a mailbox is in neither list.
 */

/** By what a row is known to be somebody's. */
export type PersonKey =
  /** The mailbox itself, whatever its letter case. */
  | 'mailbox'
  /** Keyed hash in the list of those who want no letters. */
  | 'suppression'
  /** Keyed hash of who reports abuse. */
  | 'reporter'
  /** Keyed hash in mail events and in what the judgement remembers of complaints. */
  | 'complainant'
  /** Keyed hash in the log of what our accounts sent. */
  | 'sent'
  /** Keyed hashes in records of refusals, with a key for each edge. */
  | 'refused'

/** Which rows of a table are a person's. */
export type Found =
  | { readonly column: string; readonly is: PersonKey }
  /** Through a row of another place: `id` of that table. */
  | { readonly column: string; readonly of: string; readonly by?: string }
  /** The mailbox stands somewhere in a text. */
  | { readonly column: string; readonly holds: 'mailbox' }

/**
 * Why something stays. `hash`: a keyed hash that nobody can turn back, with an end of its own. `stop`: without it we would write to them
 * again. `accounts`: what an account of ours did to others, for as long as the reports. `shared`: it is others' as well. `chain`: the audit
 * has no mailbox in it, and nothing is ever taken out of it.
 */
export type KeptWhy = 'hash' | 'stop' | 'accounts' | 'shared' | 'chain'

export type Fate =
  | { readonly kind: 'deleted' }
  /** Columns get these values; `tombstone` stands for the person from then on. */
  | {
      readonly kind: 'replaced'
      readonly set: Readonly<Record<string, string | number | null | { readonly tombstone: true }>>
    }
  /** By the noun that holds it, because it is sealed, or has a life of its own. */
  | { readonly kind: 'by-noun' }
  | { readonly kind: 'kept'; readonly why: KeptWhy }

export interface Place {
  readonly table: string
  readonly found: Found
  /** Columns that the person is shown: nothing of others, no secrets, no hashes. */
  readonly shown: readonly string[]
  readonly fate: Fate
}

const tombstone = { tombstone: true } as const

/** In the order in which they are erased: rows that lead to others come after those. */
export const places: readonly Place[] = [
  {
    table: 'letters',
    found: { column: 'mailbox', is: 'mailbox' },
    shown: ['id', 'kind', 'mailbox', 'language', 'state', 'created_at', 'sent_at', 'last_error'],
    // Also those that are on their way: what is not sent yet is never sent.
    fate: { kind: 'by-noun' },
  },
  {
    table: 'delist_requests',
    found: { column: 'mailbox', is: 'mailbox' },
    shown: [
      'id',
      'ip',
      'unit',
      'mailbox',
      'language',
      'note',
      'road',
      'control',
      'state',
      'outcome',
      'created_at',
      'decided_at',
    ],
    fate: {
      kind: 'replaced',
      set: { mailbox: tombstone, mailbox_key: tombstone, note: '', wants_letter: 0, expires_at: 0 },
    },
  },
  {
    table: 'case_originals',
    found: { column: 'message_id', of: 'case_messages' },
    shown: ['message_id', 'size', 'hash'],
    fate: { kind: 'deleted' },
  },
  {
    table: 'case_messages',
    found: { column: 'participant_id', of: 'case_participants' },
    shown: [],
    fate: { kind: 'by-noun' },
  },
  {
    table: 'case_participants',
    found: { column: 'mailbox', is: 'mailbox' },
    shown: ['id', 'case_id', 'role', 'mailbox', 'language', 'since_at', 'withdrawn_at', 'helped'],
    fate: { kind: 'by-noun' },
  },
  {
    table: 'abuse_evidence',
    found: { column: 'report_id', of: 'abuse_reports' },
    shown: ['report_id', 'shape', 'at'],
    fate: { kind: 'deleted' },
  },
  {
    table: 'incident_reports',
    found: { column: 'report_id', of: 'abuse_reports' },
    shown: ['report_id', 'at'],
    fate: { kind: 'kept', why: 'hash' },
  },
  {
    table: 'abuse_reports',
    found: { column: 'reporter', is: 'reporter' },
    shown: ['id', 'channel', 'state', 'outcome', 'class', 'received_at', 'closed_at', 'language'],
    fate: { kind: 'replaced', set: { may_answer: 0 } },
  },
  {
    table: 'abuse_reporters',
    found: { column: 'id', is: 'reporter' },
    shown: ['since_at', 'seen_at', 'agreed', 'disagreed'],
    fate: { kind: 'replaced', set: { mailbox: null } },
  },
  {
    table: 'owner_tokens',
    found: { column: 'owner_id', of: 'owners' },
    shown: ['id', 'name', 'created_at', 'last_used_at', 'expires_at'],
    fate: { kind: 'deleted' },
  },
  {
    table: 'owner_sessions',
    found: { column: 'owner_id', of: 'owners' },
    shown: ['created_at', 'expires_at'],
    fate: { kind: 'deleted' },
  },
  {
    table: 'owner_claims',
    found: { column: 'owner_id', of: 'owners' },
    shown: [
      'id',
      'prefix',
      'state',
      'proof',
      'contact_mailbox',
      'created_at',
      'since_at',
      'ended_at',
      'ended_why',
    ],
    // A network without its owner is nobody's: the claims end, and parts given to others with them.
    fate: { kind: 'by-noun' },
  },
  {
    // They confirmed somebody else's claim: that it was confirmed stays, by whom does not.
    table: 'owner_claims',
    found: { column: 'contact_mailbox', is: 'mailbox' },
    shown: ['prefix', 'contact_mailbox', 'since_at'],
    fate: { kind: 'replaced', set: { contact_mailbox: tombstone } },
  },
  {
    table: 'letter_links',
    found: { column: 'mailbox', is: 'mailbox' },
    shown: ['mailbox', 'language', 'purpose', 'created_at', 'expires_at', 'used_at'],
    fate: { kind: 'deleted' },
  },
  {
    table: 'owners',
    found: { column: 'mailbox', is: 'mailbox' },
    shown: ['id', 'mailbox', 'language', 'created_at', 'seen_at'],
    fate: { kind: 'replaced', set: { mailbox: tombstone, mailbox_key: tombstone } },
  },
  {
    table: 'vouches',
    found: { column: 'mailbox', is: 'mailbox' },
    shown: [
      'id',
      'mailbox',
      'domain',
      'network',
      'ip',
      'reason',
      'since_at',
      'ends_at',
      'ended_at',
      'ended_why',
    ],
    // Ended first, so that the gates forget them too.
    fate: { kind: 'deleted' },
  },
  {
    table: 'recipient_sessions',
    found: { column: 'recipient_id', of: 'recipients' },
    shown: ['groups', 'created_at', 'expires_at'],
    fate: { kind: 'deleted' },
  },
  {
    table: 'recipients',
    found: { column: 'mailbox', is: 'mailbox' },
    shown: ['id', 'mailbox', 'language', 'created_at', 'seen_at'],
    fate: { kind: 'deleted' },
  },
  {
    table: 'decision_recipients',
    found: { column: 'recipient', is: 'refused' },
    shown: ['edge', 'seq', 'at'],
    fate: { kind: 'deleted' },
  },
  {
    table: 'probes',
    found: { column: 'found', holds: 'mailbox' },
    shown: ['id', 'language', 'created_at', 'received_at', 'found'],
    fate: { kind: 'deleted' },
  },
  {
    // A hash that several spellings share: what it stands for may be somebody else's, and is shown to nobody.
    table: 'reporters',
    found: { column: 'name', is: 'complainant' },
    shown: [],
    fate: { kind: 'kept', why: 'hash' },
  },
  {
    table: 'suppressions',
    found: { column: 'mailbox_hash', is: 'suppression' },
    shown: ['why', 'until_at'],
    fate: { kind: 'kept', why: 'stop' },
  },
  {
    table: 'sent_mail',
    // The same.
    found: { column: 'recipient_key', is: 'sent' },
    shown: [],
    fate: { kind: 'kept', why: 'hash' },
  },
  {
    table: 'abuse_accounts',
    found: { column: 'account', is: 'mailbox' },
    shown: ['account', 'since_at', 'seen_at', 'state', 'changed_at', 'released_at'],
    fate: { kind: 'kept', why: 'accounts' },
  },
  {
    table: 'incidents',
    found: { column: 'account', is: 'mailbox' },
    shown: ['id', 'class', 'severity', 'state', 'outcome', 'opened_at', 'closed_at'],
    fate: { kind: 'kept', why: 'accounts' },
  },
  {
    table: 'incident_acts',
    found: { column: 'account', is: 'mailbox' },
    shown: ['incident_id', 'kind', 'at', 'why'],
    fate: { kind: 'kept', why: 'accounts' },
  },
  {
    table: 'sent_mail',
    found: { column: 'account', is: 'mailbox' },
    shown: ['at', 'queue_id'],
    fate: { kind: 'kept', why: 'accounts' },
  },
  {
    table: 'person_requests',
    found: { column: 'mailbox', is: 'mailbox' },
    shown: ['id', 'mailbox', 'state', 'asked_at', 'done_at'],
    fate: { kind: 'by-noun' },
  },
]

/** Columns whose name looks as if a mailbox could stand there, and in which none does, or none that anybody could find somebody by. */
export const withoutMailbox: Readonly<Record<string, string>> = {
  'abuse_accounts.incident_id': 'an id',
  'abuse_evidence.content': 'the evidence itself, reached by its report',
  'abuse_evidence.envelope': 'who brought it, sealed, reached by its report',
  'abuse_reports.facts': 'no mailbox in it (schema.ts)',
  'incident_reports.reporter': 'keyed hash of whom a reporter counts as',
  'abuse_reporters.mailbox': 'sealed, reached by the id',
  'approvals.facts': 'ids and roles',
  'approvals.subject': 'an operator, or the pseudonym of a person',
  'audit_records.facts': 'no mailbox is written down (a test looks for one)',
  'audit_records.subject': 'an id',
  'restricted_subjects.subject': 'an id',
  'case_codes.participant_id': 'an id; the code names nobody and ends by itself',
  'case_codes.opened_participant_id': 'an id',
  'case_messages.author': 'an operator, or the word participant',
  'case_messages.body_key': 'keyed hash of words',
  'case_messages.content': 'sealed, reached by the thread',
  'case_originals.content': 'sealed, reached by the message',
  'cases.why': 'words of the desk about a case; emptied with its last participant',
  'decision_records.mail_from': 'a domain',
  'decision_records.recipients': 'keyed hashes; decision_recipients has each',
  'deliverability_forms.participant_id': 'an id',
  'deliverability_addresses.participant_id': 'an id',
  'deliverability_addresses.why': 'a word of ours',
  'deliverability_addresses.facts': 'tests, times and links of lists',
  'warm_ups.participant_id': 'an id',
  'warm_ups.mail': 'a kind of mail, a word of ours',
  'warm_ups.why': 'a word of ours',
  'warm_up_addresses.participant_id': 'an id',
  'delist_requests.mailbox_key': 'replaced with the mailbox',
  'delist_requests.outcome_facts': 'times, tests, prefixes',
  'delist_requests.participant_id': 'an id',
  'idempotent_answers.body': 'answers of the API; deleted after a day',
  'incident_acts.why': 'a word of ours',
  'incident_reports.recipient_key': 'keyed hash, for as long as the incident',
  'incidents.note': 'words of the abuse desk about an account',
  'letters.slots': 'sealed; wiped with the letter',
  'letters.last_error': 'what a mail server said; wiped with the letter',
  'let_throughs.mail_from': 'a domain',
  'listings.note': 'words of operators about an address',
  'listings.ended_why': 'a word of ours',
  'mail_events.body': 'mailboxes as keyed hashes',
  'operator_identities.subject': 'an operator, as their provider names them',
  'own_listings.said': 'what a list says of an address of ours',
  'owner_claims.ended_why': 'a word of ours',
  'owner_claims.facts': 'networks of a registry',
  'letter_links.content': 'sealed; deleted with the link',
  'letter_links.opened': 'an id',
  'owners.mailbox_key': 'replaced with the mailbox',
  'recipients.mailbox_key': 'deleted with the recipient',
  'case_participants.mailbox_key': 'replaced with the mailbox',
  'registered_networks.contact_mailboxes': 'what a registry publishes; deleted after a day',
  'vouches.mailbox_key': 'deleted with the vouch',
  'vouches.recipient_id': 'an id; deleted with the vouch',
  'suppressions.why': 'a word of ours',
  'webhook_deliveries.body': 'events without mailboxes; accounts of ours by login',
  'webhook_deliveries.last_error': 'what a server of the operator said',
}

/** Names of columns that have to be in one of the two. */
export function looksPersonal(column: string): boolean {
  return /mailbox|mail_from|email|recipient|reporter|participant|owner_id|author|content|envelope|slots|note$|facts|body|found$|words|why$|said|subject|last_error/.test(
    column,
  )
}
