-- Recipients: mailboxes of our own domains that have shown themselves, and which records of refusals are about them.
create table recipients (
  id text not null,
  mailbox text not null,
  -- The mailbox in lower case.
  mailbox_key text not null unique,
  language text not null,
  created_at integer not null,
  seen_at integer not null,
  primary key (id)
) strict, without rowid;

-- Letters with a link, each in two halves.
create table recipient_links (
  id text not null,
  mailbox text not null,
  language text not null,
  link_hash text not null,
  browser_hash text not null,
  code_hash text not null,
  tries integer not null,
  created_at integer not null,
  expires_at integer not null,
  used_at integer,
  primary key (id)
) strict, without rowid;

create index recipient_links_expires on recipient_links (expires_at);

create table recipient_sessions (
  hash text not null,
  recipient_id text not null,
  -- JSON: groups that the OpenID provider named, of those that the configuration knows.
  groups text not null,
  created_at integer not null,
  expires_at integer not null,
  primary key (hash)
) strict, without rowid;

create index recipient_sessions_expires on recipient_sessions (expires_at);

-- Whom a record of a refusal is about: keyed hashes, with a key for each edge.
create table decision_recipients (
  edge text not null,
  boot text not null,
  seq integer not null,
  at integer not null,
  recipient text not null,
  domain text not null,
  primary key (edge, boot, seq, recipient)
) strict, without rowid;

create index decision_recipients_recipient on decision_recipients (recipient, at);
create index decision_recipients_domain on decision_recipients (domain, at);
create index decision_recipients_at on decision_recipients (at);
