create table abuse_accounts (
  account text not null,
  pseudonym text not null,
  since_at bigint not null,
  seen_at bigint not null,
  state text not null,
  incident_id text,
  changed_at bigint,
  released_at bigint,
  version integer not null
);

create table abuse_evidence (
  report_id text not null,
  shape text not null,
  envelope text not null,
  content text not null,
  at bigint not null
);

create table abuse_reporters (
  id text not null,
  organisation text not null,
  mailbox text,
  since_at bigint not null,
  seen_at bigint not null,
  agreed integer not null,
  disagreed integer not null,
  counts_as text
);

create table abuse_reports (
  id text not null,
  intake_key text not null,
  channel text not null,
  lifecycle text not null,
  state text not null,
  outcome text,
  class text not null,
  chosen_class text,
  received_at bigint not null,
  examined_at bigint,
  closed_at bigint,
  next_at bigint not null,
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
  version integer not null,
  source text
);

create table approvals (
  id text not null,
  kind text not null,
  subject text not null,
  facts text not null,
  permission text not null,
  proposed_by text not null,
  proposed_at bigint not null,
  expires_at bigint not null,
  state text not null,
  decided_by text,
  decided_at bigint
);

create table audit_records (
  seq bigint not null,
  at bigint not null,
  actor text not null,
  action text not null,
  subject text not null,
  facts text not null,
  previous text not null,
  hash text not null
);

create table case_codes (
  hash text not null,
  ip text,
  reason text,
  edge text,
  refused_at bigint,
  participant_id text,
  opened_participant_id text,
  created_at bigint not null,
  expires_at bigint not null
);

create table case_messages (
  id text not null,
  case_id text not null,
  participant_id text,
  direction text not null,
  channel text not null,
  author text not null,
  is_verified integer not null,
  is_silent integer not null,
  at bigint not null,
  size integer not null,
  copies integer not null,
  body_key text,
  intake_key text,
  letter text,
  content text not null,
  seq integer not null default 0
);

create table case_originals (
  message_id text not null,
  hash text not null,
  size integer not null,
  content text not null
);

create table case_participants (
  id text not null,
  case_id text not null,
  role text not null,
  mailbox text not null,
  mailbox_key text not null,
  language text not null,
  since_at bigint not null,
  withdrawn_at bigint,
  helped text
);

create table cases (
  id text not null,
  kind text not null,
  state text not null,
  severity text not null,
  about text,
  opened_at bigint not null,
  opened_by text not null,
  first_due_at bigint not null,
  answered_at bigint,
  effect_due_at bigint not null,
  effect_left_ms bigint,
  waited_ms bigint not null,
  waiting_since_at bigint,
  asked_until_at bigint,
  snoozed_until_at bigint,
  due_at bigint,
  conditions text not null,
  conditions_end_at bigint,
  checked_at bigint,
  told_at bigint,
  outcome text,
  why text not null,
  closed_at bigint,
  closed_by text,
  assignee text,
  merged_into text,
  messages integer not null,
  bytes bigint not null,
  unverified integer not null,
  acks integer not null,
  version integer not null,
  appealed_at bigint,
  assigned_at bigint,
  assigned_by text,
  legal text,
  ruled_at bigint,
  handed_at bigint
);

create table decision_recipients (
  edge text not null,
  boot text not null,
  seq bigint not null,
  at bigint not null,
  recipient text not null,
  domain text not null
);

create table decision_records (
  edge text not null,
  boot text not null,
  seq bigint not null,
  at bigint not null,
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
  table_seq bigint not null,
  count integer not null,
  mode text not null,
  minute integer not null,
  authentication text,
  signed_by text
);

create table delist_requests (
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
  created_at bigint not null,
  expires_at bigint not null,
  decided_at bigint,
  outcome text,
  outcome_facts text not null,
  listing_id text,
  feed_seq bigint,
  wants_letter integer not null,
  let_through_at bigint,
  let_through_edge text,
  queue_id text,
  accepted_at bigint,
  refused_again_at bigint,
  decided_by text,
  version integer not null,
  participant_id text
);

create table deliverability_addresses (
  participant_id text not null,
  prefix text not null,
  nth integer not null,
  state text not null,
  why text not null,
  facts text not null,
  changed_at bigint not null,
  checked_at bigint not null
);

create table deliverability_forms (
  participant_id text not null,
  symptom text not null,
  domain text not null,
  sending text not null,
  volume bigint
);

create table edge_acks (
  edge text not null,
  seq bigint not null,
  at bigint not null
);

create table edges (
  name text not null,
  version text not null,
  seq bigint not null,
  seen_at bigint not null,
  connected integer not null,
  core text
);

create table engine_memory (
  name text not null,
  value text not null
);

