-- Several cores on one database: whose each thing in hand is, so that a core that starts lets go of its own alone.
alter table edges add column core text;

alter table letters add column lease_core text;

alter table webhook_deliveries add column lease_core text;

alter table idempotent_answers add column core text;
