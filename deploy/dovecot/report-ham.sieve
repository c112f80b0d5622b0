# A user took a message out of Junk: it was wanted. What goes to Trash was not, and what stays in Junk neither.
require ["vnd.dovecot.report", "environment", "imapsieve", "variables"];

if environment :matches "imap.mailbox" "*" {
    set "mailbox" "${1}";
}
if string "${mailbox}" ["Junk", "Trash", "Deleted Messages", "Deleted Items"] {
    stop;
}

report "not-spam" "Taken out of Junk by its recipient." "not-junk@provider.example";