create table enrolments (
  hash text not null,
  operator text not null,
  made_by text not null,
  created_at bigint not null,
  expires_at bigint not null
);

create table evidence_hours (
  unit text not null,
  hour bigint not null,
  source text not null,
  era bigint not null,
  ham integer not null,
  bulk integer not null,
  spam integer not null,
  phish integer not null,
  malware integer not null,
  unjudged integer not null,
  recipients integer not null,
  unknown integer not null,
  traps integer not null,
  complaints double precision not null,
  not_junk integer not null
);

create table feed_changes (
  seq bigint not null,
  at bigint not null,
  change text not null
);

create table heads (
  name text not null,
  seq bigint not null,
  value text not null
);

create table idempotent_answers (
  key text not null,
  request_hash text not null,
  status integer not null,
  body text not null,
  at bigint not null,
  core text
);

create table import_lines (
  import text not null,
  prefix text not null,
  ends_at bigint not null,
  began_at bigint not null,
  listing text not null
);

create table incident_acts (
  id text not null,
  incident_id text not null,
  account text not null,
  kind text not null,
  at bigint not null,
  actor text not null,
  why text
);

create table incident_reports (
  account text not null,
  message_key text not null,
  recipient_key text not null,
  incident_id text not null,
  report_id text not null,
  reporter text not null,
  organisation text not null,
  grade text not null,
  is_trusted integer not null,
  sent_at bigint not null,
  at bigint not null,
  others integer not null default 0
);

create table incidents (
  id text not null,
  account text not null,
  class text not null,
  severity text not null,
  state text not null,
  outcome text,
  opened_at bigint not null,
  last_report_at bigint not null,
  closed_at bigint,
  closed_by text,
  weight text not null,
  connector text,
  pool text,
  campaign text,
  note text not null,
  version integer not null,
  weigh_at bigint,
  closing_at bigint
);

create table leases (
  name text not null,
  holder text not null,
  until_at bigint not null
);

create table let_throughs (
  edge text not null,
  boot text not null,
  seq bigint not null,
  at bigint not null,
  ip text not null,
  unit text not null,
  queue_id text not null,
  helo text,
  mail_from text
);

create table letter_links (
  id text not null,
  purpose text not null,
  mailbox text not null,
  language text not null,
  content text not null,
  link_hash text not null,
  browser_hash text not null,
  code_hash text not null,
  tries integer not null,
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint,
  opened text,
  proven_at bigint
);

create table letters (
  id text not null,
  key text not null,
  kind text not null,
  mailbox text not null,
  language text not null,
  slots text not null,
  state text not null,
  next_at bigint not null,
  expires_at bigint,
  attempts integer not null,
  lease text,
  lease_until_at bigint,
  last_error text,
  created_at bigint not null,
  sent_at bigint,
  lease_core text,
  about text
);

create table limit_windows (
  key text not null,
  spends text not null,
  until_at bigint not null,
  version integer not null
);

create table listings (
  id text not null,
  prefix text not null,
  range_key text collate "C" not null,
  length integer not null,
  cause text not null,
  class text not null,
  effect text not null,
  state text not null,
  since_at bigint not null,
  ends_at bigint not null,
  recurrence integer not null,
  note text not null,
  url text,
  test text,
  evidence text not null,
  actor text not null,
  ended_at bigint,
  ended_by text,
  ended_why text,
  version integer not null,
  degraded_at bigint
);

create table mail_events (
  seq bigint not null,
  source text not null,
  id text not null,
  type text not null,
  at bigint not null,
  received_at bigint not null,
  backfill integer not null,
  unit text not null,
  ip text not null,
  queue_id text,
  accepted integer not null,
  body text not null
);

create table migrations (
  name text not null,
  checksum text not null,
  breaking integer not null,
  applied_at bigint not null
);

create table operator_identities (
  issuer text not null,
  subject text not null,
  operator text not null,
  by_group integer not null,
  created_at bigint not null,
  used_at bigint
);

create table operators (
  name text not null,
  role text not null,
  password_hash text not null,
  totp_secret text not null,
  totp_step integer not null,
  created_at bigint not null,
  removed_at bigint,
  roles text
);

create table own_list_checks (
  zone text not null,
  at bigint not null,
  answered_at bigint,
  result text not null,
  code text not null
);

create table own_listings (
  id text not null,
  zone text not null,
  address text not null,
  code text not null,
  said text not null,
  since_at bigint not null,
  seen_at bigint not null,
  ended_at bigint,
  began_told integer not null,
  ended_told integer not null
);

create table owner_claims (
  id text not null,
  owner_id text not null,
  prefix text not null,
  first_key text not null,
  last_key text not null,
  token text not null,
  value text not null,
  state text not null,
  proof text,
  facts text not null,
  parent_id text,
  created_at bigint not null,
  since_at bigint,
  checked_at bigint,
  failed_at bigint,
  expires_at bigint not null,
  ended_at bigint,
  ended_why text,
  version integer not null,
  contact_mailbox text,
  reminded_at bigint
);

