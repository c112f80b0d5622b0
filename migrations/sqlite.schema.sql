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
  minute integer not null, authentication text,
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
  version integer not null,
  primary key (id)
) strict;

CREATE UNIQUE INDEX delist_requests_link on delist_requests (link_hash);

CREATE INDEX delist_requests_queue on delist_requests (queue_id) where queue_id is not null and accepted_at is null;

CREATE INDEX delist_requests_state on delist_requests (state, created_at);

CREATE INDEX delist_requests_unit on delist_requests (unit, created_at);

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

CREATE TABLE evidence_hours (
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
) strict, without rowid;

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
  sent_at integer, lease_core text,
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

CREATE TABLE operators (
  name text not null,
  role text not null,
  password_hash text not null,
  totp_secret text not null,
  totp_step integer not null,
  created_at integer not null,
  removed_at integer,
  primary key (name)
) strict, without rowid;

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

CREATE TABLE reporters (
  name text not null,
  seen_at integer not null,
  memory text not null,
  primary key (name)
) strict, without rowid;

CREATE INDEX reporters_seen on reporters (seen_at);

CREATE TABLE sender_groups (
  key text not null,
  seen_at integer not null,
  memory text not null,
  primary key (key)
) strict, without rowid;

CREATE INDEX sender_groups_seen on sender_groups (seen_at);

CREATE TABLE senders (
  unit text not null,
  since_at integer not null,
  seen_at integer not null,
  ptr text,
  home text,
  prior real, memory text,
  primary key (unit)
) strict, without rowid;

CREATE INDEX senders_seen on senders (seen_at);

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
