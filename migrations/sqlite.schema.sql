CREATE TABLE abuse_accounts (
  account text not null,
  pseudonym text not null,
  since_at integer not null,
  seen_at integer not null,
  state text not null,
  incident_id text,
  changed_at integer,
  released_at integer,
  version integer not null,
  primary key (account)
) strict;

CREATE UNIQUE INDEX abuse_accounts_pseudonym on abuse_accounts (pseudonym);

CREATE INDEX abuse_accounts_seen on abuse_accounts (seen_at);

CREATE INDEX abuse_accounts_state on abuse_accounts (state) where state = 'suspended';

CREATE TABLE abuse_evidence (
  report_id text not null,
  shape text not null,
  envelope text not null,
  content text not null,
  at integer not null,
  primary key (report_id)
) strict;

CREATE INDEX abuse_evidence_at on abuse_evidence (at);

CREATE TABLE abuse_reporters (
  id text not null,
  organisation text not null,
  mailbox text,
  since_at integer not null,
  seen_at integer not null,
  agreed integer not null,
  disagreed integer not null, counts_as text,
  primary key (id)
) strict;

CREATE INDEX abuse_reporters_seen on abuse_reporters (seen_at);

CREATE TABLE abuse_reports (
  id text not null,
  intake_key text not null,
  channel text not null,
  lifecycle text not null,
  state text not null,
  outcome text,
  class text not null,
  chosen_class text,
  received_at integer not null,
  examined_at integer,
  closed_at integer,
  next_at integer not null,
  attempts integer not null,
  size integer not null,
  reporter text,
  may_answer integer not null,
  language text not null,
  grade text,
  account text,
  incident_id text,
  duplicate_of text,
  dedupe_key text,
  facts text not null,
  decided_by text,
  version integer not null, source text,
  primary key (id)
) strict;

CREATE UNIQUE INDEX abuse_reports_dedupe on abuse_reports (dedupe_key) where dedupe_key is not null;

CREATE INDEX abuse_reports_due on abuse_reports (state, next_at) where state = 'received';

CREATE UNIQUE INDEX abuse_reports_intake on abuse_reports (intake_key);

CREATE INDEX abuse_reports_of_incident on abuse_reports (incident_id, received_at, id) where incident_id is not null;

CREATE INDEX abuse_reports_open on abuse_reports (incident_id) where incident_id is not null and state <> 'closed';

CREATE INDEX abuse_reports_received on abuse_reports (received_at);

CREATE INDEX abuse_reports_source on abuse_reports (received_at) where source is not null;

CREATE INDEX abuse_reports_state on abuse_reports (state, received_at);

CREATE TABLE approvals (
  id text not null,
  kind text not null,
  subject text not null,
  -- What is to be done, as JSON; the kind says its shape.
  facts text not null,
  permission text not null,
  proposed_by text not null,
  proposed_at integer not null,
  expires_at integer not null,
  state text not null,
  decided_by text,
  decided_at integer,
  primary key (id)
) strict, without rowid;

CREATE INDEX approvals_expires on approvals (state, expires_at);

CREATE UNIQUE INDEX approvals_waiting on approvals (kind, subject) where state = 'proposed';

CREATE TABLE audit_records (
  seq integer not null,
  at integer not null,
  actor text not null,
  action text not null,
  subject text not null,
  facts text not null,
  previous text not null,
  hash text not null,
  primary key (seq)
) strict;

CREATE TRIGGER audit_records_no_delete before delete on audit_records begin select raise(abort, 'audit records are never changed'); end;

CREATE TRIGGER audit_records_no_update before update on audit_records begin select raise(abort, 'audit records are never changed'); end;

CREATE INDEX audit_records_subject on audit_records (subject, seq);

CREATE TABLE case_codes (
  -- Keyed hash of the code.
  hash text not null,
  -- The refusal that it was made for; null where it was made in a case.
  ip text,
  reason text,
  edge text,
  -- When it was refused.
  refused_at integer,
  -- The thread in which it was made; null where it was made for a refusal.
  participant_id text,
  -- The thread of the recipient who opened a case with it first.
  opened_participant_id text,
  created_at integer not null,
  expires_at integer not null,
  primary key (hash)
) strict, without rowid;

