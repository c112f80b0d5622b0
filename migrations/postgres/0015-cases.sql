-- Cases: threads with a clock, whoever takes part in them, and what was said. Texts and messages are sealed.

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
  -- Working time that was left when we began to wait for them.
  effect_left_ms bigint,
  -- Working time that we have waited for them.
  waited_ms bigint not null,
  waiting_since_at bigint,
  asked_until_at bigint,
  snoozed_until_at bigint,
  -- What the queue is ordered by; null while nothing is ours to do.
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
  primary key (id)
);

create index cases_queue on cases (state, due_at);
create index cases_opened on cases (opened_at);
create index cases_about on cases (about) where about is not null;
create index cases_conditions on cases (checked_at) where conditions_end_at is not null;
create index cases_closed on cases (closed_at) where closed_at is not null;

-- Each has a thread of their own with us, and sees no other.
create table case_participants (
  id text not null,
  case_id text not null,
  role text not null,
  mailbox text not null,
  mailbox_key text not null,
  language text not null,
  since_at bigint not null,
  primary key (id)
);

create index case_participants_case on case_participants (case_id);
create index case_participants_mailbox on case_participants (mailbox_key);

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
  primary key (id)
);

create index case_messages_case on case_messages (case_id, at);
create index case_messages_thread on case_messages (participant_id, at) where participant_id is not null;
create unique index case_messages_intake on case_messages (intake_key) where intake_key is not null;
create index case_messages_letter on case_messages (at) where letter = 'waiting';

-- Messages with attachments as they came, never unpacked.
create table case_originals (
  message_id text not null,
  hash text not null,
  size integer not null,
  content text not null,
  primary key (message_id)
);

-- The thread of a request that a person decides.
alter table delist_requests add column participant_id text;
create index delist_requests_participant on delist_requests (participant_id) where participant_id is not null;
