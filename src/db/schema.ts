/**
 * The tables, as both databases have them. Times are milliseconds since 1970 (`At`), unless a name says otherwise;
 * flags are 0 or 1; JSON is text that the store writes and reads.
 */
export interface Tables {
  heads: HeadsTable
  listings: ListingsTable
  import_lines: ImportLinesTable
  restricted_subjects: RestrictedSubjectsTable
  audit_records: AuditRecordsTable
  feed_changes: FeedChangesTable
  edges: EdgesTable
  edge_acks: EdgeAcksTable
  decision_records: DecisionRecordsTable
  let_throughs: LetThroughsTable
  watches: WatchesTable
  delist_requests: DelistRequestsTable
  limit_windows: LimitWindowsTable
  letters: LettersTable
  probes: ProbesTable
  suppressions: SuppressionsTable
  webhook_deliveries: WebhookDeliveriesTable
  operators: OperatorsTable
  sessions: SessionsTable
  operator_identities: OperatorIdentitiesTable
  passkeys: PasskeysTable
  enrolments: EnrolmentsTable
  approvals: ApprovalsTable
  tokens: TokensTable
  spent_challenges: SpentChallengesTable
  idempotent_answers: IdempotentAnswersTable
  leases: LeasesTable
  mail_events: MailEventsTable
  evidence_hours: EvidenceHoursTable
  senders: SendersTable
  sender_groups: SenderGroupsTable
  reporters: ReportersTable
  engine_memory: EngineMemoryTable
  standings: StandingsTable
  abuse_reports: AbuseReportsTable
  abuse_evidence: AbuseEvidenceTable
  abuse_reporters: AbuseReportersTable
  sent_mail: SentMailTable
  abuse_accounts: AbuseAccountsTable
  incidents: IncidentsTable
  incident_reports: IncidentReportsTable
  incident_acts: IncidentActsTable
  decision_recipients: DecisionRecipientsTable
  case_codes: CaseCodesTable
  recipients: RecipientsTable
  recipient_sessions: RecipientSessionsTable
  vouches: VouchesTable
  owners: OwnersTable
  owner_sessions: OwnerSessionsTable
  owner_claims: OwnerClaimsTable
  owner_tokens: OwnerTokensTable
  registered_networks: RegisteredNetworksTable
  own_listings: OwnListingsTable
  own_list_checks: OwnListChecksTable
  cases: CasesTable
  case_participants: CaseParticipantsTable
  case_messages: CaseMessagesTable
  case_originals: CaseOriginalsTable
  sender_checks: SenderChecksTable
  person_requests: PersonRequestsTable
  letter_links: LetterLinksTable
  deliverability_forms: DeliverabilityFormsTable
  deliverability_addresses: DeliverabilityAddressesTable
  warm_ups: WarmUpsTable
  warm_up_addresses: WarmUpAddressesTable
}

/** One row per chain: `audit` (hash of the last record), `feed` (epoch in `value`). Updating its row is the lock. */
export interface HeadsTable {
  name: string
  seq: number
  value: string
}

export interface ListingsTable {
  id: string
  /** Canonical, always with its length: `192.0.2.45/32`. */
  prefix: string
  /** `rangeKeys(prefix).first`: orders by address. */
  range_key: string
  length: number
  cause: string
  class: string
  effect: string
  /** `active` or `ended`. */
  state: string
  since_at: number
  ends_at: number
  /** How many listings of this prefix ended in the recurrence window before this one began. */
  recurrence: number
  note: string
  /** Where to go, of class third-party. */
  url: string | null
  /** Name of the test to pass, of class policy. */
  test: string | null
  /** JSON: `[{"kind":"spam","count":31}]`. */
  evidence: string
  /** Who made it: `operator:ada`, `cli:root`, `import:<its id>`. */
  actor: string
  ended_at: number | null
  ended_by: string | null
  /** `expired delist operator superseded`. */
  ended_why: string | null
  /** Since when it only puts off, because its rule is held. */
  degraded_at: number | null
  /** Rises with every change; for compare and swap. */
  version: number
}

