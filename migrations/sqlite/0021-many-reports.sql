-- Incidents with very many reports: their pages read the first of them without sorting all, and their reports are closed some at a time.

create index abuse_reports_of_incident on abuse_reports (incident_id, received_at, id) where incident_id is not null;

drop index abuse_reports_incident;

create index abuse_reports_open on abuse_reports (incident_id) where incident_id is not null and state <> 'closed';

alter table incidents add column closing_at integer;

create index incidents_closing on incidents (closing_at) where closing_at is not null;