create table owner_sessions (
  hash text not null,
  owner_id text not null,
  created_at bigint not null,
  expires_at bigint not null
);

create table owner_tokens (
  id text not null,
  owner_id text not null,
  name text not null,
  hash text not null,
  created_at bigint not null,
  last_used_at bigint,
  expires_at bigint not null
);

create table owners (
  id text not null,
  mailbox text not null,
  mailbox_key text not null,
  language text not null,
  created_at bigint not null,
  seen_at bigint not null
);

create table passkeys (
  id text not null,
  operator text not null,
  name text not null,
  public_key text not null,
  counter bigint not null,
  transports text not null,
  backup_eligible integer not null,
  backed_up integer not null,
  created_at bigint not null,
  used_at bigint,
  revoked_at bigint
);

create table person_requests (
  id text not null,
  pseudonym text not null,
  mailbox text,
  state text not null,
  asked_by text not null,
  asked_at bigint not null,
  blockers text not null,
  next_at bigint,
  counts text not null,
  done_at bigint
);

create table probes (
  id text not null,
  tag text not null,
  language text not null,
  created_at bigint not null,
  valid_until bigint not null,
  received_at bigint,
  digest text,
  found text,
  letter text
);

create table recipient_sessions (
  hash text not null,
  recipient_id text not null,
  groups text not null,
  created_at bigint not null,
  expires_at bigint not null
);

create table recipients (
  id text not null,
  mailbox text not null,
  mailbox_key text not null,
  language text not null,
  created_at bigint not null,
  seen_at bigint not null
);

create table registered_networks (
  query text not null,
  found integer not null,
  server text not null,
  handle text not null,
  name text not null,
  country text not null,
  registrant text not null,
  first_address text not null,
  last_address text not null,
  contact_mailboxes text not null,
  redacted text not null,
  asked_at bigint not null,
  expires_at bigint not null
);

create table reporters (
  name text not null,
  seen_at bigint not null,
  memory text not null
);

create table restricted_subjects (
  subject text not null,
  case_id text not null
);

create table sender_checks (
  domain text not null,
  unit text not null,
  at bigint not null,
  faults bigint not null,
  warnings bigint not null
);

create table sender_groups (
  key text not null,
  seen_at bigint not null,
  memory text not null
);

create table senders (
  unit text not null,
  since_at bigint not null,
  seen_at bigint not null,
  ptr text,
  home text,
  prior double precision,
  memory text
);

create table sent_mail (
  message_key text not null,
  recipient_key text not null,
  account text not null,
  at bigint not null,
  queue_id text
);

create table sessions (
  id_hash text not null,
  operator text not null,
  csrf text not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  confirmed_at bigint
);

create table spent_challenges (
  id text not null,
  expires_at bigint not null
);

create table standings (
  key text not null,
  standing text,
  seq bigint not null
);

create table suppressions (
  mailbox_hash text not null,
  why text not null,
  until_at bigint not null
);

create table tokens (
  name text not null,
  kind text not null,
  hash text not null,
  created_at bigint not null,
  last_used_at bigint,
  revoked_at bigint,
  roles text not null default ''::text
);

create table vouches (
  id text not null,
  mailbox text not null,
  mailbox_key text not null,
  recipient_id text not null,
  domain text not null,
  network text,
  hash text not null,
  ip text not null,
  reason text not null,
  since_at bigint not null,
  ends_at bigint not null,
  ended_at bigint,
  ended_why text,
  version integer not null
);

create table warm_up_addresses (
  participant_id text not null,
  unit text not null,
  nth integer not null
);

create table warm_ups (
  participant_id text not null,
  domain text not null,
  mail text not null,
  starts_at bigint not null,
  days integer not null,
  first integer not null,
  growth integer not null,
  most integer not null,
  asked_starts_at bigint not null,
  asked_days integer not null,
  asked_most integer not null,
  state text not null,
  why text,
  changed_at bigint not null
);

create table watches (
  unit text not null,
  request_id text not null,
  since_at bigint not null,
  until_at bigint not null
);

create table webhook_deliveries (
  id text not null,
  url text not null,
  event text not null,
  body text not null,
  state text not null,
  next_at bigint not null,
  attempts integer not null,
  lease text,
  lease_until_at bigint,
  last_error text,
  created_at bigint not null,
  sent_at bigint,
  lease_core text
);

alter table abuse_accounts add constraint abuse_accounts_pkey PRIMARY KEY (account);

CREATE INDEX abuse_accounts_seen ON public.abuse_accounts USING btree (seen_at);

CREATE INDEX abuse_accounts_state ON public.abuse_accounts USING btree (state) WHERE (state = 'suspended'::text);