/** Lines of bulk imports that are read and checked, and not in force yet; empty while no import runs. */
export interface ImportLinesTable {
  /** `import:<its id>` */
  import: string
  prefix: string
  ends_at: number
  /** When the import began. */
  began_at: number
  /** JSON: the row of `listings` that it will be. */
  listing: string
}

export interface AuditRecordsTable {
  seq: number
  at: number
  actor: string
  action: string
  /** `listing:<id>`, `delist-request:<id>`, `operator:<name>` … */
  subject: string
  /** Canonical JSON. */
  facts: string
  previous: string
  hash: string
}

export interface FeedChangesTable {
  seq: number
  at: number
  /** JSON of one `TableChange` with its prefix as text, or `{"kind":"resync"}` after a bulk import. */
  change: string
}

export interface EdgesTable {
  name: string
  version: string
  seq: number
  seen_at: number
  connected: number
  /** The core that it follows or followed last; null before several cores were told apart. */
  core: string | null
}

export interface EdgeAcksTable {
  edge: string
  seq: number
  at: number
}

export interface DecisionRecordsTable {
  edge: string
  boot: string
  seq: number
  at: number
  stage: string
  ip: string
  /** `192.0.2.45/32`, the unit the address is judged by. */
  unit: string
  helo: string | null
  ptr: string | null
  mail_from: string | null
  /** JSON: keyed hashes, at most 20. */
  recipients: string
  code: number
  status: string
  reason: string
  listing_id: string | null
  /** JSON or null. */
  standing: string | null
  /** JSON or null. */
  budget: string | null
  table_seq: number
  count: number
  /** `enforce`; `observe`: what would have been said; `vouched`: the same, but it passed because the recipient vouches. */
  mode: string
  /** Minute of the case link's token, with which (edge, unit, listing, reason) it finds its record. */
  minute: number
  /** JSON or null: the domain, and the tests that failed at the message stage. */
  authentication: string | null
  /** JSON or null: domains whose signature verified at the message stage. */
  signed_by: string | null
}

/** Whom a record of a refusal is about: hashes with the edge's key. */
export interface DecisionRecipientsTable {
  edge: string
  boot: string
  seq: number
  at: number
  recipient: string
  domain: string
}

export interface LetThroughsTable {
  edge: string
  boot: string
  seq: number
  at: number
  ip: string
  unit: string
  queue_id: string
  helo: string | null
  mail_from: string | null
}

export interface WatchesTable {
  unit: string
  request_id: string
  since_at: number
  until_at: number
}

export interface DelistRequestsTable {
  id: string
  /** The address as asked for, canonical. */
  ip: string
  unit: string
  mailbox: string
  /** Folded for budgets: lower case, no +tag. */
  mailbox_key: string
  language: string
  note: string
  /** `mail` (a letter with a link), `write-in` (they write to delist+…). */
  road: string
  /** What shows control of the address: `none case-link txt http mail domain`. */
  control: string
  /** `open` (waiting for the mailbox), `proven` (mailbox or control shown by another road), `review`, `done`, `burned`, `expired`. */
  state: string
  link_hash: string
  browser_hash: string
  code_hash: string
  /** What TXT, HTTP and mail proofs must show. */
  proof_token: string
  tries: number
  created_at: number
  expires_at: number
  decided_at: number | null
  outcome: string | null
  /** JSON facts of the outcome: `{"again":…}`, `{"url":…}`, `{"test":…}`. */
  outcome_facts: string
  listing_id: string | null
  /** Feed number of the change that ended the listing. */
  feed_seq: number | null
  wants_letter: number
  let_through_at: number | null
  let_through_edge: string | null
  queue_id: string | null
  accepted_at: number | null
  refused_again_at: number | null
  decided_by: string | null
  version: number
  /** Of `case_participants`, once a person decides. */
  participant_id: string | null
}

