-- The abuse desk: reports of mail that our accounts sent, evidence, reporters, the log of what was sent, accounts and incidents.

create table abuse_reports (
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
  version integer not null,
  primary key (id)
) strict;

create unique index abuse_reports_intake on abuse_reports (intake_key);

create unique index abuse_reports_dedupe on abuse_reports (dedupe_key) where dedupe_key is not null;

create index abuse_reports_due on abuse_reports (next_at) where state = 'received';

create index abuse_reports_state on abuse_reports (state, received_at);

create index abuse_reports_incident on abuse_reports (incident_id) where incident_id is not null;

create index abuse_reports_received on abuse_reports (received_at);

create table abuse_evidence (
  report_id text not null,
  shape text not null,
  envelope text not null,
  content text not null,
  at integer not null,
  primary key (report_id)
) strict;

create index abuse_evidence_at on abuse_evidence (at);

create table abuse_reporters (
  id text not null,
  organisation text not null,
  mailbox text,
  since_at integer not null,
  seen_at integer not null,
  agreed integer not null,
  disagreed integer not null,
  primary key (id)
) strict;

create index abuse_reporters_seen on abuse_reporters (seen_at);

create table sent_mail (
  message_key text not null,
  recipient_key text not null,
  account text not null,
  at integer not null,
  queue_id text,
  primary key (message_key, recipient_key, account)
) strict;

create index sent_mail_at on sent_mail (at);

create index sent_mail_account on sent_mail (account, at);

create table abuse_accounts (
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

create unique index abuse_accounts_pseudonym on abuse_accounts (pseudonym);

create index abuse_accounts_state on abuse_accounts (state) where state = 'suspended';

create index abuse_accounts_seen on abuse_accounts (seen_at);

create table incidents (
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
  version integer not null,
  primary key (id)
) strict;

create index incidents_account on incidents (account, class, opened_at);

create index incidents_state on incidents (state, last_report_at);

create index incidents_opened on incidents (opened_at);

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
  sent_at integer not null,
  at integer not null,
  primary key (account, message_key, recipient_key)
) strict;

create index incident_reports_incident on incident_reports (incident_id);

create index incident_reports_at on incident_reports (at);

create table incident_acts (
  id text not null,
  incident_id text not null,
  account text not null,
  kind text not null,
  at integer not null,
  actor text not null,
  why text,
  primary key (id)
) strict;

create index incident_acts_incident on incident_acts (incident_id);

create index incident_acts_kind on incident_acts (kind, at);

create index incident_acts_at on incident_acts (at);

create index incident_acts_account on incident_acts (account, kind, at);

create index incident_reports_account on incident_reports (account, at);
