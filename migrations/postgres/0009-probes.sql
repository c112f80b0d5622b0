-- One-time addresses to which somebody sends a message to get a report about it. Nothing of a message's body is kept.
create table probes (
  id text not null,
  tag text not null,
  language text not null,
  created_at bigint not null,
  valid_until bigint not null,
  received_at bigint,
  digest text,
  found text,
  letter text,
  primary key (id),
  unique (tag)
);
create index probes_by_created on probes (created_at);
