-- When an operator who is in showed another code of the authenticator app; null: not since signing in.
alter table sessions add column confirmed_at integer;
