-- Who sent a message, without reading every recipient it had; and the reports that are due, without reading all that wait.

create index sent_mail_senders on sent_mail (message_key, account);

drop index abuse_reports_due;

create index abuse_reports_due on abuse_reports (state, next_at) where state = 'received';
