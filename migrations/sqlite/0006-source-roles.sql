-- What a source of events may tell of, with spaces between: mta, filter, reports. Empty: all of it, as before there were roles.
alter table tokens add column roles text not null default '';