CREATE UNIQUE INDEX abuse_accounts_pkey ON public.abuse_accounts USING btree (account);

CREATE UNIQUE INDEX abuse_accounts_pseudonym ON public.abuse_accounts USING btree (pseudonym);

alter table abuse_evidence add constraint abuse_evidence_pkey PRIMARY KEY (report_id);

CREATE INDEX abuse_evidence_at ON public.abuse_evidence USING btree (at);

CREATE UNIQUE INDEX abuse_evidence_pkey ON public.abuse_evidence USING btree (report_id);

alter table abuse_reporters add constraint abuse_reporters_pkey PRIMARY KEY (id);

CREATE INDEX abuse_reporters_seen ON public.abuse_reporters USING btree (seen_at);

CREATE UNIQUE INDEX abuse_reporters_pkey ON public.abuse_reporters USING btree (id);

alter table abuse_reports add constraint abuse_reports_pkey PRIMARY KEY (id);

CREATE INDEX abuse_reports_due ON public.abuse_reports USING btree (state, next_at) WHERE (state = 'received'::text);

CREATE INDEX abuse_reports_of_incident ON public.abuse_reports USING btree (incident_id, received_at, id) WHERE (incident_id IS NOT NULL);

CREATE INDEX abuse_reports_open ON public.abuse_reports USING btree (incident_id) WHERE ((incident_id IS NOT NULL) AND (state <> 'closed'::text));

CREATE INDEX abuse_reports_received ON public.abuse_reports USING btree (received_at);

CREATE INDEX abuse_reports_source ON public.abuse_reports USING btree (received_at) WHERE (source IS NOT NULL);

CREATE INDEX abuse_reports_state ON public.abuse_reports USING btree (state, received_at);

CREATE UNIQUE INDEX abuse_reports_dedupe ON public.abuse_reports USING btree (dedupe_key) WHERE (dedupe_key IS NOT NULL);

CREATE UNIQUE INDEX abuse_reports_intake ON public.abuse_reports USING btree (intake_key);

CREATE UNIQUE INDEX abuse_reports_pkey ON public.abuse_reports USING btree (id);

alter table approvals add constraint approvals_pkey PRIMARY KEY (id);

CREATE INDEX approvals_expires ON public.approvals USING btree (state, expires_at);

CREATE UNIQUE INDEX approvals_pkey ON public.approvals USING btree (id);

CREATE UNIQUE INDEX approvals_waiting ON public.approvals USING btree (kind, subject) WHERE (state = 'proposed'::text);

alter table audit_records add constraint audit_records_pkey PRIMARY KEY (seq);

CREATE INDEX audit_records_subject ON public.audit_records USING btree (subject, seq);

CREATE UNIQUE INDEX audit_records_pkey ON public.audit_records USING btree (seq);

CREATE TRIGGER audit_records_no_change BEFORE DELETE OR UPDATE ON public.audit_records FOR EACH ROW EXECUTE FUNCTION audit_records_refuse();

CREATE TRIGGER audit_records_no_truncate BEFORE TRUNCATE ON public.audit_records FOR EACH STATEMENT EXECUTE FUNCTION audit_records_refuse();

CREATE OR REPLACE FUNCTION public.audit_records_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin raise exception 'audit records are never changed'; end $function$;

alter table case_codes add constraint case_codes_pkey PRIMARY KEY (hash);

CREATE INDEX case_codes_expires ON public.case_codes USING btree (expires_at);

CREATE UNIQUE INDEX case_codes_pkey ON public.case_codes USING btree (hash);

alter table case_messages add constraint case_messages_pkey PRIMARY KEY (id);

CREATE INDEX case_messages_case ON public.case_messages USING btree (case_id, at);

CREATE INDEX case_messages_letter ON public.case_messages USING btree (at) WHERE (letter = 'waiting'::text);

CREATE INDEX case_messages_thread ON public.case_messages USING btree (participant_id, at) WHERE (participant_id IS NOT NULL);

CREATE UNIQUE INDEX case_messages_intake ON public.case_messages USING btree (intake_key) WHERE (intake_key IS NOT NULL);

CREATE UNIQUE INDEX case_messages_pkey ON public.case_messages USING btree (id);

alter table case_originals add constraint case_originals_pkey PRIMARY KEY (message_id);

CREATE UNIQUE INDEX case_originals_pkey ON public.case_originals USING btree (message_id);

alter table case_participants add constraint case_participants_pkey PRIMARY KEY (id);

CREATE INDEX case_participants_case ON public.case_participants USING btree (case_id);

CREATE INDEX case_participants_mailbox ON public.case_participants USING btree (mailbox_key);

CREATE UNIQUE INDEX case_participants_pkey ON public.case_participants USING btree (id);