export interface LimitWindowsTable {
  /** Limit's name and hashed key. */
  key: string
  /** JSON: `[[bucket start, count], …]`, oldest first. */
  spends: string
  until_at: number
  version: number
}

/** What a restricted case is about; it stays when the case is deleted, as the audit does. */
export interface RestrictedSubjectsTable {
  /** As the audit names it: `case:<id>`, `thread:<id>`, `delist-request:<id>`. */
  subject: string
  case_id: string
}

export interface LettersTable {
  id: string
  /** At most one letter with this key is ever made. */
  key: string
  kind: string
  mailbox: string
  language: string
  /** JSON slots of the template; canonical values only. */
  slots: string
  /** `queued sending sent dead bounced`. */
  state: string
  next_at: number
  expires_at: number | null
  attempts: number
  lease: string | null
  lease_until_at: number | null
  /** Whose lease it is or was. */
  lease_core: string | null
  last_error: string | null
  created_at: number
  sent_at: number | null
  /** What it belongs to, as the audit names it: `thread:<id>`, `delist-request:<id>`. */
  about: string | null
}

export interface SuppressionsTable {
  mailbox_hash: string
  /** `stop` or `bounce`. */
  why: string
  until_at: number
}

export interface WebhookDeliveriesTable {
  id: string
  url: string
  event: string
  body: string
  state: string
  next_at: number
  attempts: number
  lease: string | null
  lease_until_at: number | null
  /** Whose lease it is or was. */
  lease_core: string | null
  last_error: string | null
  created_at: number
  sent_at: number | null
}

export interface OperatorsTable {
  name: string
  role: string
  password_hash: string
  /** AES-256-GCM under the key file. */
  totp_secret: string
  /** Last TOTP step used: each code works once. */
  totp_step: number
  created_at: number
  removed_at: number | null
  /** With spaces between: `case-agent auditor`. Null in rows of before there were several: `role` says it. */
  roles: string | null
}

export interface OperatorIdentitiesTable {
  issuer: string
  subject: string
  operator: string
  by_group: number
  created_at: number
  used_at: number | null
}

export interface PasskeysTable {
  /** The credential id, base64url. */
  id: string
  operator: string
  name: string
  /** COSE key, base64url. */
  public_key: string
  counter: number
  /** With spaces between: `internal hybrid`. */
  transports: string
  backup_eligible: number
  backed_up: number
  created_at: number
  used_at: number | null
  revoked_at: number | null
}

export interface EnrolmentsTable {
  hash: string
  operator: string
  made_by: string
  created_at: number
  expires_at: number
}

export interface ApprovalsTable {
  id: string
  kind: string
  subject: string
  facts: string
  permission: string
  proposed_by: string
  proposed_at: number
  expires_at: number
  /** `proposed confirmed declined expired`. */
  state: string
  decided_by: string | null
  decided_at: number | null
}

export interface SessionsTable {
  id_hash: string
  operator: string
  csrf: string
  created_at: number
  seen_at: number
  expires_at: number
  confirmed_at: number | null
}

export interface TokensTable {
  name: string
  /** `events api edge`. */
  kind: string
  /** Of an `events` token, with spaces between: `mta filter reports`. Empty in rows of before there were roles: all. */
  roles: string
  hash: string
  created_at: number
  last_used_at: number | null
  revoked_at: number | null
}

export interface SpentChallengesTable {
  id: string
  expires_at: number
}

export interface IdempotentAnswersTable {
  key: string
  request_hash: string
  status: number
  body: string
  at: number
  /** The core that the request ran on. */
  core: string | null
}

export interface LeasesTable {
  name: string
  holder: string
  until_at: number
}

/** What happened to mail, as a source told it; read in order of `seq` by whoever judges. */
export interface MailEventsTable {
  /** From the head `events`: committed in order and without a gap. */
  seq: number
  source: string
  /** Unique within its source. */
  id: string
  type: string
  at: number
  received_at: number
  /** 1: builds standing and never lists. */
  backfill: number
  /** /32 or /64. */
  unit: string
  ip: string
  queue_id: string | null
  /** 1: a message that the MTA accepted. */
  accepted: number
  /** The event of contracts 2 in JSON, mailboxes as keyed hashes. */
  body: string
}

