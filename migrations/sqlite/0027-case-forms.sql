-- Forms that open a case once the mailbox in them has shown itself; what was filled in is sealed.
create table case_forms (
  id text not null,
  kind text not null,
  mailbox text not null,
  language text not null,
  content text not null,
  link_hash text not null,
  browser_hash text not null,
  code_hash text not null,
  tries integer not null,
  created_at integer not null,
  expires_at integer not null,
  -- The thread that it opened.
  participant_id text,
  primary key (id)
) strict, without rowid;

create index case_forms_expires on case_forms (expires_at);

-- What a deliverability form said, by the thread that it opened.
create table deliverability_forms (
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

-- How each address of a form stands.
create table deliverability_addresses (
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

create index deliverability_addresses_state on deliverability_addresses (state, checked_at);
