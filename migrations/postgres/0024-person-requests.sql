-- Erasures that were asked for: what waits for a second person, or for a case to end. The mailbox is gone once it is done.
create table person_requests (
  id text not null,
  pseudonym text not null,
  mailbox text,
  -- `proposed waiting done declined`
  state text not null,
  asked_by text not null,
  asked_at bigint not null,
  -- JSON: what goes on.
  blockers text not null,
  next_at bigint,
  -- JSON: rows by table.
  counts text not null,
  done_at bigint,
  primary key (id)
);

create index person_requests_next on person_requests (next_at) where next_at is not null;
create unique index person_requests_open on person_requests (pseudonym) where state in ('proposed', 'waiting');