CREATE INDEX case_codes_expires on case_codes (expires_at);

CREATE TABLE case_messages (
  id text not null,
  case_id text not null,
  participant_id text,
  direction text not null,
  channel text not null,
  author text not null,
  is_verified integer not null,
  is_silent integer not null,
  at integer not null,
  size integer not null,
  copies integer not null,
  body_key text,
  intake_key text,
  letter text,
  content text not null, seq integer not null default 0,
  primary key (id)
) strict;

CREATE INDEX case_messages_case on case_messages (case_id, at);

CREATE UNIQUE INDEX case_messages_intake on case_messages (intake_key) where intake_key is not null;

CREATE INDEX case_messages_letter on case_messages (at) where letter = 'waiting';

CREATE INDEX case_messages_thread on case_messages (participant_id, at) where participant_id is not null;

CREATE TABLE case_originals (
  message_id text not null,
  hash text not null,
  size integer not null,
  content text not null,
  primary key (message_id)
) strict;

CREATE TABLE case_participants (
  id text not null,
  case_id text not null,
  role text not null,
  mailbox text not null,
  mailbox_key text not null,
  language text not null,
  since_at integer not null, withdrawn_at integer, helped text,
  primary key (id)
) strict;

CREATE INDEX case_participants_case on case_participants (case_id);

CREATE INDEX case_participants_mailbox on case_participants (mailbox_key);

CREATE TABLE cases (
  id text not null,
  kind text not null,
  state text not null,
  severity text not null,
  about text,
  opened_at integer not null,
  opened_by text not null,
  first_due_at integer not null,
  answered_at integer,
  effect_due_at integer not null,
  -- Working time that was left when we began to wait for them.
  effect_left_ms integer,
  -- Working time that we have waited for them.
  waited_ms integer not null,
  waiting_since_at integer,
  asked_until_at integer,
  snoozed_until_at integer,
  -- What the queue is ordered by; null while nothing is ours to do.
  due_at integer,
  conditions text not null,
  conditions_end_at integer,
  checked_at integer,
  told_at integer,
  outcome text,
  why text not null,
  closed_at integer,
  closed_by text,
  assignee text,
  merged_into text,
  messages integer not null,
  bytes integer not null,
  unverified integer not null,
  acks integer not null,
  version integer not null, appealed_at integer, assigned_at integer, assigned_by text, legal text, ruled_at integer, handed_at integer,
  primary key (id)
) strict;

CREATE INDEX cases_about on cases (about) where about is not null;

CREATE INDEX cases_closed on cases (closed_at) where closed_at is not null;

CREATE INDEX cases_conditions on cases (checked_at) where conditions_end_at is not null;

CREATE INDEX cases_opened on cases (opened_at);

CREATE INDEX cases_queue on cases (state, due_at);

CREATE TABLE decision_recipients (
  edge text not null,
  boot text not null,
  seq integer not null,
  at integer not null,
  recipient text not null,
  domain text not null,
  primary key (edge, boot, seq, recipient)
) strict, without rowid;

CREATE INDEX decision_recipients_at on decision_recipients (at);

CREATE INDEX decision_recipients_domain on decision_recipients (domain, at);

CREATE INDEX decision_recipients_recipient on decision_recipients (recipient, at);

CREATE TABLE decision_records (
  edge text not null,
  boot text not null,
  seq integer not null,
  at integer not null,
  stage text not null,
  ip text not null,
  unit text not null,
  helo text,
  ptr text,
  mail_from text,
  recipients text not null,
  code integer not null,
  status text not null,
  reason text not null,
  listing_id text,
  standing text,
  budget text,
  table_seq integer not null,
  count integer not null,
  mode text not null,
  minute integer not null, authentication text, signed_by text,
  primary key (edge, boot, seq)
) strict;

CREATE INDEX decision_records_at on decision_records (at);

CREATE INDEX decision_records_unit on decision_records (unit, at);

