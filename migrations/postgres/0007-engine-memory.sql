-- What the judgement knows of senders, groups of them and reporters beyond the hourly counters: a restart forgets nothing.

alter table senders add column memory text;

create table sender_groups (
  key text not null,
  seen_at bigint not null,
  memory text not null,
  primary key (key)
);

create index sender_groups_seen on sender_groups (seen_at);

create table reporters (
  name text not null,
  seen_at bigint not null,
  memory text not null,
  primary key (name)
);

create index reporters_seen on reporters (seen_at);

create table engine_memory (
  name text not null,
  value text not null,
  primary key (name)
);