/** What was counted of a sender in one hour, by source. */
export interface EvidenceHoursTable {
  unit: string
  /** Hours since 1970. */
  hour: number
  source: string
  /** When the listing before ended, 0 before the first: evidence of an earlier era is prior, not evidence. */
  era: number
  ham: number
  bulk: number
  spam: number
  phish: number
  malware: number
  unjudged: number
  recipients: number
  unknown: number
  traps: number
  complaints: number
  not_junk: number
}

/** What a sender is remembered for besides its counters. */
export interface SendersTable {
  unit: string
  since_at: number
  seen_at: number
  /** Forward-confirmed name; `''` when it has none, null when it is not known. */
  ptr: string | null
  /** Organisational domain that its mail was authenticated for. */
  home: string | null
  /** Unwanted share that was expected of it before its own evidence, when that was last counted; null when it was not. */
  prior: number | null
  /** JSON of `SenderMemory`; null: to be made of its hourly counters. */
  memory: string | null
}

/** What is known of many senders together: a range, an organisation, a domain, a kind of name. */
export interface SenderGroupsTable {
  key: string
  seen_at: number
  /** JSON of `GroupMemory`. */
  memory: string
}

/** How far those who complain are trusted. */
export interface ReportersTable {
  /** Keyed hash of a mailbox, or `nobody` and the sender. */
  name: string
  seen_at: number
  /** JSON of `ReporterMemory`. */
  memory: string
}

/** What the judgement knows besides: one row, `judgement`. */
export interface EngineMemoryTable {
  name: string
  value: string
}

/** What the edges are told of senders that are not listed. */
export interface StandingsTable {
  key: string
  /** JSON; null: dropped. */
  standing: string | null
  /** From the head `standings`. */
  seq: number
}

/** A one-time address, and what was found about the message that came to it. */
export interface ProbesTable {
  id: string
  /** Of the address, without its MAC. */
  tag: string
  language: string
  created_at: number
  valid_until: number
  received_at: number | null
  /** Keyed hash of the message. */
  digest: string | null
  /** JSON of `ProbeFound`. */
  found: string | null
  letter: string | null
}

/** Reports that mail of ours abused somebody. */
export interface AbuseReportsTable {
  id: string
  /** Keyed hash of channel, submitter and bytes: what comes again is known. */
  intake_key: string
  /** `mail web api arf xarf fbl`. */
  channel: string
  /** `live test`. */
  lifecycle: string
  /** `received examining closed`. */
  state: string
  outcome: string | null
  /** `spam bulk phish malware harassment restricted`. */
  class: string
  /** `spam …` as chosen at a form; null when nobody chose. */
  chosen_class: string | null
  received_at: number
  examined_at: number | null
  closed_at: number | null
  /** When it is examined next, while `received`. */
  next_at: number
  attempts: number
  size: number
  /** Of `abuse_reporters`; null while not known, or nobody. */
  reporter: string | null
  /** 1: the reporter may be written to: their message was aligned, or they opened our link. */
  may_answer: number
  language: string
  /** `A B C D`. */
  grade: string | null
  account: string | null
  incident_id: string | null
  duplicate_of: string | null
  /** Keyed hash of message, original recipient and organization of the reporter: each counts once. */
  dedupe_key: string | null
  /** JSON: what was found. No mailbox in it. */
  facts: string
  decided_by: string | null
  version: number
  /** Of a feedback loop that was asked for: its domain as configured, or the name of its token. */
  source: string | null
}

/** What came, sealed with a key outside of the database. */
export interface AbuseEvidenceTable {
  report_id: string
  /** `message reported xarf`. */
  shape: string
  /** Sealed JSON: who brought it. */
  envelope: string
  /** Sealed bytes. */
  content: string
  at: number
}

