-- The last live check of each domain and address: what a sender has tried already.
create table sender_checks (
  domain text not null,
  -- `192.0.2.45/32`; empty where no address was checked.
  unit text not null,
  at integer not null,
  faults integer not null,
  warnings integer not null,
  primary key (domain, unit)
) strict, without rowid;

create index sender_checks_unit on sender_checks (unit, at);
create index sender_checks_at on sender_checks (at);
