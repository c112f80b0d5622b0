-- The gate: listings, the feed to the edges, delist requests, letters, operators, the audit chain.

create table heads (
  name text not null,
  seq bigint not null,
  value text not null,
  primary key (name)
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
  primary key (id)
);

create unique index listings_active on listings (prefix) where state = 'active';

create index listings_range on listings (range_key, length);

create index listings_ends on listings (class, ends_at) where state = 'active';

create index listings_prefix on listings (prefix, since_at);

create index listings_since on listings (since_at, id);

create table import_lines (
  import text not null,
  prefix text not null,
  ends_at bigint not null,
  began_at bigint not null,
  listing text not null,
  primary key (import, prefix)
);

create table audit_records (
  seq bigint not null,
  at bigint not null,
  actor text not null,
  action text not null,
  subject text not null,
  facts text not null,
  previous text not null,
  hash text not null,
  primary key (seq)
);

create index audit_records_subject on audit_records (subject, seq);

create table feed_changes (
  seq bigint not null,
  at bigint not null,
  change text not null,
  primary key (seq)
);

create table edges (
  name text not null,
  version text not null,
  seq bigint not null,
  seen_at bigint not null,
  connected integer not null,
  primary key (name)
);

create table edge_acks (
  edge text not null,
  seq bigint not null,
  at bigint not null,
  primary key (edge, seq)
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
  primary key (edge, boot, seq)
);

create index decision_records_unit on decision_records (unit, at);

create index decision_records_at on decision_records (at);

create table let_throughs (
  edge text not null,
  boot text not null,
  seq bigint not null,
  at bigint not null,
  ip text not null,
  unit text not null,
  queue_id text not null,
  helo text,
  mail_from text,
  primary key (edge, boot, seq)
);

create index let_throughs_unit on let_throughs (unit, at);

create table watches (
  unit text not null,
  request_id text not null,
  since_at bigint not null,
  until_at bigint not null,
  primary key (unit)
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
  primary key (id)
);

create index delist_requests_unit on delist_requests (unit, created_at);

create index delist_requests_state on delist_requests (state, created_at);

create unique index delist_requests_link on delist_requests (link_hash);

create table limit_windows (
  key text not null,
  spends text not null,
  until_at bigint not null,
  version integer not null,
  primary key (key)
);

create index limit_windows_until on limit_windows (until_at);

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
  primary key (id)
);

create unique index letters_key on letters (key);

create index letters_due on letters (state, next_at);

create index letters_created on letters (created_at, id);

create table suppressions (
  mailbox_hash text not null,
  why text not null,
  until_at bigint not null,
  primary key (mailbox_hash)
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
  primary key (id)
);

create index webhook_deliveries_due on webhook_deliveries (state, next_at);

create table operators (
  name text not null,
  role text not null,
  password_hash text not null,
  totp_secret text not null,
  totp_step integer not null,
  created_at bigint not null,
  removed_at bigint,
  primary key (name)
);

create table sessions (
  id_hash text not null,
  operator text not null,
  csrf text not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  primary key (id_hash)
);

create index sessions_expires on sessions (expires_at);

create table tokens (
  name text not null,
  kind text not null,
  hash text not null,
  created_at bigint not null,
  last_used_at bigint,
  revoked_at bigint,
  primary key (name)
);

create unique index tokens_hash on tokens (hash);

create table spent_challenges (
  id text not null,
  expires_at bigint not null,
  primary key (id)
);

create table idempotent_answers (
  key text not null,
  request_hash text not null,
  status integer not null,
  body text not null,
  at bigint not null,
  primary key (key)
);

create table leases (
  name text not null,
  holder text not null,
  until_at bigint not null,
  primary key (name)
);

create table message_outcomes (
  source text not null,
  id text not null,
  queue_id text not null,
  ip text not null,
  outcome text not null,
  at bigint not null,
  received_at bigint not null,
  primary key (source, id)
);

create index message_outcomes_queue on message_outcomes (queue_id, ip);

insert into heads (name, seq, value) values ('audit', 0, '');
insert into heads (name, seq, value) values ('feed', 0, '');

create function audit_records_refuse() returns trigger language plpgsql as $$ begin raise exception 'audit records are never changed'; end $$;

create trigger audit_records_no_change before update or delete on audit_records for each row execute function audit_records_refuse();

create trigger audit_records_no_truncate before truncate on audit_records for each statement execute function audit_records_refuse();
