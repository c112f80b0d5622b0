-- Requests to raise the budget of new addresses inside a forecast, by the thread that they opened.
create table warm_ups (
  participant_id text not null,
  -- Domain that the mail comes from.
  domain text not null,
  mail text not null,
  -- The forecast of each address as it was agreed: midnight (UTC) of the first day, days, messages on the first, percent more each day, most a day.
  starts_at integer not null,
  days integer not null,
  first integer not null,
  growth integer not null,
  most integer not null,
  -- As it was asked for.
  asked_starts_at integer not null,
  asked_days integer not null,
  asked_most integer not null,
  state text not null,
  -- Why it was stopped.
  why text,
  changed_at integer not null,
  primary key (participant_id)
) strict, without rowid;

create index warm_ups_state on warm_ups (state, changed_at);

-- Addresses of a warm-up.
create table warm_up_addresses (
  participant_id text not null,
  unit text not null,
  nth integer not null,
  primary key (participant_id, unit)
) strict, without rowid;

create index warm_up_addresses_unit on warm_up_addresses (unit);