CREATE TABLE delist_requests (
  id text not null,
  ip text not null,
  unit text not null,
  mailbox text not null,
  mailbox_key text not null,
  language text not null,
  note text not null,
  road text not null,
  control text not null,
  state text not null,
  link_hash text not null,
  browser_hash text not null,
  code_hash text not null,
  proof_token text not null,
  tries integer not null,
  created_at integer not null,
  expires_at integer not null,
  decided_at integer,
  outcome text,
  outcome_facts text not null,
  listing_id text,
  feed_seq integer,
  wants_letter integer not null,
  let_through_at integer,
  let_through_edge text,
  queue_id text,
  accepted_at integer,
  refused_again_at integer,
  decided_by text,
  version integer not null, participant_id text,
  primary key (id)
) strict;

CREATE UNIQUE INDEX delist_requests_link on delist_requests (link_hash);

CREATE INDEX delist_requests_participant on delist_requests (participant_id) where participant_id is not null;

CREATE INDEX delist_requests_queue on delist_requests (queue_id) where queue_id is not null and accepted_at is null;

CREATE INDEX delist_requests_state on delist_requests (state, created_at);

CREATE INDEX delist_requests_unit on delist_requests (unit, created_at);

CREATE TABLE deliverability_addresses (
  participant_id text not null,
  prefix text not null,
  nth integer not null,
  state text not null,
  why text not null,
  -- Tests, times and links that belong to the reason, as JSON.
  facts text not null,
  changed_at integer not null,
  -- When its tests were run last.
  checked_at integer not null,
  primary key (participant_id, prefix)
) strict, without rowid;

CREATE INDEX deliverability_addresses_prefix on deliverability_addresses (prefix);

CREATE INDEX deliverability_addresses_state on deliverability_addresses (state, checked_at);

CREATE TABLE deliverability_forms (
  participant_id text not null,
  symptom text not null,
  -- Domain of ours that the mail was for.
  domain text not null,
  -- Domain that it came from; empty where none was given.
  sending text not null,
  -- Messages a day; null where it was not said.
  volume integer,
  primary key (participant_id)
) strict, without rowid;

CREATE TABLE edge_acks (
  edge text not null,
  seq integer not null,
  at integer not null,
  primary key (edge, seq)
) strict, without rowid;

CREATE TABLE edges (
  name text not null,
  version text not null,
  seq integer not null,
  seen_at integer not null,
  connected integer not null, core text,
  primary key (name)
) strict, without rowid;

CREATE TABLE engine_memory (
  name text not null,
  value text not null,
  primary key (name)
) strict, without rowid;

CREATE TABLE enrolments (
  hash text not null,
  operator text not null,
  made_by text not null,
  created_at integer not null,
  expires_at integer not null,
  primary key (hash)
) strict, without rowid;

CREATE INDEX enrolments_expires on enrolments (expires_at);

CREATE TABLE "evidence_hours" (
  unit text not null,
  hour integer not null,
  source text not null,
  era integer not null,
  ham integer not null,
  bulk integer not null,
  spam integer not null,
  phish integer not null,
  malware integer not null,
  unjudged integer not null,
  recipients integer not null,
  unknown integer not null,
  traps integer not null,
  complaints real not null,
  not_junk integer not null,
  primary key (unit, hour, source, era)
) strict;

CREATE INDEX evidence_hours_hour on evidence_hours (hour);

CREATE INDEX evidence_hours_source on evidence_hours (source, hour);

CREATE TABLE feed_changes (
  seq integer not null,
  at integer not null,
  change text not null,
  primary key (seq)
) strict;

CREATE TABLE heads (
  name text not null,
  seq integer not null,
  value text not null,
  primary key (name)
) strict, without rowid;

CREATE TABLE idempotent_answers (
  key text not null,
  request_hash text not null,
  status integer not null,
  body text not null,
  at integer not null, core text,
  primary key (key)
) strict, without rowid;

CREATE TABLE import_lines (
  import text not null,
  prefix text not null,
  ends_at integer not null,
  began_at integer not null,
  listing text not null,
  primary key (import, prefix)
) strict, without rowid;

