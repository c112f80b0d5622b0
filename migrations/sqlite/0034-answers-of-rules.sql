-- What rules answered is not what a person answered: when they did first, and when a case came to a person after that.
alter table cases add column ruled_at integer;
alter table cases add column handed_at integer;

-- Of forms the first answer was that of the rules, unless a person had written before.
update cases set
    ruled_at = answered_at,
    answered_at = (
      select min(m.at) from case_messages m
      where m.case_id = cases.id and m.direction = 'out' and (m.author like 'operator:%' or m.author like 'cli:%')
    )
  where kind = 'form' and answered_at is not null and not exists (
    select 1 from case_messages m
    where m.case_id = cases.id and m.direction = 'out' and (m.author like 'operator:%' or m.author like 'cli:%')
      and m.at <= cases.answered_at
  );