alter table cases add constraint cases_pkey PRIMARY KEY (id);

CREATE INDEX cases_about ON public.cases USING btree (about) WHERE (about IS NOT NULL);

CREATE INDEX cases_closed ON public.cases USING btree (closed_at) WHERE (closed_at IS NOT NULL);

CREATE INDEX cases_conditions ON public.cases USING btree (checked_at) WHERE (conditions_end_at IS NOT NULL);

CREATE INDEX cases_opened ON public.cases USING btree (opened_at);

CREATE INDEX cases_queue ON public.cases USING btree (state, due_at);

CREATE UNIQUE INDEX cases_pkey ON public.cases USING btree (id);

alter table decision_recipients add constraint decision_recipients_pkey PRIMARY KEY (edge, boot, seq, recipient);

CREATE INDEX decision_recipients_at ON public.decision_recipients USING btree (at);

CREATE INDEX decision_recipients_domain ON public.decision_recipients USING btree (domain, at);

CREATE INDEX decision_recipients_recipient ON public.decision_recipients USING btree (recipient, at);

CREATE UNIQUE INDEX decision_recipients_pkey ON public.decision_recipients USING btree (edge, boot, seq, recipient);

alter table decision_records add constraint decision_records_pkey PRIMARY KEY (edge, boot, seq);

CREATE INDEX decision_records_at ON public.decision_records USING btree (at);

CREATE INDEX decision_records_unit ON public.decision_records USING btree (unit, at);

CREATE UNIQUE INDEX decision_records_pkey ON public.decision_records USING btree (edge, boot, seq);

alter table delist_requests add constraint delist_requests_pkey PRIMARY KEY (id);

CREATE INDEX delist_requests_participant ON public.delist_requests USING btree (participant_id) WHERE (participant_id IS NOT NULL);

CREATE INDEX delist_requests_queue ON public.delist_requests USING btree (queue_id) WHERE ((queue_id IS NOT NULL) AND (accepted_at IS NULL));

CREATE INDEX delist_requests_state ON public.delist_requests USING btree (state, created_at);

CREATE INDEX delist_requests_unit ON public.delist_requests USING btree (unit, created_at);

CREATE UNIQUE INDEX delist_requests_link ON public.delist_requests USING btree (link_hash);

CREATE UNIQUE INDEX delist_requests_pkey ON public.delist_requests USING btree (id);

alter table deliverability_addresses add constraint deliverability_addresses_pkey PRIMARY KEY (participant_id, prefix);

CREATE INDEX deliverability_addresses_prefix ON public.deliverability_addresses USING btree (prefix);

CREATE INDEX deliverability_addresses_state ON public.deliverability_addresses USING btree (state, checked_at);

CREATE UNIQUE INDEX deliverability_addresses_pkey ON public.deliverability_addresses USING btree (participant_id, prefix);

alter table deliverability_forms add constraint deliverability_forms_pkey PRIMARY KEY (participant_id);

CREATE UNIQUE INDEX deliverability_forms_pkey ON public.deliverability_forms USING btree (participant_id);

alter table edge_acks add constraint edge_acks_pkey PRIMARY KEY (edge, seq);

CREATE UNIQUE INDEX edge_acks_pkey ON public.edge_acks USING btree (edge, seq);

alter table edges add constraint edges_pkey PRIMARY KEY (name);

CREATE UNIQUE INDEX edges_pkey ON public.edges USING btree (name);

alter table engine_memory add constraint engine_memory_pkey PRIMARY KEY (name);

CREATE UNIQUE INDEX engine_memory_pkey ON public.engine_memory USING btree (name);

alter table enrolments add constraint enrolments_pkey PRIMARY KEY (hash);

CREATE INDEX enrolments_expires ON public.enrolments USING btree (expires_at);

CREATE UNIQUE INDEX enrolments_pkey ON public.enrolments USING btree (hash);

alter table evidence_hours add constraint evidence_hours_pkey PRIMARY KEY (unit, hour, source, era);

CREATE INDEX evidence_hours_hour ON public.evidence_hours USING btree (hour);

CREATE INDEX evidence_hours_source ON public.evidence_hours USING btree (source, hour);

CREATE UNIQUE INDEX evidence_hours_pkey ON public.evidence_hours USING btree (unit, hour, source, era);

alter table feed_changes add constraint feed_changes_pkey PRIMARY KEY (seq);

CREATE UNIQUE INDEX feed_changes_pkey ON public.feed_changes USING btree (seq);

alter table heads add constraint heads_pkey PRIMARY KEY (name);

CREATE UNIQUE INDEX heads_pkey ON public.heads USING btree (name);

alter table idempotent_answers add constraint idempotent_answers_pkey PRIMARY KEY (key);

CREATE UNIQUE INDEX idempotent_answers_pkey ON public.idempotent_answers USING btree (key);

