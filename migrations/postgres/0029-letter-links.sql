-- breaking: one table of letters with a link for owner_links, recipient_links and case_forms. Links of letters that are on their way while
-- core is upgraded open nothing; whoever follows one asks for another.
create table letter_links (
  id text not null,
  purpose text not null,
  mailbox text not null,
  language text not null,
  -- What it is about, sealed.
  content text not null,
  link_hash text not null,
  browser_hash text not null,
  code_hash text not null,
  tries integer not null,
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint,
  -- What it has opened and still leads to.
  opened text,
  primary key (id)
);

create index letter_links_expires on letter_links (expires_at);

drop table owner_links;
drop table recipient_links;
drop table case_forms;
