-- Since when a listing of the engine only puts off, because the rule that it was made by is held; null: it refuses.
alter table listings add column degraded_at integer;
