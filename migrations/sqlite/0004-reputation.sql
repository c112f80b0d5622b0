-- breaking: message_outcomes is gone; what it held stands in mail_events
-- Reputation: what happened to mail, hourly counters, what senders are remembered for, and what the edges are told of them.

create table mail_events (
  seq integer not null,
  source text not null,
  id text not null,
  type text not null,
  at integer not null,
  received_at integer not null,
  backfill integer not null,
  unit text not null,
  ip text not null,
  queue_id text,
  accepted integer not null,
  body text not null,
  primary key (seq)
) strict;

create unique index mail_events_id on mail_events (id, source);

create index mail_events_queue on mail_events (queue_id, ip) where queue_id is not null and accepted = 1;

create index mail_events_received on mail_events (received_at);

drop table message_outcomes;

create index delist_requests_queue on delist_requests (queue_id) where queue_id is not null and accepted_at is null;

create table evidence_hours (
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
) strict, without rowid;

create index evidence_hours_hour on evidence_hours (hour);

create index evidence_hours_source on evidence_hours (source, hour);

create table senders (
  unit text not null,
  since_at integer not null,
  seen_at integer not null,
  ptr text,
  home text,
  prior real,
  primary key (unit)
) strict, without rowid;

create index senders_seen on senders (seen_at);

create index listings_ended on listings (ended_at) where ended_at is not null;

create table standings (
  key text not null,
  standing text,
  seq integer not null,
  primary key (key)
) strict, without rowid;

create unique index standings_seq on standings (seq);

insert into heads (name, seq, value) values ('events', 0, '');
insert into heads (name, seq, value) values ('judged', 0, '');
insert into heads (name, seq, value) values ('standings', 0, '');
