-- What a restricted case is about: its own records, threads and requests. It stays when the case is deleted, as the audit does.
create table restricted_subjects (
  -- As the audit names it: `case:<id>`, `thread:<id>`, `delist-request:<id>`.
  subject text not null,
  case_id text not null,
  primary key (subject)
) strict, without rowid;

create index restricted_subjects_case on restricted_subjects (case_id);

-- What a letter belongs to, as the audit names it.
alter table letters add column about text;

update letters set about = (
  select 'thread:' || case_messages.participant_id from case_messages where 'case:' || case_messages.id = letters.key
) where key like 'case:%';

update letters set about = 'delist-request:' || substr(key, 9) where key like 'confirm:%';
update letters set about = 'delist-request:' || substr(key, 6) where key like 'done:%';

-- What went on in a restricted case is as restricted as that is.
update cases set legal = (select b.legal from cases b where b.id = cases.merged_into)
  where legal is null and merged_into in (select id from cases where legal is not null);

insert into restricted_subjects (subject, case_id)
  select 'case:' || id, coalesce(merged_into, id) from cases where legal is not null;
insert into restricted_subjects (subject, case_id)
  select 'thread:' || p.id, p.case_id from case_participants p join cases c on c.id = p.case_id where c.legal is not null;
insert into restricted_subjects (subject, case_id)
  select 'delist-request:' || r.id, p.case_id from delist_requests r
    join case_participants p on p.id = r.participant_id join cases c on c.id = p.case_id where c.legal is not null;
