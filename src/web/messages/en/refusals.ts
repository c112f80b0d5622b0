import type { Facts } from '../../../base/refusal.ts'
import { analysis } from './analysis.ts'
import { factText as text, factTime, fitForPeople } from '../refusal-words.ts'

/** What happened and what to do, for every refusal. */
export const refusals = fitForPeople({
  'abuse.already-closed': () => ({
    what: 'This is closed already, or belongs to an incident.',
    next: 'Open the incident: it says what was decided, and there it can be decided.',
  }),
  'abuse.evidence-gone': () => ({
    what: 'What came with this report is not kept any more.',
    next: 'Evidence is deleted after its time (retention.abuseEvidence); the facts that were found in it remain.',
  }),
  'abuse.incident-not-found': () => ({
    what: 'No incident is known by this link.',
    next: 'Open the link in our letter once more, whole; some mail programs cut it off.',
  }),
  'abuse.not-suspended': () => ({
    what: 'The account is not suspended.',
    next: 'There is nothing to release: it can send mail.',
  }),
  'abuse.owner-told': () => ({
    what: 'The owner of the account has been told of this incident.',
    next: 'They are written to once for an incident. The line of events shows when.',
  }),
  'abuse.report-empty': () => ({
    what: 'There is no message in the report.',
    next: 'Attach the message that you complain of as a file, or paste its source with the header.',
  }),
  'abuse.file-unreadable': (facts) => ({
    what: unreadableFile(text(facts, 'why', '')),
    next: 'Save the message from your mail program as an .eml file, or paste its source; an archive is never unpacked here.',
  }),
  'abuse.header-missing': () => ({
    what: 'This is the text of a message without its header.',
    next: 'Copy the whole source: it begins with lines such as Return-Path, Received or Message-ID. The page says how to get at it.',
  }),
  'abuse.two-messages': () => ({
    what: 'There is a file and a pasted source.',
    next: 'Report one message at a time: choose the file or paste the source.',
  }),
  'abuse.xarf-invalid': (facts) => ({
    what: `This is no valid XARF report: ${text(facts, 'why', 'it cannot be read')}.`,
    next: 'Mend the report and send it again; nothing of it was kept. The rules are at xarf.org, and the limits in docs/integrate/abuse-reports.md.',
  }),
  'abuse.report-not-found': () => ({
    what: 'No report is known by this link.',
    next: 'Open the link of the receipt once more, whole. A report whose time is over is deleted.',
  }),
  'abuse.report-too-large': (facts) => ({
    what: `The report is larger than ${text(facts, 'most', 'we take')} bytes.`,
    next: 'Send one message at a time; large attachments of it may be left out as long as the header is whole.',
  }),
  'address.not-an-address': (facts) => ({
    what: `${quoted(facts, 'This')} is not an IP address.`,
    next: 'Give one address such as 192.0.2.45 or 2001:db8::1, without a port or a name. The bounce has it in square brackets.',
  }),
  'address.leading-zero': (facts) => ({
    what: `${quoted(facts, 'This address')} has a number that begins with zero. Some programs read that as octal, so it could mean two addresses.`,
    next: 'Leave the zeros at the front out: 10.0.0.1 instead of 010.0.0.1.',
  }),
  'address.is-prefix': (facts) => ({
    what: `${quoted(facts, 'This')} is a whole network, and one address is asked for here.`,
    next: 'Give the single address that the bounce names in square brackets, without the slash and the number behind it.',
  }),
  'address.special-purpose': (facts) => ({
    what: `${text(facts, 'prefix', 'This address')} lies in ${text(facts, 'block', 'space with a special purpose')}. No mail reaches us from there over the Internet.`,
    next: 'You are probably looking at the inner address of your network. Use the public address that the bounce names in square brackets.',
  }),
  'address.protected': (facts) => ({
    what: `${text(facts, 'prefix', 'This address')} overlaps ${text(facts, 'protected', 'a protected network')}, which is never listed.`,
    next: 'Choose a narrower prefix outside it, or change the protected networks in the configuration.',
  }),
  'address.protected-name': (facts) => ({
    what: `The reverse name of ${text(facts, 'prefix', 'this address')}, ${text(facts, 'name', 'its name')}, leads back to it and is among the protected names (protected.names), which are never listed.`,
    next: 'Take the name out of protected.names if this sender must be refused.',
  }),
  'approval.not-found': () => ({
    what: 'There is no such act that waits for a second person.',
    next: 'What waits stands on the page of the operators.',
  }),
  'approval.not-waiting': () => ({
    what: 'This does not wait any more: somebody has decided it, or three days have passed.',
    next: 'If it is still wanted, propose it again.',
  }),
  'approval.same-person': () => ({
    what: 'This takes two people, and you are the one who proposed it.',
    next: 'Ask a second administrator to confirm it.',
  }),
  'approval.waiting': () => ({
    what: 'The same waits for a second person already.',
    next: 'Confirm that one, or take it back first.',
  }),
  'audit.broken': () => ({
    what: 'The audit chain does not add up.',
    next: 'Stop making changes, keep a copy of the database, and run “postern verify” to see which record it is.',
  }),
  'brake.already': (facts) => ({
    what:
      facts['state'] === 'on'
        ? `The brake of the rule ${text(facts, 'rule', 'asked for')} is on already, or has just been asked for.`
        : `The brake of the rule ${text(facts, 'rule', 'asked for')} is not on.`,
    next: 'Nothing needs to be done. The overview of the console and “postern brake show” say what is held.',
  }),
  'case.closed': () => ({
    what: 'This case is closed.',
    next: 'If something has changed, open it again within 14 days after its end, or begin a new one.',
  }),
  'case.code-unknown': () => ({
    what: 'This is no case code of ours, or its time is over.',
    next: 'Compare it with what the sender gave you: four groups of four letters and digits. They can make a new one behind the link of their refusal.',
  }),
  'case.condition-passes': () => ({
    what: 'The test that you name passes, so it is no reason to refuse.',
    next: 'Look at the checks beside the case, name another test, or write a sentence of your own.',
  }),
  'case.condition-unknown': (facts) => ({
    what: `${quoted(facts, 'This')} is no test that is run here.`,
    next: 'Name them like reverse-name, spf:example.org or check:dkim:example.org, one in each line.',
  }),
  'case.condition-untold': () => ({
    what: 'The test that you name says nothing now: DNS or somebody’s server does not answer. Nobody is refused by that.',
    next: 'Try again in a few minutes, name another test, or leave the field empty and write a sentence of your own.',
  }),
  'case.conditions-many': (facts) => ({
    what: `These are more tests than one decision can wait for: at most ${text(facts, 'most', '10')}.`,
    next: 'Name those that matter most; for the others write a sentence.',
  }),
  'case.empty': () => ({
    what: 'There is nothing in it.',
    next: 'Please write what you want to say.',
  }),
  'case.full': () => ({
    what: 'This case has as much in it as we keep.',
    next: 'Please wait for our answer; if you have one already, reply to it when it is dealt with.',
  }),
  'case.other-subject': () => ({
    what: 'These cases are about different addresses, and of different people.',
    next: 'Whoever takes part in a case sees on its page what it is about. Answer each by itself; a note may say that they belong together.',
  }),
  'case.conditional-stays': () => ({
    what: 'A decision of one of these cases waits for tests that were named to its own reader alone, or both wait for different ones.',
    next: 'Merged, the tests would be shown to others or be dropped. Wait until they pass or end, or decide one of the cases first.',
  }),
  'case.legal-stays': () => ({
    what: 'A case that is spoken of with the owner alone is neither merged nor split.',
    next: 'End the restriction first, if it is no longer needed.',
  }),
  'case.merged': () => ({
    what: 'This case goes on in another one.',
    next: 'Write to the address of the other case; the page of yours shows what was said.',
  }),
  'case.no-owner': () => ({
    what: 'Nobody has proven to own the network of this case.',
    next: 'Ask the holder to prove it on the page for owners of networks, and come back then.',
  }),
  'case.no-request': () => ({
    what: 'Nobody in this case has asked for an address, so there is nothing to lift or to refuse.',
    next: 'Answer it, and close it with the answer.',
  }),
  'case.nobody': () => ({
    what: 'There is nobody to do that with.',
    next: 'Look at who takes part in the case.',
  }),
  'case.not-found': () => ({
    what: 'There is no such case.',
    next: 'Open the link in our letter again, whole; some mail programs cut it off.',
  }),
  'case.not-opened': (facts) => ({
    what:
      text(facts, 'reason') === ''
        ? 'Cases of outsiders are not opened here.'
        : 'Cases about this reason are not opened for outsiders here.',
    next: `Nothing was changed. ${endsAlone(facts)}What you can do: mend the cause and check it, ask the owner of the network, or ask the recipient, who can turn to their own help desk.`,
  }),
  'case.open': () => ({
    what: 'This case is open.',
    next: 'There is nothing to open again.',
  }),
  'case.original-gone': () => ({
    what: 'The message as it came is not kept.',
    next: 'What it said stands in the thread.',
  }),
  'case.owner-gone': () => ({
    what: 'The proof of the owner whom this case is spoken of with has ended.',
    next: 'Have the network proven again by the same mailbox, or end the restriction; then answer or decide.',
  }),
  'case.over': () => ({
    what: 'This case ended more than 14 days ago.',
    next: 'Please begin a new one, and say what has changed since.',
  }),
  'case.reason-missing': () => ({
    what: 'A reason is missing.',
    next: 'Name at least one test, or write why in a sentence.',
  }),
  'case.no-survey': () => ({
    what: 'Nobody asks whether this case helped you.',
    next: 'If you want to say something about it, write it into the case.',
  }),
  'case.restricted': () => ({
    what: 'This case is spoken of with the owner of the address space alone.',
    next: 'It is opened by people with the permission for legal contacts; ask an administrator of this installation.',
  }),
  'case.same': () => ({
    what: 'These are one and the same case.',
    next: 'Give the reference of another one.',
  }),
  'case.with-owner': () => ({
    what: 'This case is handled with the owner of the address space, so nothing can be added here.',
    next: 'You need to do nothing; how it ends will stand on this page. If you own the network, prove it on the page for owners.',
  }),
  'case.too-long': () => ({
    what: 'This is too long.',
    next: 'Please keep to 4,000 characters.',
  }),
  'case-link.invalid': () => ({
    what: 'This link is not one of ours, or a part of it got lost.',
    next: 'Mail programs break long lines. Copy the whole line of the bounce and paste it into the box below, or look up the IP address in it.',
  }),
  'case-link.expired': () => ({
    what: 'This link is older than 30 days, and the record behind it is gone.',
    next: 'Look up the IP address instead. If your mail is still refused, use the link in the newest bounce.',
  }),
  'check.busy': () => ({
    what: 'Many checks are running just now, or this domain is being checked already.',
    next: 'Please try again in a few seconds.',
  }),
  'check.selector-invalid': (facts) => ({
    what: `${quoted(facts, 'This')} is not a DKIM selector.`,
    next: 'The selector stands behind s= in the DKIM-Signature field of a message that you sent; it has letters, digits, hyphens and dots.',
  }),
  'database.away': () => ({
    what: 'Our database does not answer just now.',
    next: 'Please try again in a minute. Nothing that was confirmed to you is lost.',
  }),
  'database.busy': () => ({
    what: 'Too much is going on at once, and your request did not get its turn. Nothing was changed.',
    next: 'Please send it again in a few seconds.',
  }),
  'delisting.again-later': (facts) => ({
    what: 'This address was removed from the list recently, and was listed again since.',
    next: `Find what is still sending before you try again. ${again(facts)}`,
  }),
  'delisting.already-decided': () => ({
    what: 'This request has already been decided.',
    next: 'Its page shows the outcome. If your mail is still refused, begin a new request with the link in the newest bounce.',
  }),
  'delisting.burned': () => ({
    what: 'The code was wrong five times, so this request is closed. Nothing was changed on the list.',
    next: 'Begin a new request. The code is on the page that you see right after you send the form, not in the letter.',
  }),
  'delisting.expired': () => ({
    what: 'The link in this letter has run out.',
    next: 'Begin a new request; a new letter comes at once.',
  }),
  'delisting.not-found': () => ({
    what: 'There is no such request, or this is not the browser that began it.',
    next: 'Open the link in the letter again, whole, or begin a new request.',
  }),
  'delisting.proof-missing': () => ({
    what: 'We do not know yet that the mailbox or the address is yours.',
    next: 'Open the link in the letter, or use one of the other proofs on the page of the request.',
  }),
  'delisting.queue-full': (facts) => ({
    what: 'A person has to decide this request, and more requests wait for one than can be looked at in time. Yours is not in the queue yet; it is kept.',
    next: `Your request stays open until then. ${again(facts)}`,
  }),
  'delisting.second-half-wrong': (facts) => ({
    what: 'The code does not match this letter.',
    next: `Type the six characters shown on the page where you began. ${tries(facts)}`,
  }),
  'delisting.statement-missing': () => ({
    what: 'The statement is not ticked.',
    next: 'Read it and tick it if it is true: we remove an address only for somebody who answers for its mail.',
  }),
  'disk.full': () => ({
    what: 'We cannot store anything at the moment, so nothing was changed.',
    next: 'Please try again later. Our postmaster has been told.',
  }),
  'domain.is-address': (facts) => ({
    what: `${quoted(facts, 'This')} is an IP address, and a domain is asked for here.`,
    next: 'Give the domain behind the @ of your mail addresses; the address has a field of its own (--ip).',
  }),
  'domain.not-a-domain': (facts) => ({
    what: `${quoted(facts, 'This')} is not a domain name.`,
    next: 'Give the domain behind the @ of your mail addresses, such as example.org: labels of at most 63 letters, digits and hyphens, 253 characters in all.',
  }),
  'domain.single-label': (facts) => ({
    what: `${quoted(facts, 'This')} is a single word and no domain that mail comes from over the Internet.`,
    next: 'Give the whole name with its dots, such as example.org.',
  }),
  'domain.special-use': (facts) => ({
    what: `Names under .${text(facts, 'suffix', 'this suffix')} exist only inside a network, or for a special purpose. Nobody outside can look up ${text(facts, 'domain', 'them')}.`,
    next: 'Give the public domain behind the @ of your mail addresses.',
  }),
  'form.cross-site': () => ({
    what: 'This form was sent from another website, so we did not act on it.',
    next: 'Open the page here and send it again. Nothing was changed.',
  }),
  'forms.none-chosen': () => ({
    what: 'No address of the form was chosen.',
    next: 'Tick the addresses that this is about.',
  }),
  'warm-ups.decided': () => ({
    what: 'This warm-up was decided already, or is over.',
    next: 'Load the page again: it shows how it stands.',
  }),
  'warm-ups.not-found': () => ({
    what: 'This case has no such warm-up.',
    next: 'Open the case again and choose there.',
  }),
  'warm-ups.unfit': (facts) => ({
    what: `${text(facts, 'prefix', 'An address')} is listed, or what it sends is unwanted: a forecast raises no budget then.`,
    next: 'Settle that first, or refuse the forecast and say what has to change.',
  }),
  'forms.too-many': (facts) => ({
    what: `One form takes at most ${text(facts, 'most', '20')} addresses and ranges.`,
    next: 'Name those that matter most, or give ranges such as 192.0.2.0/24.',
  }),
  'form.invalid': (facts) => invalidForm(facts),
  'form.too-large': (facts) => ({
    what: 'That is more text than we take at once.',
    next: smaller(facts),
  }),
  'headers.busy': () => ({ what: 'Too much is being read at the moment.', next: 'Please try again.' }),
  'headers.none': () => ({
    what: 'There is no header of a message in this text.',
    next: 'Open the message, choose “Show original”, “View source” or “Internet headers” in your mail program, and paste everything that stands there.',
  }),
  'headers.unread': (facts) => ({
    what: unreadHeader(text(facts, 'why')),
    next: 'Paste the header alone, down to its first empty line, without the message below it.',
  }),
  'idempotency.mismatch': () => ({
    what: 'This Idempotency-Key was used before, with another request.',
    next: 'Use a new key for a new request.',
  }),
  'letter.final': () => ({
    what: 'This letter cannot be sent again: it is not one that was given up, or its time has passed.',
    next: 'Nothing needs to be done. Whoever still needs it starts a new request.',
  }),
  'letter.not-found': () => ({
    what: 'There is no such letter.',
    next: 'It may have been removed after its time. Look in the outbox.',
  }),
  'limit.exceeded': (facts) => ({ what: 'That was more often than we can allow.', next: again(facts) }),
  'links.invalid': () => ({
    what: 'We did not make this link, or it was cut off.',
    next: 'Open the link in our letter again, whole; some mail programs cut it off. If that does not help, have a new one sent.',
  }),
  'links.not-proven': () => ({
    what: 'Nothing from your mailbox has come to the address that the page shows.',
    next: 'Write to it from that mailbox, wait a minute, and press the button then.',
  }),
  'links.over': () => ({
    what: 'This link works no more. Its time is over, it was used, or the code was wrong five times.',
    next: 'Ask for a new one where you asked for this; it comes at once. What was done with this one stands, and nothing else has changed.',
  }),
  'links.second-half-wrong': (facts) => ({
    what: 'The code does not match this letter.',
    next: `Type the six characters shown on the page where you asked for the letter. ${tries(facts)}`,
  }),
  'listing.already-ended': (facts) => ({
    what: `The listing of ${text(facts, 'prefix', 'this address')} has already ended.`,
    next: 'There is nothing left to do.',
  }),
  'listing.class-field': (facts) => ({
    what: `A listing of class ${text(facts, 'class', 'policy')} needs ${facts['field'] === 'url' ? 'the web address of whoever decides on removal' : 'the name of the test that ends it'}.`,
    next: `Fill in “${text(facts, 'field', 'test')}”.`,
  }),
  'listing.ends-invalid': (facts) => ({
    what: `${quoted(facts, 'The end')} is not a time in the future.`,
    next: 'Give a duration such as 24h or 7d, or a time such as 2026-05-04T10:00:00Z.',
  }),
  'listing.never-ends': (facts) => ({
    what: 'Every listing ends by itself, and this one would last too long.',
    next: `Choose an end within ${text(facts, 'longestDays', '365')} days. It can be listed again when the time has come.`,
  }),
  'listing.not-found': (facts) => ({
    what: `There is no listing ${text(facts, 'id', 'of that name')}.`,
    next:
      facts['covering'] === undefined
        ? 'Look it up by its address.'
        : `The address lies in the listing of ${text(facts, 'covering')}.`,
  }),
  'listing.other-effect': (facts) => ({
    what: `${text(facts, 'prefix', 'This prefix')} has an entry in force that ${facts['effect'] === 'pass' ? 'lets it through' : 'refuses it'}, and this one would do the opposite.`,
    next: `End that one first${id(facts)}, or say that this one replaces it: “--replace” on the command line, “replace” in the API, the second step in the console.`,
  }),
  'mailbox.invalid': (facts) => ({
    what: `${quoted(facts, 'This')} is not a mail address that we can write to.`,
    next: mailboxAdvice(facts),
  }),
  'operator.exists': (facts) => ({
    what: `An operator named ${text(facts, 'name', 'like that')} exists already.`,
    next: 'Choose another name.',
  }),
  'operator.identity-taken': () => ({
    what: 'This account at the provider belongs to an operator already.',
    next: 'Sign in at the provider with another account.',
  }),
  'operator.link-invalid': () => ({
    what: 'The link was used, or is more than an hour old.',
    next: 'Have another one made at the machine itself: postern operator link NAME.',
  }),
  'operator.not-admitted': () => ({
    what: 'The provider knows you, but nobody has let you in here yet.',
    next: 'Ask an administrator of this installation. If you have an operator here already, sign in as that and connect the account on your page.',
  }),
  'operator.name-invalid': () => ({
    what: 'This is not a name for an operator.',
    next: 'Use 2 to 32 lower-case letters, digits, dots, hyphens or underscores, beginning with a letter.',
  }),
  'operator.not-found': (facts) => ({
    what: `There is no operator named ${text(facts, 'name', 'like that')}.`,
    next: '“postern operator list” shows all.',
  }),
  'operator.password-short': (facts) => ({
    what: `The password is too short: it needs at least ${text(facts, 'least', '15')} characters.`,
    next: 'Choose a longer one, a sentence for instance, or leave it out to have one made.',
  }),
  'recipients.mailbox-unverified': () => ({
    what: 'Your account is known, but the sign-in provider does not confirm that a mailbox is yours.',
    next: 'Confirm your mail address there and sign in again, or have a link sent to the mailbox.',
  }),
  'recipients.not-found': () => ({
    what: 'There is no such refusal of mail to this mailbox, or its record is not kept any more.',
    next: 'The list of refused mail shows everything that there is.',
  }),
  'recipients.not-ours': (facts) => ({
    what: 'This mailbox is not in a domain whose mail we receive, so we do not write to it.',
    next: `Give your mailbox here; it ends in ${text(facts, 'domains', 'one of our domains')}.`,
  }),
  'recipients.not-theirs': () => ({
    what: 'This is not your mailbox, and not in a domain that you look after.',
    next: 'Sign in with the mailbox itself. Whoever looks after your domain is named by our postmasters.',
  }),
  'recipients.provider-away': () => ({
    what: 'The sign-in provider does not answer.',
    next: 'Try again in a minute, or have a link sent to your mailbox: that works without it.',
  }),
  'recipients.provider-failed': () => ({
    what: 'The sign-in did not succeed: it took longer than ten minutes, was begun in another browser, was used before or was broken off.',
    next: 'Sign in again from this page, or have a link sent to your mailbox.',
  }),
  'recipients.provider-foreign': (facts) => ({
    what: 'The mailbox of your account is not in a domain whose mail we receive.',
    next: `Sign in with an account whose mailbox ends in ${text(facts, 'domains', 'one of our domains')}, or have a link sent to that mailbox.`,
  }),
  'recipients.sign-in': () => ({
    what: 'You are not signed in with a mailbox, or your time is over.',
    next: 'Begin at the page for recipients; you need no password from us.',
  }),
  'owners.by-dns': () => ({
    what: 'Parts can be given to others only by whoever has proven the network by a record in DNS or a file.',
    next: 'Publish the record that the page of the network shows; nothing else changes by it.',
  }),
  'owners.contact-unknown': () => ({
    what: 'Neither the registry nor the name of the address gives this mailbox for the network.',
    next: 'Look again who can be asked, and choose one of them.',
  }),
  'vouches.days': (facts) => ({
    what: 'This is not a number of days that a vouch can have.',
    next: `Give a whole number from 1 to ${text(facts, 'most', '90')}.`,
  }),
  'vouches.domain': () => ({
    what: 'The message was signed by several domains, and none of them was chosen.',
    next: 'Choose the one that you trust.',
  }),
  'vouches.ended': () => ({
    what: 'This vouch has ended already.',
    next: 'There is nothing to take back: it lets nothing pass any more.',
  }),
  'vouches.full': () => ({
    what: 'Our servers hold as many vouches as they can, so that yours was not made.',
    next: 'Write to postmaster; they make room. Until then, let the sender ask for the removal, by the link in their bounce.',
  }),
  'vouches.never': () => ({
    what: 'What this mail was refused for is nothing that a recipient can vouch for: malware, phishing, what a person has to look into, or how the server behaves.',
    next: 'Let the sender follow the link in their bounce; it shows the way for this case.',
  }),
  'vouches.no-sender': () => ({
    what: 'The record does not name one sending domain, so there is nothing to vouch for.',
    next: 'Let the sender try again. If that is refused as well, its record may name the domain.',
  }),
  'vouches.not-found': () => ({
    what: 'There is no such vouch of yours.',
    next: 'The list of your vouches shows all of them.',
  }),
  'vouches.off': () => ({
    what: 'Vouching is switched off here.',
    next: 'Let the sender follow the link in their bounce: it says how to be let in again.',
  }),
  'vouches.revoked': () => ({
    what: 'Our postmasters ended this vouch, so it cannot be made again for 30 days.',
    next: 'If you think that is wrong, write to them; or let the sender ask for the removal.',
  }),
  'vouches.too-many': (facts) => ({
    what: `One mailbox can have at most ${text(facts, 'most', '20')} vouches at a time.`,
    next: 'Take one back that you need no more.',
  }),
  'vouches.unsigned': () => ({
    what: 'The message carried no valid signature (DKIM), so nothing shows who really wrote it.',
    next: 'Let the sender sign their mail, or send it from the servers of the domain.',
  }),
  'owners.delegated': () => ({
    what: 'This network was given to you by its owner; parts of it cannot be given further.',
    next: 'Ask the owner to give the part to the other mailbox directly.',
  }),
  'owners.ended': () => ({
    what: 'This claim has ended.',
    next: 'If the network is yours, claim it again.',
  }),
  'owners.not-found': () => ({
    what: 'There is nothing of yours here.',
    next: 'The list of your networks shows everything that you can open with this mailbox.',
  }),
  'owners.not-granted': () => ({
    what: 'This network is not proven to be yours.',
    next: 'Prove it first; its page shows how.',
  }),
  'owners.not-registered': (facts) => ({
    what: `No registry knows ${text(facts, 'prefix', 'this network')} as one network.`,
    next: 'Claim the part that the registry has as one, or prove the network by DNS.',
  }),
  'owners.outside': (facts) => ({
    what: `${text(facts, 'prefix', 'This')} is not inside ${text(facts, 'range', 'the network')}.`,
    next: 'Name a part of the network, at most all of it.',
  }),
  'owners.registry-away': () => ({
    what: 'The registry does not answer now, or has asked us to wait.',
    next: 'Try again in some minutes, or prove the network by DNS.',
  }),
  'owners.sign-in': () => ({
    what: 'You are not signed in as an owner, or your time is over.',
    next: 'Have a link sent to your mailbox; there is no password.',
  }),
  'owners.sub-allocated': (facts) => ({
    what: `The registry has ${text(facts, 'prefix', 'this part')} as another network than the one that its contact confirmed you for.`,
    next: 'Its own holder can ask for it; if that is you, claim the part and prove it by itself.',
  }),
  'owners.token-name': () => ({
    what: 'A token needs a name of 1 to 40 letters, digits, dots, hyphens or underscores.',
    next: 'Name the program that uses it, for example dashboard-1.',
  }),
  'owners.part-full': (facts) => ({
    what: `This mailbox looks after ${text(facts, 'most', '100')} parts of others already, which is as many as it may.`,
    next: 'Give the part to another mailbox, or ask its reader to give up some that they need no more.',
  }),
  'owners.too-many': (facts) => ({
    what: `One mailbox can claim at most ${text(facts, 'most', '100')} networks.`,
    next: 'Give up some that you need no more, or claim a wider network that holds several.',
  }),
  'owners.too-many-tokens': (facts) => ({
    what: `One mailbox can have at most ${text(facts, 'most', '10')} tokens.`,
    next: 'Take back one that nobody uses.',
  }),
  'owners.too-wide': (facts) => ({
    what: `${quoted(facts, 'This')} is wider than what one owner can claim.`,
    next: `The widest is ${text(facts, 'widest', '/16 for IPv4 and /32 for IPv6')}. Claim the parts one by one.`,
  }),
  'passkey.name-invalid': () => ({
    what: 'A passkey needs a name of at most 60 characters.',
    next: 'Name it after the device it is on.',
  }),
  'passkey.not-found': () => ({
    what: 'You have no such passkey.',
    next: 'It may have been removed already; your account lists those in force.',
  }),
  'passkey.unusable': () => ({
    what: 'The browser’s answer is no passkey that can be used here.',
    next: 'Load the page anew and try again. The device must ask for your finger, face or PIN, and “console.origin” must be the address in your browser.',
  }),
  'permission.denied': (facts) => ({
    what: `Your role does not allow this (${text(facts, 'permission', 'permission missing')}).`,
    next: 'Ask an administrator of this installation.',
  }),
  'pow.invalid': () => ({
    what: 'The small puzzle that your browser solves for us has run out or was not solved.',
    next: 'Reload the page and send the form again. Without script, write to us instead: the page shows the address.',
  }),
  'pow.replayed': () => ({
    what: 'This form was sent already.',
    next: 'If you did not see the next page, reload the form and send it once more.',
  }),
  'prefix.host-bits': (facts) => ({
    what: `${quoted(facts, 'This')} has bits set behind its length.`,
    next: `Did you mean ${text(facts, 'suggestion', 'the network itself')}?`,
  }),
  'prefix.not-a-prefix': (facts) => ({
    what: `${quoted(facts, 'This')} is not a prefix.`,
    next: 'Write the first address of the network, a slash and a length: 192.0.2.0/24 or 2001:db8::/48.',
  }),
  'prefix.too-wide': (facts) => ({
    what: `${quoted(facts, 'This')} is wider than any listing may be.`,
    next: `The widest is ${text(facts, 'widest', '/8 for IPv4 and /16 for IPv6')}. List the parts that send the mail.`,
  }),
  'prefix.too-narrow': (facts) => ({
    what: `${quoted(facts, 'This')} is narrower than what is judged: one IPv4 address, or the /64 of an IPv6 address.`,
    next: `Use ${text(facts, 'suggestion', 'the /64')}.`,
  }),
  'prefix.two-people': (facts) => ({
    what: `${text(facts, 'prefix', 'A prefix this wide')} is so wide that a second person has to agree.`,
    next: agree(facts),
  }),
  'person.not-found': () => ({
    what: 'There is no such erasure.',
    next: 'It was declined, or its record has been deleted. Look at the list on the page for erasing a person.',
  }),
  'probe.expired': () => ({
    what: 'This test address has expired before a message came.',
    next: 'Get another one on the page of test addresses; it takes one message within its time.',
  }),
  'probe.not-found': () => ({
    what: 'There is no such report, or it is no longer kept.',
    next: 'Reports are deleted after their time. Get a new test address and send the message again.',
  }),
  'probe.used': () => ({
    what: 'This test address has had its message already.',
    next: 'Each address takes one message. Get another address for the next one.',
  }),
  'reputation.dry-run-busy': () => ({
    what: 'Another dry run is under way.',
    next: 'Wait until it is done, or cancel it.',
  }),
  'session.required': () => ({
    what: 'You are not signed in, or were away too long.',
    next: 'Sign in and do it again.',
  }),
  'sign-in.failed': () => ({
    what: 'Name, password and code do not belong together.',
    next: 'Try again; the six digits change every 30 seconds, so check the clock of your phone.',
  }),
  'sign-in.provider-away': () => ({
    what: 'The sign-in provider does not answer.',
    next: 'Try again in a minute. Passwords, passkeys and links from “postern operator link” work without it.',
  }),
  'token.exists': (facts) => ({
    what: `A token named ${text(facts, 'name', 'like that')} exists already.`,
    next: 'Choose another name, or revoke that one first.',
  }),
  'token.invalid': () => ({
    what: 'The token is missing, unknown or has been revoked.',
    next: 'Send “Authorization: Bearer …” with a token from “postern token add”.',
  }),
  'token.not-found': (facts) => ({
    what: `There is no token named ${text(facts, 'name', 'like that')}.`,
    next: '“postern token list” shows all.',
  }),
})

