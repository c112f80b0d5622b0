-- What lists of others say about the addresses that our mail leaves from, which feedback loop a report came by, and when an incident with
-- many reports is weighed again.

create table own_listings (
  id text not null,
  zone text not null,
  address text not null,
  code text not null,
  said text not null,
  since_at bigint not null,
  seen_at bigint not null,
  ended_at bigint,
  began_told integer not null,
  ended_told integer not null,
  primary key (id)
);

create unique index own_listings_open on own_listings (zone, address) where ended_at is null;

create index own_listings_ended on own_listings (ended_at) where ended_at is not null;

create table own_list_checks (
  zone text not null,
  at bigint not null,
  answered_at bigint,
  result text not null,
  code text not null,
  primary key (zone)
);

alter table abuse_reports add column source text;

create index abuse_reports_source on abuse_reports (received_at) where source is not null;

alter table incidents add column weigh_at bigint;

create index incidents_weigh on incidents (weigh_at) where weigh_at is not null;