/** Those who report, apart from what they reported. */
export interface AbuseReportersTable {
  /** Keyed hash of the mailbox, or of a program's name. */
  id: string
  /** Keyed hash of its organization's domain. */
  organisation: string
  /** Sealed; null for programs, for what several spellings count as, and once it was erased. */
  mailbox: string | null
  /** The row that its reports count in; null where that is this one. */
  counts_as: string | null
  since_at: number
  seen_at: number
  /** Reports whose incident ended as they said, and otherwise. */
  agreed: number
  disagreed: number
}

/** What our accounts sent: one row for each message and recipient. */
export interface SentMailTable {
  /** Keyed hash of the Message-ID. */
  message_key: string
  /** Keyed hash of the mailbox. */
  recipient_key: string
  account: string
  at: number
  queue_id: string | null
}

export interface AbuseAccountsTable {
  account: string
  /** What stands for it in the trace header. */
  pseudonym: string
  since_at: number
  seen_at: number
  /** `active suspended`. */
  state: string
  /** The incident that it is suspended for. */
  incident_id: string | null
  changed_at: number | null
  /** When it was last let go: what was sent before counts no more. */
  released_at: number | null
  version: number
}

export interface IncidentsTable {
  id: string
  account: string
  class: string
  severity: string
  /** `open notified suspended escalated closed`. */
  state: string
  /** `acted no-violation unproven`. */
  outcome: string | null
  opened_at: number
  last_report_at: number
  closed_at: number | null
  closed_by: string | null
  /** JSON: weight, reporters, organizations, messages, volume. */
  weight: string
  /** When it is weighed again; null while nothing came that is not in the weight. */
  weigh_at: number | null
  /** Since when it is closed while some of its reports are not; null when all are. */
  closing_at: number | null
  connector: string | null
  pool: string | null
  campaign: string | null
  note: string
  version: number
}

/** What counts for incidents: each message to each recipient once for an account. */
export interface IncidentReportsTable {
  account: string
  message_key: string
  recipient_key: string
  incident_id: string
  report_id: string
  /** Of `abuse_reporters`, or the keyed hash of the recipient where a feedback loop speaks for many. */
  reporter: string
  organisation: string
  grade: string
  /** 1: a feedback loop that was asked for. */
  is_trusted: number
  /** When the message was sent. */
  sent_at: number
  at: number
  /** Organizations that proved the same after this one. */
  others: number
}

/** What was done about an account, or would have been. */
export interface IncidentActsTable {
  id: string
  incident_id: string
  account: string
  /** `notify suspend release escalate would-notify would-suspend`. */
  kind: string
  at: number
  /** `rules`, `owner`, `operator:ada`, … */
  actor: string
  /** Of an `escalate`: why. Of a `release`: the id of the act that it undoes. */
  why: string | null
}

/** A code with which a recipient opens or joins a case on behalf of a sender. */
export interface CaseCodesTable {
  /** Keyed hash. */
  hash: string
  ip: string | null
  reason: string | null
  edge: string | null
  refused_at: number | null
  participant_id: string | null
  opened_participant_id: string | null
  created_at: number
  expires_at: number
}

/** A mailbox of our own domains that has shown itself. */
export interface RecipientsTable {
  id: string
  mailbox: string
  /** In lower case. */
  mailbox_key: string
  language: string
  created_at: number
  seen_at: number
}

/** A recipient's word for a sender. */
export interface VouchesTable {
  id: string
  mailbox: string
  /** In lower case. */
  mailbox_key: string
  recipient_id: string
  domain: string
  /** `192.0.2.0/24`; null for one by signature. */
  network: string | null
  hash: string
  ip: string
  reason: string
  since_at: number
  ends_at: number
  ended_at: number | null
  /** `withdrawn`, `revoked` or `expired`. */
  ended_why: string | null
  version: number
}

export interface RecipientSessionsTable {
  /** Keyed hash of the cookie. */
  hash: string
  recipient_id: string
  /** JSON. */
  groups: string
  created_at: number
  expires_at: number
}

