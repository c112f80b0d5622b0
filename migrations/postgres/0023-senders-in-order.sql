-- Rows of PostgreSQL lie in the order in which they came; the embedded database keeps senders so from now on.

select 1;
