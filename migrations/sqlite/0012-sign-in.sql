-- The roles of an operator, parted by spaces; null: made by a version that had one of three, which stands in `role`.
alter table operators add column roles text;

-- Accounts at an OpenID provider that sign in as an operator: by issuer and subject, never by mail address.
create table operator_identities (
  issuer text not null,
  subject text not null,
  operator text not null,
  -- 1: made by the mapping of groups, which says the roles anew at each sign-in.
  by_group integer not null,
  created_at integer not null,
  used_at integer,
  primary key (issuer, subject)
) strict, without rowid;

create index operator_identities_operator on operator_identities (operator);

create table passkeys (
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

create index passkeys_operator on passkeys (operator);

-- Links that let an operator in once, to set up how they sign in from then on.
create table enrolments (
  hash text not null,
  operator text not null,
  made_by text not null,
  created_at integer not null,
  expires_at integer not null,
  primary key (hash)
) strict, without rowid;

create index enrolments_expires on enrolments (expires_at);

-- Acts that wait for a second person.
create table approvals (
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

create unique index approvals_waiting on approvals (kind, subject) where state = 'proposed';
create index approvals_expires on approvals (state, expires_at);