CREATE TABLE incident_acts (
  id text not null,
  incident_id text not null,
  account text not null,
  kind text not null,
  at integer not null,
  actor text not null,
  why text,
  primary key (id)
) strict;

CREATE INDEX incident_acts_account on incident_acts (account, kind, at);

CREATE INDEX incident_acts_at on incident_acts (at);

CREATE INDEX incident_acts_incident on incident_acts (incident_id);

CREATE INDEX incident_acts_kind on incident_acts (kind, at);

CREATE TABLE incident_reports (
  account text not null,
  message_key text not null,
  recipient_key text not null,
  incident_id text not null,
  report_id text not null,
  reporter text not null,
  organisation text not null,
  grade text not null,
  is_trusted integer not null,
  sent_at integer not null,
  at integer not null, others integer not null default 0,
  primary key (account, message_key, recipient_key)
) strict;

CREATE INDEX incident_reports_account on incident_reports (account, at);

CREATE INDEX incident_reports_at on incident_reports (at);

CREATE INDEX incident_reports_incident on incident_reports (incident_id);

CREATE TABLE incidents (
  id text not null,
  account text not null,
  class text not null,
  severity text not null,
  state text not null,
  outcome text,
  opened_at integer not null,
  last_report_at integer not null,
  closed_at integer,
  closed_by text,
  weight text not null,
  connector text,
  pool text,
  campaign text,
  note text not null,
  version integer not null, weigh_at integer, closing_at integer,
  primary key (id)
) strict;

CREATE INDEX incidents_account on incidents (account, class, opened_at);

CREATE INDEX incidents_closing on incidents (closing_at) where closing_at is not null;

CREATE INDEX incidents_opened on incidents (opened_at);

CREATE INDEX incidents_state on incidents (state, last_report_at);

CREATE INDEX incidents_weigh on incidents (weigh_at) where weigh_at is not null;

CREATE TABLE leases (
  name text not null,
  holder text not null,
  until_at integer not null,
  primary key (name)
) strict, without rowid;

CREATE TABLE let_throughs (
  edge text not null,
  boot text not null,
  seq integer not null,
  at integer not null,
  ip text not null,
  unit text not null,
  queue_id text not null,
  helo text,
  mail_from text,
  primary key (edge, boot, seq)
) strict, without rowid;

CREATE INDEX let_throughs_unit on let_throughs (unit, at);

CREATE TABLE letter_links (
  id text not null,
  purpose text not null,
  mailbox text not null,
  language text not null,
  -- What it is about, sealed.
  content text not null,
  link_hash text not null,
  browser_hash text not null,
  code_hash text not null,
  tries integer not null,
  created_at integer not null,
  expires_at integer not null,
  used_at integer,
  -- What it has opened and still leads to.
  opened text, proven_at integer,
  primary key (id)
) strict, without rowid;

CREATE INDEX letter_links_expires on letter_links (expires_at);

CREATE TABLE letters (
  id text not null,
  key text not null,
  kind text not null,
  mailbox text not null,
  language text not null,
  slots text not null,
  state text not null,
  next_at integer not null,
  expires_at integer,
  attempts integer not null,
  lease text,
  lease_until_at integer,
  last_error text,
  created_at integer not null,
  sent_at integer, lease_core text, about text,
  primary key (id)
) strict;

CREATE INDEX letters_created on letters (created_at, id);

CREATE INDEX letters_due on letters (state, next_at);

CREATE UNIQUE INDEX letters_key on letters (key);

CREATE TABLE limit_windows (
  key text not null,
  spends text not null,
  until_at integer not null,
  version integer not null,
  primary key (key)
) strict, without rowid;

CREATE INDEX limit_windows_until on limit_windows (until_at);

CREATE TABLE listings (
  id text not null,
  prefix text not null,
  range_key text not null,
  length integer not null,
  cause text not null,
  class text not null,
  effect text not null,
  state text not null,
  since_at integer not null,
  ends_at integer not null,
  recurrence integer not null,
  note text not null,
  url text,
  test text,
  evidence text not null,
  actor text not null,
  ended_at integer,
  ended_by text,
  ended_why text,
  version integer not null, degraded_at integer,
  primary key (id)
) strict;