function quoted(facts: Facts, otherwise: string): string {
  return facts['input'] === undefined ? otherwise : `“${facts['input']}”`
}

function id(facts: Facts): string {
  const known = text(facts, 'id')
  return known === '' ? '' : ` (${known})`
}

function again(facts: Facts): string {
  const at = factTime(facts, 'again', 'en')
  return at === undefined ? 'Please try again later.' : `You can try again from ${at}.`
}

function tries(facts: Facts): string {
  const left = facts['left']
  if (typeof left !== 'number') return 'After five wrong codes the request is closed.'
  return left === 0
    ? 'That was the last try: please begin a new request.'
    : `${left === 1 ? 'One try is' : `${left} tries are`} left.`
}

function agree(facts: Facts): string {
  const at = factTime(facts, 'again', 'en')
  return at === undefined
    ? 'Ask another operator to agree to it in the console.'
    : `Ask another operator to agree to it, or agree yourself after thinking it over, from ${at}.`
}

function invalidForm(facts: Facts): { what: string; next: string } {
  const field = facts['field'] === undefined ? 'The form' : `“${facts['field']}”`
  switch (facts['why']) {
    case 'charset':
      return {
        what: 'The text is not in UTF-8, so some characters cannot be read.',
        next: 'Send the form from its page here, or save your file as UTF-8 first.',
      }
    case 'control':
      return {
        what: `${field} holds control characters that cannot be seen.`,
        next: 'They often come along when copying from a terminal. Type it in by hand, or paste it as plain text.',
      }
    case 'gzip':
      return {
        what: 'The request is not gzip, or it unfolds to more than we take at once.',
        next: 'Send it in smaller pieces, packed with gzip, or without Content-Encoding.',
      }
    case 'content-encoding':
      return {
        what: 'Of the values of Content-Encoding only gzip is understood here.',
        next: 'Pack the request with gzip, or leave the header out.',
      }
    case 'cursor':
      return {
        what: `${field} is not a place in this list.`,
        next: 'Hand back the “next” of the page before, or leave it out to begin at the newest.',
      }
    case 'twice':
      return { what: `${field} was given more than once.`, next: 'Send the form from its page here.' }
    case 'type':
      return { what: 'This is not the form of this page.', next: 'Open the page here and send its form.' }
    case 'too-long':
      return { what: `${field} is too long.`, next: 'Shorten it: one line of the bounce is enough.' }
    case 'missing':
      return { what: `${field} is empty.`, next: 'Fill it in and send the form again.' }
    default:
      return {
        what: `${field} is not what we expected${facts['why'] === undefined ? '' : ` (${facts['why']})`}.`,
        next: 'Check what you typed and send the form again.',
      }
  }
}