/** A mailbox that has shown itself, and may hold address space. */
export interface OwnersTable {
  id: string
  mailbox: string
  mailbox_key: string
  language: string
  created_at: number
  seen_at: number
}

export interface OwnerSessionsTable {
  /** Keyed hash of the cookie. */
  hash: string
  owner_id: string
  created_at: number
  expires_at: number
}

/** What an owner claims, and has proven: `open`, `granted`, `ended`. */
export interface OwnerClaimsTable {
  id: string
  owner_id: string
  prefix: string
  /** `rangeKeys(prefix)`. */
  first_key: string
  last_key: string
  token: string
  value: string
  state: string
  proof: string | null
  /** JSON of `ClaimFacts`. */
  facts: string
  /** The claim that this one is a delegation of. */
  parent_id: string | null
  created_at: number
  since_at: number | null
  checked_at: number | null
  failed_at: number | null
  expires_at: number
  ended_at: number | null
  ended_why: string | null
  version: number
  /** Who confirmed it, where it was confirmed by mail. */
  contact_mailbox: string | null
  /** When the owner was told that its end is near. */
  reminded_at: number | null
}

/** A program that reads what belongs to an owner. */
export interface OwnerTokensTable {
  id: string
  owner_id: string
  name: string
  /** Keyed hash of the token. */
  hash: string
  created_at: number
  last_used_at: number | null
  expires_at: number
}

/** What a registry answered about a network that was asked for. */
export interface RegisteredNetworksTable {
  /** The prefix that was asked for. */
  query: string
  /** 0: no registry knows it, and the rest is empty. */
  found: number
  server: string
  handle: string
  name: string
  country: string
  registrant: string
  first_address: string
  last_address: string
  /** JSON: mailboxes for abuse. */
  contact_mailboxes: string
  /** JSON: names of what the server left out. */
  redacted: string
  asked_at: number
  expires_at: number
}

/** An address of ours on a list of somebody else. */
export interface OwnListingsTable {
  id: string
  zone: string
  address: string
  /** The A record of the answer. */
  code: string
  /** The TXT record; a stranger's words. */
  said: string
  since_at: number
  /** When the list last said so. */
  seen_at: number
  ended_at: number | null
  /** 1: the operator was told that it began, or that it ended. */
  began_told: number
  ended_told: number
}

/** How each list answered last. */
export interface OwnListChecksTable {
  zone: string
  at: number
  /** When it last answered as a list does. */
  answered_at: number | null
  /** `answers refused silent no-list everything`. */
  result: string
  /** The A record by which it refused, else empty. */
  code: string
}

export interface CasesTable {
  id: string
  /** `record mail form recipient owner operator`. */
  kind: string
  /** `open waiting conditional closed`. */
  state: string
  /** `A B C`. */
  severity: string
  /** The address or unit that it is about: `192.0.2.45/32`. */
  about: string | null
  opened_at: number
  opened_by: string
  first_due_at: number
  /** When a person answered first. */
  answered_at: number | null
  /** When rules answered first, no person having done so; and when it came to a person after that. */
  ruled_at: number | null
  handed_at: number | null
  effect_due_at: number
  /** Working time that was left when we began to wait for them. */
  effect_left_ms: number | null
  waited_ms: number
  waiting_since_at: number | null
  asked_until_at: number | null
  snoozed_until_at: number | null
  due_at: number | null
  /** JSON: the tests that must pass, with what each said last. */
  conditions: string
  conditions_end_at: number | null
  checked_at: number | null
  told_at: number | null
  /** `granted not-needed refused answered withdrawn merged`. */
  outcome: string | null
  /** Of a refusal: the test that is not passed, or the judgement in a sentence. */
  why: string
  closed_at: number | null
  closed_by: string | null
  /** When it was opened again after a refusal. */
  appealed_at: number | null
  /** `operator:ada` */
  assignee: string | null
  assigned_at: number | null
  assigned_by: string | null
  /** JSON of `Legal`: only the owner of the address space is spoken to. */
  legal: string | null
  merged_into: string | null
  messages: number
  bytes: number
  /** Messages whose writer is not known to be the participant. */
  unverified: number
  acks: number
  version: number
}