CREATE UNIQUE INDEX listings_active on listings (prefix) where state = 'active';

CREATE INDEX listings_ended on listings (ended_at) where ended_at is not null;

CREATE INDEX listings_ends on listings (class, ends_at) where state = 'active';

CREATE INDEX listings_prefix on listings (prefix, since_at);

CREATE INDEX listings_range on listings (range_key, length);

CREATE INDEX listings_since on listings (since_at, id);

CREATE TABLE mail_events (
  seq integer not null,
  source text not null,
  id text not null,
  type text not null,
  at integer not null,
  received_at integer not null,
  backfill integer not null,
  unit text not null,
  ip text not null,
  queue_id text,
  accepted integer not null,
  body text not null,
  primary key (seq)
) strict;

CREATE UNIQUE INDEX mail_events_id on mail_events (id, source);

CREATE INDEX mail_events_queue on mail_events (queue_id, ip) where queue_id is not null and accepted = 1;

CREATE INDEX mail_events_received on mail_events (received_at);

CREATE TABLE migrations (
      name text not null primary key,
      checksum text not null,
      breaking integer not null,
      applied_at integer not null
    ) strict;

CREATE TABLE operator_identities (
  issuer text not null,
  subject text not null,
  operator text not null,
  -- 1: made by the mapping of groups, which says the roles anew at each sign-in.
  by_group integer not null,
  created_at integer not null,
  used_at integer,
  primary key (issuer, subject)
) strict, without rowid;

CREATE INDEX operator_identities_operator on operator_identities (operator);

CREATE TABLE operators (
  name text not null,
  role text not null,
  password_hash text not null,
  totp_secret text not null,
  totp_step integer not null,
  created_at integer not null,
  removed_at integer, roles text,
  primary key (name)
) strict, without rowid;

CREATE TABLE own_list_checks (
  zone text not null,
  at integer not null,
  answered_at integer,
  result text not null,
  code text not null,
  primary key (zone)
) strict;

CREATE TABLE own_listings (
  id text not null,
  zone text not null,
  address text not null,
  code text not null,
  said text not null,
  since_at integer not null,
  seen_at integer not null,
  ended_at integer,
  began_told integer not null,
  ended_told integer not null,
  primary key (id)
) strict;

CREATE INDEX own_listings_ended on own_listings (ended_at) where ended_at is not null;

CREATE UNIQUE INDEX own_listings_open on own_listings (zone, address) where ended_at is null;

CREATE TABLE owner_claims (
  id text not null,
  owner_id text not null,
  prefix text not null,
  first_key text not null,
  last_key text not null,
  token text not null,
  -- What a TXT record or a file has to show: a hash of the token.
  value text not null,
  state text not null,
  proof text,
  -- What the proof rests on, as JSON.
  facts text not null,
  parent_id text,
  created_at integer not null,
  since_at integer,
  checked_at integer,
  -- Since when the proof is not found any more.
  failed_at integer,
  expires_at integer not null,
  ended_at integer,
  ended_why text,
  version integer not null, contact_mailbox text, reminded_at integer,
  primary key (id)
) strict, without rowid;

CREATE INDEX owner_claims_checked on owner_claims (state, checked_at);

CREATE UNIQUE INDEX owner_claims_held on owner_claims (owner_id, prefix) where state <> 'ended';

CREATE INDEX owner_claims_parent on owner_claims (parent_id);

CREATE INDEX owner_claims_range on owner_claims (state, first_key);

CREATE TABLE owner_sessions (
  hash text not null,
  owner_id text not null,
  created_at integer not null,
  expires_at integer not null,
  primary key (hash)
) strict, without rowid;

CREATE INDEX owner_sessions_expires on owner_sessions (expires_at);

CREATE TABLE owner_tokens (
  id text not null,
  owner_id text not null,
  name text not null,
  -- Keyed; the token itself is shown once.
  hash text not null unique,
  created_at integer not null,
  last_used_at integer,
  expires_at integer not null,
  primary key (id)
) strict, without rowid;

CREATE INDEX owner_tokens_owner on owner_tokens (owner_id);