/** How much may be sent at once. */
function smaller(facts: Facts): string {
  const { lines, most, of } = facts
  if (lines !== undefined) return `Send at most ${lines} lines at once, in several requests where it is more.`
  if (most === undefined)
    return 'Send less than 64 kB: the one line of the bounce with our address in it is enough.'
  return of === 'events'
    ? `Send at most ${most} at once, in several requests where it is more.`
    : `Send at most ${most}: the header and the beginning of the text are enough.`
}

function mailboxAdvice(facts: Facts): string {
  switch (facts['why']) {
    case 'no-at':
      return 'It needs an @, as in postmaster@example.org.'
    case 'not-ascii':
      return 'We cannot write to mailboxes with letters outside ASCII in front of the @ yet. Please give another one.'
    case 'too-long':
      return 'It is longer than a mail address can be. Check that only the address is in the field.'
    case 'domain':
      return 'What stands behind the @ is not a domain. Check the spelling.'
    default:
      return 'Write it as in postmaster@example.org, without a name, spaces or brackets.'
  }
}

function unreadHeader(why: string): string {
  const { errors } = analysis
  return why === 'time' || why === 'memory' || why === 'budget' ? errors[why] : errors.crash
}

function unreadableFile(kind: string): string {
  switch (kind) {
    case 'archive':
      return 'This file is an archive.'
    case 'pdf':
      return 'This file is a PDF, in which the header of the message is lost.'
    case 'picture':
      return 'This file is a picture, in which the header of the message is lost.'
    default:
      return 'This file cannot be read as a message.'
  }
}

/** When the block ends if nobody does anything, where that is known. */
function endsAlone(facts: Facts): string {
  const ends = factTime(facts, 'ends', 'en')
  return ends === undefined ? '' : `The listing ends by itself on ${ends}. `
}
