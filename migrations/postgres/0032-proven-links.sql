-- Whoever gets no letter writes to us instead: when that showed the mailbox.
alter table letter_links add column proven_at bigint;
