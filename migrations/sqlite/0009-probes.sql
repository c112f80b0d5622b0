-- One-time addresses to which somebody sends a message to get a report about it. Nothing of a message's body is kept.
create table probes (
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
create index probes_by_created on probes (created_at);
