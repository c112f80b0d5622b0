# What the message door or the content filter calls junk goes into Junk, before any script of the user's.
# Runs at delivery (91-postern-junk.conf); compile with sievec.
require ["fileinto", "mailbox"];

if anyof (exists "X-Postern-Junk", header :is "X-Spam" "Yes") {
  fileinto :create "Junk";
  stop;
}