alter table import_lines add constraint import_lines_pkey PRIMARY KEY (import, prefix);

CREATE UNIQUE INDEX import_lines_pkey ON public.import_lines USING btree (import, prefix);

alter table incident_acts add constraint incident_acts_pkey PRIMARY KEY (id);

CREATE INDEX incident_acts_account ON public.incident_acts USING btree (account, kind, at);

CREATE INDEX incident_acts_at ON public.incident_acts USING btree (at);

CREATE INDEX incident_acts_incident ON public.incident_acts USING btree (incident_id);

CREATE INDEX incident_acts_kind ON public.incident_acts USING btree (kind, at);

CREATE UNIQUE INDEX incident_acts_pkey ON public.incident_acts USING btree (id);

alter table incident_reports add constraint incident_reports_pkey PRIMARY KEY (account, message_key, recipient_key);

CREATE INDEX incident_reports_account ON public.incident_reports USING btree (account, at);

CREATE INDEX incident_reports_at ON public.incident_reports USING btree (at);

CREATE INDEX incident_reports_incident ON public.incident_reports USING btree (incident_id);

CREATE UNIQUE INDEX incident_reports_pkey ON public.incident_reports USING btree (account, message_key, recipient_key);

alter table incidents add constraint incidents_pkey PRIMARY KEY (id);

CREATE INDEX incidents_account ON public.incidents USING btree (account, class, opened_at);

CREATE INDEX incidents_closing ON public.incidents USING btree (closing_at) WHERE (closing_at IS NOT NULL);

CREATE INDEX incidents_opened ON public.incidents USING btree (opened_at);

CREATE INDEX incidents_state ON public.incidents USING btree (state, last_report_at);

CREATE INDEX incidents_weigh ON public.incidents USING btree (weigh_at) WHERE (weigh_at IS NOT NULL);

CREATE UNIQUE INDEX incidents_pkey ON public.incidents USING btree (id);

alter table leases add constraint leases_pkey PRIMARY KEY (name);

CREATE UNIQUE INDEX leases_pkey ON public.leases USING btree (name);

alter table let_throughs add constraint let_throughs_pkey PRIMARY KEY (edge, boot, seq);

CREATE INDEX let_throughs_unit ON public.let_throughs USING btree (unit, at);

CREATE UNIQUE INDEX let_throughs_pkey ON public.let_throughs USING btree (edge, boot, seq);

alter table letter_links add constraint letter_links_pkey PRIMARY KEY (id);

CREATE INDEX letter_links_expires ON public.letter_links USING btree (expires_at);

CREATE UNIQUE INDEX letter_links_pkey ON public.letter_links USING btree (id);

alter table letters add constraint letters_pkey PRIMARY KEY (id);

CREATE INDEX letters_created ON public.letters USING btree (created_at, id);

CREATE INDEX letters_due ON public.letters USING btree (state, next_at);

CREATE UNIQUE INDEX letters_key ON public.letters USING btree (key);

CREATE UNIQUE INDEX letters_pkey ON public.letters USING btree (id);

alter table limit_windows add constraint limit_windows_pkey PRIMARY KEY (key);

CREATE INDEX limit_windows_until ON public.limit_windows USING btree (until_at);

CREATE UNIQUE INDEX limit_windows_pkey ON public.limit_windows USING btree (key);

alter table listings add constraint listings_pkey PRIMARY KEY (id);

CREATE INDEX listings_ended ON public.listings USING btree (ended_at) WHERE (ended_at IS NOT NULL);

CREATE INDEX listings_ends ON public.listings USING btree (class, ends_at) WHERE (state = 'active'::text);

CREATE INDEX listings_prefix ON public.listings USING btree (prefix, since_at);

CREATE INDEX listings_range ON public.listings USING btree (range_key, length);

CREATE INDEX listings_since ON public.listings USING btree (since_at, id);

CREATE UNIQUE INDEX listings_active ON public.listings USING btree (prefix) WHERE (state = 'active'::text);

CREATE UNIQUE INDEX listings_pkey ON public.listings USING btree (id);

alter table mail_events add constraint mail_events_pkey PRIMARY KEY (seq);

CREATE INDEX mail_events_queue ON public.mail_events USING btree (queue_id, ip) WHERE ((queue_id IS NOT NULL) AND (accepted = 1));

CREATE INDEX mail_events_received ON public.mail_events USING btree (received_at);

CREATE UNIQUE INDEX mail_events_id ON public.mail_events USING btree (id, source);

CREATE UNIQUE INDEX mail_events_pkey ON public.mail_events USING btree (seq);

alter table migrations add constraint migrations_pkey PRIMARY KEY (name);

CREATE UNIQUE INDEX migrations_pkey ON public.migrations USING btree (name);

