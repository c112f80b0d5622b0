-- Owners of address space: a mailbox that has shown itself, what it claims, and what it has proven.
create table owners (
  id text not null,
  mailbox text not null,
  mailbox_key text not null unique,
  language text not null,
  created_at integer not null,
  seen_at integer not null,
  primary key (id)
) strict, without rowid;

-- Letters with a link, each in two halves: to the owner's own mailbox, or to the contact that a registry names for a network.
create table owner_links (
  id text not null,
  purpose text not null,
  mailbox text not null,
  language text not null,
  claim_id text,
  -- What the letter is about, as JSON; the purpose says its shape.
  facts text not null,
  link_hash text not null,
  browser_hash text not null,
  code_hash text not null,
  tries integer not null,
  created_at integer not null,
  expires_at integer not null,
  used_at integer,
  primary key (id)
) strict, without rowid;

create index owner_links_expires on owner_links (expires_at);

create table owner_sessions (
  hash text not null,
  owner_id text not null,
  created_at integer not null,
  expires_at integer not null,
  primary key (hash)
) strict, without rowid;

create index owner_sessions_expires on owner_sessions (expires_at);

create table owner_claims (
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
  version integer not null,
  primary key (id)
) strict, without rowid;

create unique index owner_claims_held on owner_claims (owner_id, prefix) where state <> 'ended';
create index owner_claims_range on owner_claims (state, first_key);
create index owner_claims_checked on owner_claims (state, checked_at);
create index owner_claims_parent on owner_claims (parent_id);
