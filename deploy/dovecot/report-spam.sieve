# A user moved a message into Junk: tell Postern, as a report in ARF (RFC 5965) by mail.
# Runs from imapsieve (90-postern.conf); compile with sievec.
require ["vnd.dovecot.report", "imapsieve"];

report "abuse" "Moved to Junk by its recipient." "report-spam@provider.example";
