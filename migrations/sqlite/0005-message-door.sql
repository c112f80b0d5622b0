-- The message stage: whose mail a refused message said it was, and which tests it failed.
alter table decision_records add column authentication text;