alter table operator_identities add constraint operator_identities_pkey PRIMARY KEY (issuer, subject);

CREATE INDEX operator_identities_operator ON public.operator_identities USING btree (operator);

CREATE UNIQUE INDEX operator_identities_pkey ON public.operator_identities USING btree (issuer, subject);

alter table operators add constraint operators_pkey PRIMARY KEY (name);

CREATE UNIQUE INDEX operators_pkey ON public.operators USING btree (name);

alter table own_list_checks add constraint own_list_checks_pkey PRIMARY KEY (zone);

CREATE UNIQUE INDEX own_list_checks_pkey ON public.own_list_checks USING btree (zone);

alter table own_listings add constraint own_listings_pkey PRIMARY KEY (id);

CREATE INDEX own_listings_ended ON public.own_listings USING btree (ended_at) WHERE (ended_at IS NOT NULL);

CREATE UNIQUE INDEX own_listings_open ON public.own_listings USING btree (zone, address) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX own_listings_pkey ON public.own_listings USING btree (id);

alter table owner_claims add constraint owner_claims_pkey PRIMARY KEY (id);

CREATE INDEX owner_claims_checked ON public.owner_claims USING btree (state, checked_at);

CREATE INDEX owner_claims_parent ON public.owner_claims USING btree (parent_id);

CREATE INDEX owner_claims_range ON public.owner_claims USING btree (state, first_key);

CREATE UNIQUE INDEX owner_claims_held ON public.owner_claims USING btree (owner_id, prefix) WHERE (state <> 'ended'::text);

CREATE UNIQUE INDEX owner_claims_pkey ON public.owner_claims USING btree (id);

alter table owner_sessions add constraint owner_sessions_pkey PRIMARY KEY (hash);

CREATE INDEX owner_sessions_expires ON public.owner_sessions USING btree (expires_at);

CREATE UNIQUE INDEX owner_sessions_pkey ON public.owner_sessions USING btree (hash);

alter table owner_tokens add constraint owner_tokens_hash_key UNIQUE (hash);

alter table owner_tokens add constraint owner_tokens_pkey PRIMARY KEY (id);

CREATE INDEX owner_tokens_owner ON public.owner_tokens USING btree (owner_id);

CREATE UNIQUE INDEX owner_tokens_hash_key ON public.owner_tokens USING btree (hash);

CREATE UNIQUE INDEX owner_tokens_pkey ON public.owner_tokens USING btree (id);

alter table owners add constraint owners_mailbox_key_key UNIQUE (mailbox_key);

alter table owners add constraint owners_pkey PRIMARY KEY (id);

CREATE UNIQUE INDEX owners_mailbox_key_key ON public.owners USING btree (mailbox_key);

CREATE UNIQUE INDEX owners_pkey ON public.owners USING btree (id);

alter table passkeys add constraint passkeys_pkey PRIMARY KEY (id);

CREATE INDEX passkeys_operator ON public.passkeys USING btree (operator);

CREATE UNIQUE INDEX passkeys_pkey ON public.passkeys USING btree (id);

alter table person_requests add constraint person_requests_pkey PRIMARY KEY (id);

CREATE INDEX person_requests_next ON public.person_requests USING btree (next_at) WHERE (next_at IS NOT NULL);

CREATE UNIQUE INDEX person_requests_open ON public.person_requests USING btree (pseudonym) WHERE (state = ANY (ARRAY['proposed'::text, 'waiting'::text]));

CREATE UNIQUE INDEX person_requests_pkey ON public.person_requests USING btree (id);

alter table probes add constraint probes_pkey PRIMARY KEY (id);

alter table probes add constraint probes_tag_key UNIQUE (tag);

CREATE INDEX probes_by_created ON public.probes USING btree (created_at);

CREATE UNIQUE INDEX probes_pkey ON public.probes USING btree (id);

CREATE UNIQUE INDEX probes_tag_key ON public.probes USING btree (tag);

alter table recipient_sessions add constraint recipient_sessions_pkey PRIMARY KEY (hash);

CREATE INDEX recipient_sessions_expires ON public.recipient_sessions USING btree (expires_at);

CREATE UNIQUE INDEX recipient_sessions_pkey ON public.recipient_sessions USING btree (hash);

alter table recipients add constraint recipients_mailbox_key_key UNIQUE (mailbox_key);

alter table recipients add constraint recipients_pkey PRIMARY KEY (id);

CREATE UNIQUE INDEX recipients_mailbox_key_key ON public.recipients USING btree (mailbox_key);

CREATE UNIQUE INDEX recipients_pkey ON public.recipients USING btree (id);

alter table registered_networks add constraint registered_networks_pkey PRIMARY KEY (query);

CREATE INDEX registered_networks_expires ON public.registered_networks USING btree (expires_at);

