-- Owners who are confirmed by mail to the contact of a registry or of a name, and programs that read in their name.
-- Dots and tags count: who reads ada.b@example.org is not who reads adab@example.org.
update owners set mailbox_key = lower(mailbox);

alter table owner_claims add column contact_mailbox text;
alter table owner_claims add column reminded_at bigint;

-- What registries answered (RDAP), for as long as it may be used again. `contact_mailboxes` is JSON: those named for abuse.
create table registered_networks (
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
  asked_at bigint not null,
  expires_at bigint not null,
  primary key (query)
);

create index registered_networks_expires on registered_networks (expires_at);

create table owner_tokens (
  id text not null,
  owner_id text not null,
  name text not null,
  -- Keyed; the token itself is shown once.
  hash text not null unique,
  created_at bigint not null,
  last_used_at bigint,
  expires_at bigint not null,
  primary key (id)
);

create index owner_tokens_owner on owner_tokens (owner_id);