CREATE TABLE owners (
  id text not null,
  mailbox text not null,
  mailbox_key text not null unique,
  language text not null,
  created_at integer not null,
  seen_at integer not null,
  primary key (id)
) strict, without rowid;

CREATE TABLE passkeys (
  id text not null,
  operator text not null,
  name text not null,
  public_key text not null,
  -- Of the authenticator; 0 where it does not count.
  counter integer not null,
  transports text not null,
  -- Whether the authenticator may keep copies elsewhere, and whether it does (WebAuthn: BE and BS).
  backup_eligible integer not null,
  backed_up integer not null,
  created_at integer not null,
  used_at integer,
  revoked_at integer,
  primary key (id)
) strict, without rowid;

CREATE INDEX passkeys_operator on passkeys (operator);

CREATE TABLE person_requests (
  id text not null,
  pseudonym text not null,
  mailbox text,
  -- `proposed waiting done declined`
  state text not null,
  asked_by text not null,
  asked_at integer not null,
  -- JSON: what goes on.
  blockers text not null,
  next_at integer,
  -- JSON: rows by table.
  counts text not null,
  done_at integer,
  primary key (id)
) strict;

CREATE INDEX person_requests_next on person_requests (next_at) where next_at is not null;

CREATE UNIQUE INDEX person_requests_open on person_requests (pseudonym) where state in ('proposed', 'waiting');

CREATE TABLE probes (
  id text not null primary key,
  tag text not null unique,
  language text not null,
  created_at integer not null,
  valid_until integer not null,
  received_at integer,
  digest text,
  found text,
  letter text
) strict;

CREATE INDEX probes_by_created on probes (created_at);

CREATE TABLE recipient_sessions (
  hash text not null,
  recipient_id text not null,
  -- JSON: groups that the OpenID provider named, of those that the configuration knows.
  groups text not null,
  created_at integer not null,
  expires_at integer not null,
  primary key (hash)
) strict, without rowid;

CREATE INDEX recipient_sessions_expires on recipient_sessions (expires_at);

CREATE TABLE recipients (
  id text not null,
  mailbox text not null,
  -- The mailbox in lower case.
  mailbox_key text not null unique,
  language text not null,
  created_at integer not null,
  seen_at integer not null,
  primary key (id)
) strict, without rowid;

CREATE TABLE registered_networks (
  query text not null,
  found integer not null,
  server text not null,
  handle text not null,
  name text not null,
  country text not null,
  registrant text not null,
  -- First and last address.
  first_address text not null,
  last_address text not null,
  contact_mailboxes text not null,
  redacted text not null,
  asked_at integer not null,
  expires_at integer not null,
  primary key (query)
) strict, without rowid;

CREATE INDEX registered_networks_expires on registered_networks (expires_at);

CREATE TABLE reporters (
  name text not null,
  seen_at integer not null,
  memory text not null,
  primary key (name)
) strict, without rowid;

CREATE INDEX reporters_seen on reporters (seen_at);

CREATE TABLE restricted_subjects (
  -- As the audit names it: `case:<id>`, `thread:<id>`, `delist-request:<id>`.
  subject text not null,
  case_id text not null,
  primary key (subject)
) strict, without rowid;

CREATE INDEX restricted_subjects_case on restricted_subjects (case_id);

CREATE TABLE sender_checks (
  domain text not null,
  -- `192.0.2.45/32`; empty where no address was checked.
  unit text not null,
  at integer not null,
  faults integer not null,
  warnings integer not null,
  primary key (domain, unit)
) strict, without rowid;

CREATE INDEX sender_checks_at on sender_checks (at);

CREATE INDEX sender_checks_unit on sender_checks (unit, at);

CREATE TABLE sender_groups (
  key text not null,
  seen_at integer not null,
  memory text not null,
  primary key (key)
) strict, without rowid;

CREATE INDEX sender_groups_seen on sender_groups (seen_at);

CREATE TABLE "senders" (
  unit text not null,
  since_at integer not null,
  seen_at integer not null,
  ptr text,
  home text,
  prior real,
  memory text,
  primary key (unit)
) strict;

