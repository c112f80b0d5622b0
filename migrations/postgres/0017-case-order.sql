-- Which cases were opened again after a refusal, and the order of what was said within one millisecond.

alter table cases add column appealed_at bigint;
alter table case_messages add column seq integer not null default 0;