export interface CaseParticipantsTable {
  id: string
  case_id: string
  /** `sender recipient owner`. */
  role: string
  mailbox: string
  mailbox_key: string
  language: string
  since_at: number
  withdrawn_at: number | null
  /** `yes partly no`, of who was asked whether it helped. */
  helped: string | null
}

export interface CaseMessagesTable {
  id: string
  case_id: string
  /** Whose thread it belongs to; null for what is said among ourselves. */
  participant_id: string | null
  /** `in out note`. */
  direction: string
  /** `mail form console rules`. */
  channel: string
  /** `participant`, `operator:ada`, `system:cases`. */
  author: string
  is_verified: number
  /** 1: by a program; moved nothing. */
  is_silent: number
  at: number
  size: number
  /** How often it came. */
  copies: number
  /** Keyed hash of its words. */
  body_key: string | null
  /** Keyed hash of thread and bytes: the same message delivered again is the same. */
  intake_key: string | null
  /** Of ours: `waiting` for the budget of letters, `written`, `unwanted` by its reader, `none`. */
  letter: string | null
  /** Within its case: the order of what was said in one millisecond. 0 in rows of before it was kept. */
  seq: number
  /** Sealed JSON. */
  content: string
}

export interface CaseOriginalsTable {
  message_id: string
  /** SHA-256, hexadecimal. */
  hash: string
  size: number
  /** Sealed. */
  content: string
}

/** The last live check of each domain and address. */
export interface SenderChecksTable {
  domain: string
  /** `192.0.2.45/32`; empty where no address was checked. */
  unit: string
  at: number
  faults: number
  warnings: number
}

/** Erasures that were asked for. */
export interface PersonRequestsTable {
  id: string
  /** Keyed hash that stands for the mailbox. */
  pseudonym: string
  /** Null once it is done. */
  mailbox: string | null
  /** `proposed waiting done declined`. */
  state: string
  /** `operator:ada`, `person`, `cli:root`. */
  asked_by: string
  asked_at: number
  /** JSON: what goes on. */
  blockers: string
  /** When it is tried again. */
  next_at: number | null
  /** JSON: rows by table. */
  counts: string
  done_at: number | null
}

/** Letters with a link, in two halves; the hashes are keyed. */
export interface LetterLinksTable {
  id: string
  /** As `core/letter-links` has them. */
  purpose: string
  mailbox: string
  language: string
  /** Sealed JSON. */
  content: string
  link_hash: string
  browser_hash: string
  code_hash: string
  tries: number
  created_at: number
  expires_at: number
  proven_at: number | null
  used_at: number | null
  /** What it has opened, such as a thread. */
  opened: string | null
}

/** What a deliverability form said, by the thread that it opened. */
export interface DeliverabilityFormsTable {
  participant_id: string
  /** `refused`, `delayed`, `junk`. */
  symptom: string
  domain: string
  sending: string
  volume: number | null
}

/** How each address of a form stands. */
export interface DeliverabilityAddressesTable {
  participant_id: string
  /** `192.0.2.45/32` */
  prefix: string
  nth: number
  state: string
  why: string
  /** JSON. */
  facts: string
  changed_at: number
  checked_at: number
}

/** Requests to raise budgets inside a forecast, by the thread that they opened. */
export interface WarmUpsTable {
  participant_id: string
  domain: string
  mail: string
  starts_at: number
  days: number
  /** Messages a day of each address. */
  first: number
  /** Percent. */
  growth: number
  most: number
  asked_starts_at: number
  asked_days: number
  asked_most: number
  state: string
  why: string | null
  changed_at: number
}

export interface WarmUpAddressesTable {
  participant_id: string
  /** `192.0.2.45/32` */
  unit: string
  nth: number
}
