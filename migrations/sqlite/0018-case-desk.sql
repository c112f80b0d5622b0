-- Who handed a case to whom, who withdrew from one, what they said of it afterwards, and cases that are spoken of with the owner alone.

alter table cases add column assigned_at integer;
alter table cases add column assigned_by text;
-- JSON: since when, by whom, with which owner, and how it is known who they are.
alter table cases add column legal text;
alter table case_participants add column withdrawn_at integer;
alter table case_participants add column helped text;