CREATE UNIQUE INDEX registered_networks_pkey ON public.registered_networks USING btree (query);

alter table reporters add constraint reporters_pkey PRIMARY KEY (name);

CREATE INDEX reporters_seen ON public.reporters USING btree (seen_at);

CREATE UNIQUE INDEX reporters_pkey ON public.reporters USING btree (name);

alter table restricted_subjects add constraint restricted_subjects_pkey PRIMARY KEY (subject);

CREATE INDEX restricted_subjects_case ON public.restricted_subjects USING btree (case_id);

CREATE UNIQUE INDEX restricted_subjects_pkey ON public.restricted_subjects USING btree (subject);

alter table sender_checks add constraint sender_checks_pkey PRIMARY KEY (domain, unit);

CREATE INDEX sender_checks_at ON public.sender_checks USING btree (at);

CREATE INDEX sender_checks_unit ON public.sender_checks USING btree (unit, at);

CREATE UNIQUE INDEX sender_checks_pkey ON public.sender_checks USING btree (domain, unit);

alter table sender_groups add constraint sender_groups_pkey PRIMARY KEY (key);

CREATE INDEX sender_groups_seen ON public.sender_groups USING btree (seen_at);

CREATE UNIQUE INDEX sender_groups_pkey ON public.sender_groups USING btree (key);

alter table senders add constraint senders_pkey PRIMARY KEY (unit);

CREATE INDEX senders_seen ON public.senders USING btree (seen_at);

CREATE UNIQUE INDEX senders_pkey ON public.senders USING btree (unit);

alter table sent_mail add constraint sent_mail_pkey PRIMARY KEY (message_key, recipient_key, account);

CREATE INDEX sent_mail_account ON public.sent_mail USING btree (account, at);

CREATE INDEX sent_mail_at ON public.sent_mail USING btree (at);

CREATE INDEX sent_mail_senders ON public.sent_mail USING btree (message_key, account);

CREATE UNIQUE INDEX sent_mail_pkey ON public.sent_mail USING btree (message_key, recipient_key, account);

alter table sessions add constraint sessions_pkey PRIMARY KEY (id_hash);

CREATE INDEX sessions_expires ON public.sessions USING btree (expires_at);

CREATE UNIQUE INDEX sessions_pkey ON public.sessions USING btree (id_hash);

alter table spent_challenges add constraint spent_challenges_pkey PRIMARY KEY (id);

CREATE UNIQUE INDEX spent_challenges_pkey ON public.spent_challenges USING btree (id);

alter table standings add constraint standings_pkey PRIMARY KEY (key);

CREATE UNIQUE INDEX standings_pkey ON public.standings USING btree (key);

CREATE UNIQUE INDEX standings_seq ON public.standings USING btree (seq);

alter table suppressions add constraint suppressions_pkey PRIMARY KEY (mailbox_hash);

CREATE UNIQUE INDEX suppressions_pkey ON public.suppressions USING btree (mailbox_hash);

alter table tokens add constraint tokens_pkey PRIMARY KEY (name);

CREATE UNIQUE INDEX tokens_hash ON public.tokens USING btree (hash);

CREATE UNIQUE INDEX tokens_pkey ON public.tokens USING btree (name);

alter table vouches add constraint vouches_pkey PRIMARY KEY (id);

CREATE INDEX vouches_ends ON public.vouches USING btree (ended_at, ends_at);

CREATE INDEX vouches_mailbox ON public.vouches USING btree (mailbox_key, since_at);

CREATE INDEX vouches_network ON public.vouches USING btree (network);

CREATE UNIQUE INDEX vouches_active ON public.vouches USING btree (hash) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX vouches_pkey ON public.vouches USING btree (id);

alter table warm_up_addresses add constraint warm_up_addresses_pkey PRIMARY KEY (participant_id, unit);

CREATE INDEX warm_up_addresses_unit ON public.warm_up_addresses USING btree (unit);

CREATE UNIQUE INDEX warm_up_addresses_pkey ON public.warm_up_addresses USING btree (participant_id, unit);

alter table warm_ups add constraint warm_ups_pkey PRIMARY KEY (participant_id);

CREATE INDEX warm_ups_state ON public.warm_ups USING btree (state, changed_at);

CREATE UNIQUE INDEX warm_ups_pkey ON public.warm_ups USING btree (participant_id);

alter table watches add constraint watches_pkey PRIMARY KEY (unit);

CREATE UNIQUE INDEX watches_pkey ON public.watches USING btree (unit);

alter table webhook_deliveries add constraint webhook_deliveries_pkey PRIMARY KEY (id);

CREATE INDEX webhook_deliveries_due ON public.webhook_deliveries USING btree (state, next_at);

CREATE UNIQUE INDEX webhook_deliveries_pkey ON public.webhook_deliveries USING btree (id);
