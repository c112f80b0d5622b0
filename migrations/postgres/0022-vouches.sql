-- Vouches: a recipient lets mail of one domain from one network, or with its signature, pass to their own mailbox for some days.
create table vouches (
  id text not null,
  mailbox text not null,
  -- The mailbox in lower case.
  mailbox_key text not null,
  -- Who made it: the recipient, or somebody who looks after the domain.
  recipient_id text not null,
  domain text not null,
  -- /24 or /64; null for one by signature.
  network text,
  -- What edges know it by.
  hash text not null,
  -- The refusal that was vouched for.
  ip text not null,
  reason text not null,
  since_at bigint not null,
  ends_at bigint not null,
  ended_at bigint,
  ended_why text,
  version integer not null,
  primary key (id)
);

create unique index vouches_active on vouches (hash) where ended_at is null;
create index vouches_mailbox on vouches (mailbox_key, since_at);
create index vouches_ends on vouches (ended_at, ends_at);
create index vouches_network on vouches (network);

-- Domains whose signature verified at the message stage, as JSON.
alter table decision_records add column signed_by text;
