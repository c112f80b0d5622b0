-- Codes that a sender hands to a recipient, who opens or joins a case on their behalf with it. No mailbox is in them.
create table case_codes (
  -- Keyed hash of the code.
  hash text not null,
  -- The refusal that it was made for; null where it was made in a case.
  ip text,
  reason text,
  edge text,
  -- When it was refused.
  refused_at integer,
  -- The thread in which it was made; null where it was made for a refusal.
  participant_id text,
  -- The thread of the recipient who opened a case with it first.
  opened_participant_id text,
  created_at integer not null,
  expires_at integer not null,
  primary key (hash)
) strict, without rowid;

create index case_codes_expires on case_codes (expires_at);
