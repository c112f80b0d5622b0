-- Senders and their hourly counters lie in the file in the order in which they were first heard of, and only a slim index is in the order of
-- addresses: a flood of new addresses, which come at random, changes a fifth of the pages. The same columns and keys as before.

create table evidence_hours_in_order (
  unit text not null,
  hour integer not null,
  source text not null,
  era integer not null,
  ham integer not null,
  bulk integer not null,
  spam integer not null,
  phish integer not null,
  malware integer not null,
  unjudged integer not null,
  recipients integer not null,
  unknown integer not null,
  traps integer not null,
  complaints real not null,
  not_junk integer not null,
  primary key (unit, hour, source, era)
) strict;

insert into evidence_hours_in_order (unit, hour, source, era, ham, bulk, spam, phish, malware, unjudged, recipients, unknown, traps, complaints, not_junk)
  select unit, hour, source, era, ham, bulk, spam, phish, malware, unjudged, recipients, unknown, traps, complaints, not_junk from evidence_hours order by hour;

drop table evidence_hours;

alter table evidence_hours_in_order rename to evidence_hours;

create index evidence_hours_hour on evidence_hours (hour);

create index evidence_hours_source on evidence_hours (source, hour);

create table senders_in_order (
  unit text not null,
  since_at integer not null,
  seen_at integer not null,
  ptr text,
  home text,
  prior real,
  memory text,
  primary key (unit)
) strict;

insert into senders_in_order (unit, since_at, seen_at, ptr, home, prior, memory)
  select unit, since_at, seen_at, ptr, home, prior, memory from senders order by seen_at;

drop table senders;

alter table senders_in_order rename to senders;

create index senders_seen on senders (seen_at);
