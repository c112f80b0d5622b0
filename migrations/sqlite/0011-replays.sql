-- How many other organizations reported the same message to the same recipient: many mean that somebody sends it on.

alter table incident_reports add column others integer not null default 0;