CREATE INDEX senders_seen on senders (seen_at);

CREATE TABLE sent_mail (
  message_key text not null,
  recipient_key text not null,
  account text not null,
  at integer not null,
  queue_id text,
  primary key (message_key, recipient_key, account)
) strict;

CREATE INDEX sent_mail_account on sent_mail (account, at);

CREATE INDEX sent_mail_at on sent_mail (at);

CREATE INDEX sent_mail_senders on sent_mail (message_key, account);

CREATE TABLE sessions (
  id_hash text not null,
  operator text not null,
  csrf text not null,
  created_at integer not null,
  seen_at integer not null,
  expires_at integer not null, confirmed_at integer,
  primary key (id_hash)
) strict, without rowid;

CREATE INDEX sessions_expires on sessions (expires_at);

CREATE TABLE spent_challenges (
  id text not null,
  expires_at integer not null,
  primary key (id)
) strict, without rowid;

CREATE TABLE standings (
  key text not null,
  standing text,
  seq integer not null,
  primary key (key)
) strict, without rowid;

CREATE UNIQUE INDEX standings_seq on standings (seq);

CREATE TABLE suppressions (
  mailbox_hash text not null,
  why text not null,
  until_at integer not null,
  primary key (mailbox_hash)
) strict, without rowid;

CREATE TABLE tokens (
  name text not null,
  kind text not null,
  hash text not null,
  created_at integer not null,
  last_used_at integer,
  revoked_at integer, roles text not null default '',
  primary key (name)
) strict, without rowid;

CREATE UNIQUE INDEX tokens_hash on tokens (hash);

CREATE TABLE vouches (
  id text not null,
  mailbox text not null,
  -- The mailbox in lower case.
  mailbox_key text not null,
  -- Who made it: the recipient, or somebody who looks after the domain.
  recipient_id text not null,
  domain text not null,
  -- /24 or /64; null for one by signature.
  network text,
  -- What edges know it by.
  hash text not null,
  -- The refusal that was vouched for.
  ip text not null,
  reason text not null,
  since_at integer not null,
  ends_at integer not null,
  ended_at integer,
  ended_why text,
  version integer not null,
  primary key (id)
) strict, without rowid;

CREATE UNIQUE INDEX vouches_active on vouches (hash) where ended_at is null;

CREATE INDEX vouches_ends on vouches (ended_at, ends_at);

CREATE INDEX vouches_mailbox on vouches (mailbox_key, since_at);

CREATE INDEX vouches_network on vouches (network);

CREATE TABLE warm_up_addresses (
  participant_id text not null,
  unit text not null,
  nth integer not null,
  primary key (participant_id, unit)
) strict, without rowid;

CREATE INDEX warm_up_addresses_unit on warm_up_addresses (unit);

CREATE TABLE warm_ups (
  participant_id text not null,
  -- Domain that the mail comes from.
  domain text not null,
  mail text not null,
  -- The forecast of each address as it was agreed: midnight (UTC) of the first day, days, messages on the first, percent more each day, most a day.
  starts_at integer not null,
  days integer not null,
  first integer not null,
  growth integer not null,
  most integer not null,
  -- As it was asked for.
  asked_starts_at integer not null,
  asked_days integer not null,
  asked_most integer not null,
  state text not null,
  -- Why it was stopped.
  why text,
  changed_at integer not null,
  primary key (participant_id)
) strict, without rowid;

CREATE INDEX warm_ups_state on warm_ups (state, changed_at);

CREATE TABLE watches (
  unit text not null,
  request_id text not null,
  since_at integer not null,
  until_at integer not null,
  primary key (unit)
) strict, without rowid;

CREATE TABLE webhook_deliveries (
  id text not null,
  url text not null,
  event text not null,
  body text not null,
  state text not null,
  next_at integer not null,
  attempts integer not null,
  lease text,
  lease_until_at integer,
  last_error text,
  created_at integer not null,
  sent_at integer, lease_core text,
  primary key (id)
) strict, without rowid;

CREATE INDEX webhook_deliveries_due on webhook_deliveries (state, next_at);
