-- A reporter is the mailbox as it is written; spellings that budgets take for one count together, in a row without a mailbox.
alter table abuse_reporters add column counts_as text;
