import type { Facts } from '../../../base/refusal.ts'
import type { FindingResult, Topic } from '../../../core/checks/finding.ts'
import { fitFindings } from '../finding-words.ts'
import { factText as text, factTime } from '../refusal-words.ts'

/** The check of a sender: its page, and a sentence for everything that it can find. */
export const check = {
  title: 'Check your domain and server',
  titleOf: (domain: string) => `Check of ${domain}`,
  description: 'DNS and authentication of a sending domain, looked up live, with the records to publish.',
  lead: (provider: string) =>
    `We look up what ${provider} sees when mail from your domain arrives: names, SPF, DKIM, DMARC and our own list. Nothing is sent to your server, and nothing is kept beyond a few minutes.`,
  domain: 'Domain behind the @ of your addresses',
  domainHint: 'for example',
  ip: 'IP address of your mail server',
  ipHint:
    'The one that connects to us. A bounce has it in square brackets. Without it, reverse name, SPF and list cannot be judged.',
  selector: 'DKIM selector',
  selectorHint:
    'What stands behind s= in the DKIM-Signature field of a message you sent. Without it we try common ones.',
  helo: 'Name that the server says in HELO',
  heloHint: 'Without it we take the reverse name of the address.',
  button: 'Check',
  again: 'Check again',
  about: (domain: string, ip: string | undefined) =>
    ip === undefined ? domain : `${domain}, mail from ${ip}`,
  checkedAt: 'Looked up',
  mend: 'What to mend first',
  allGood: 'Nothing to mend',
  allGoodBody: 'Everything that could be looked up is in order.',
  /** In place of `allGood`, where DNS did not answer everything: silence is no praise. */
  notAll: 'Not everything could be looked up',
  notAllBody: 'What was answered is in order.',
  noFaults: 'No fault, but something could be better',
  faults: (faults: number, warnings: number) =>
    `${faults === 1 ? 'One fault' : `${faults} faults`}${warnings === 0 ? '' : ` and ${warnings === 1 ? 'one warning' : `${warnings} warnings`}`}`,
  unknownToo: 'Some questions were not answered. That says nothing against you: check again in a minute.',
  details: 'All that was looked at',
  found: 'Found',
  publish: 'Publish',
  publishNote: 'As lines of a zone file. Names and addresses of your own go in where ours are examples.',
  trace: 'Term by term',
  traceHead: ['Term', 'Outcome', 'Asked for', 'Look-ups so far'] as readonly string[],
  outcomes: { match: 'matches', 'no-match': 'no match', 'go-on': 'taken over', error: 'ends here' },
  guide: 'More in the guide',
  link: 'Check domain and server',
  listPage: 'Page of the list',
  lookUp: 'More about this address',
  results: {
    pass: 'in order',
    info: 'note',
    warning: 'warning',
    fault: 'fault',
    unknown: 'not known',
  } satisfies Record<FindingResult, string>,
  topics: {
    standing: { title: 'Our own list', why: () => 'What happens to mail from this address here, now.' },
    address: { title: 'Address', why: () => 'Here a sender is, first of all, the address that connects.' },
    'reverse-name': {
      title: 'Reverse name (PTR)',
      why: (provider: string) =>
        `A server whose address has no name that leads back to it looks like a machine that sends by accident. ${provider} trusts it less and may ask it to wait.`,
    },
    helo: {
      title: 'HELO name',
      why: () =>
        'The server introduces itself by a name. One that is its own makes it easier to tell from others.',
    },
    spf: {
      title: 'SPF',
      why: () =>
        'SPF says which servers may use your domain in MAIL FROM. Domains that send much must pass it; for others it decides how much a first message is trusted.',
    },
    dkim: {
      title: 'DKIM',
      why: () =>
        'A signature shows that a message is yours and was not changed, also after it was forwarded. Good standing is kept for a signing domain.',
    },
    dmarc: {
      title: 'DMARC',
      why: () =>
        'DMARC ties the From that people read to SPF and DKIM, and says what to do with mail that only pretends to be yours.',
    },
    'mail-hosts': {
      title: 'Mail hosts (MX)',
      why: () =>
        'Bounces, answers and our letters to you go there. A sender that nobody can answer is trusted less.',
    },
    transport: {
      title: 'Encryption on the way to you',
      why: () =>
        'Concerns mail that others send to you: with a policy, servers that check it deliver only over a connection that nobody can read or redirect.',
    },
    lists: {
      title: 'Lists of others',
      why: () => 'Lists that this receiver asks to be shown here. Each decides by itself who is on it.',
    },
  } satisfies Record<Topic, { readonly title: string; readonly why: (provider: string) => string }>,
  findings: fitFindings({
    'standing.passes': (facts) => ({ what: `Mail from ${ip(facts)} passes here at present.` }),
    'standing.refused': (facts) => ({
      what: `Mail from ${ip(facts)} is refused here now${code(facts)}${ends(facts)}`,
      next: `Mend what stands below, then ask for removal: ${text(facts, 'url')}`,
    }),
    'standing.deferred': (facts) => ({
      what: `Mail from ${ip(facts)} is asked to wait here now${code(facts)}${ends(facts)}`,
      next: `Your server tries again by itself. More: ${text(facts, 'url')}`,
    }),
    'standing.would-be-refused': (facts) => ({
      what: `Mail from ${ip(facts)} passes, because nothing is refused at present; ${ip(facts)} is listed all the same${code(facts)}${ends(facts)}`,
      next: `Ask for removal before enforcement begins: ${text(facts, 'url')}`,
    }),
    'standing.unasked': (facts) => ({
      what: `Whether ${ip(facts)} is listed here is not shown: too many addresses were looked up from your network today.`,
      next: again(facts),
    }),
    'address.not-given': () => ({
      what: 'No address was given, so reverse name, list and the result of SPF cannot be judged.',
      next: 'Give the address of the server that connects to us; a bounce has it in square brackets.',
    }),
    'address.public': (facts) => ({ what: `${ip(facts)} is a public address.` }),
    'address.special': (facts) => ({
      what: `${ip(facts)} lies in ${text(facts, 'block')}. No mail reaches us from there over the Internet.`,
      next: 'This is probably the inner address of your server. Give the public one that your mail leaves from.',
    }),
    'address.ours': (facts) => ({ what: `${ip(facts)} is one of our own addresses.` }),
    'reverse-name.confirmed': (facts) => ({
      what: `${ip(facts)} is called ${text(facts, 'name')}, and the name leads back to the address.`,
    }),
    'reverse-name.none': (facts) => ({
      what: `${ip(facts)} has no reverse name.${facts['family'] === 6 ? ' For IPv6 this is forgotten most often.' : ''}`,
      next: 'Whoever assigned you the address (your provider or hoster) sets the PTR record; the address record is yours.',
    }),
    'reverse-name.elsewhere': (facts) => ({
      what: `${ip(facts)} is called ${text(facts, 'name')}, but the name does not lead back to the address.`,
      next: 'Give the name this address, or have the PTR record set to a name that has it.',
    }),
    'reverse-name.partly': (facts) => ({
      what: `${ip(facts)} is called ${text(facts, 'name')}, which leads back to it; the further names ${text(facts, 'others')} do not.`,
      next: 'Remove the other PTR records, or give their names this address: a receiver may look at any of them.',
    }),
    'reverse-name.many': (facts) => ({
      what: `${ip(facts)} has ${text(facts, 'count')} reverse names. Receivers look at the first few.`,
      next: 'Leave one: the name that the server says in HELO.',
    }),
    'reverse-name.line': (facts) => ({
      what: `${text(facts, 'name')} looks like the name of an access line, made from its address.`,
      next: 'Have a name of your own set, such as mail and your domain. On a line with changing addresses, send through your provider’s server instead.',
    }),
    'reverse-name.unknown': (facts) => ({
      what: `DNS did not say whether ${ip(facts)} has a reverse name that leads back.`,
    }),
    'helo.confirmed': (facts) => ({ what: `${text(facts, 'helo')} leads to ${ip(facts)}.` }),
    'helo.elsewhere': (facts) => ({
      what: `${text(facts, 'helo')} has an address, but not ${ip(facts)}.`,
      next: `Let the server say ${better(facts)} (Postfix: myhostname or smtp_helo_name), or give the name this address.`,
    }),
    'helo.resolves': (facts) => ({
      what: `${text(facts, 'helo')} has an address. Whether it is the right one shows when you give yours.`,
    }),
    'helo.no-address': (facts) => ({
      what: `${text(facts, 'helo')} has no address in DNS.`,
      next: 'Give the name the address of the server, or let the server say a name that has it (Postfix: myhostname or smtp_helo_name).',
    }),
    'helo.no-name': (facts) => ({
      what: `“${text(facts, 'helo')}” is no full domain name.`,
      next: `RFC 5321 wants the server’s own name with its domain: ${better(facts)} (Postfix: myhostname or smtp_helo_name).`,
    }),
    'helo.literal': (facts) => ({
      what: `${text(facts, 'helo')} is an address instead of a name.`,
      next: 'It is allowed for machines without a name; a mail server should have one.',
    }),
    'helo.unknown': (facts) => ({ what: `DNS did not say which address ${text(facts, 'helo')} has.` }),
    'helo.spf-pass': (facts) => ({
      what: `SPF passes for the name ${text(facts, 'helo')} too. Bounces and automatic answers, whose MAIL FROM is empty, are judged by it.`,
    }),
    'helo.spf-none': (facts) => ({
      what: `${text(facts, 'helo')} has no SPF record of its own. Bounces and automatic answers, whose MAIL FROM is empty, have nothing to pass with.`,
    }),
    'helo.spf-fail': (facts) => ({
      what: `SPF of the name ${text(facts, 'helo')} does not pass for ${ip(facts)} (${text(facts, 'result')}). Bounces and automatic answers, whose MAIL FROM is empty, are judged by it.`,
      next: 'Add the address to the record of this name.',
    }),
    'helo.spf-broken': (facts) => ({
      what: `The SPF record of the name ${text(facts, 'helo')} cannot be used (permerror).`,
      next: 'Correct it; for the name of one server v=spf1 a -all is enough.',
    }),
    'spf.pass': (facts) => ({ what: `SPF passes for mail from ${ip(facts)}, after ${lookups(facts)}.` }),
    'spf.fail': (facts) => ({
      what: `SPF fails: the record of ${text(facts, 'domain')} says that ${ip(facts)} may not send for it.`,
      next: 'If this is your server, put its address into the record.',
    }),
    'spf.softfail': (facts) => ({
      what: `SPF softfails: ${ip(facts)} is not among the servers that ${text(facts, 'domain')} names.`,
      next: 'If this is your server, put its address into the record.',
    }),
    'spf.neutral': (facts) => ({
      what: `SPF is neutral: the record of ${text(facts, 'domain')} says nothing about ${ip(facts)}. That counts as little as no record.`,
      next: 'If this is your server, put its address into the record.',
    }),
    'spf.readable': (facts) => ({
      what: `The SPF record of ${text(facts, 'domain')} can be read to its end.`,
    }),
    'spf.none': (facts) => ({
      what: `${text(facts, 'domain')} has no SPF record.`,
      next: 'Publish one that names the servers you send from; begin with ~all, go to -all when reports show nothing missing.',
    }),
    'spf.several-records': (facts) => ({
      what: `${text(facts, 'domain')} has ${text(facts, 'count')} SPF records. With more than one, none counts (permerror).`,
      next: 'Put the terms of all into one record and remove the others.',
    }),
    'spf.syntax': (facts) => ({
      what: `The SPF record of ${text(facts, 'domain')} cannot be read: “${text(facts, 'term')}” at character ${text(facts, 'position')} ${mistakes[text(facts, 'why')] ?? 'is wrong'}. The whole record counts as void (permerror).`,
      next: 'Correct the term or take it out.',
    }),
    'spf.too-many-lookups': (facts) => ({
      what: `The record takes more than ${text(facts, 'most')} DNS look-ups; at “${text(facts, 'term')}” of ${text(facts, 'domain')} a receiver gives up (permerror).`,
      next: 'Remove includes of services you no longer use, replace a and mx by ip4 and ip6, or give services a sub-domain with a record of its own.',
    }),
    'spf.too-many-voids': (facts) => ({
      what: `More than two look-ups of the record found nothing; at “${text(facts, 'term')}” of ${text(facts, 'domain')} a receiver gives up (permerror).`,
      next: 'Remove terms with names that no longer exist.',
    }),
    'spf.too-many-hosts': (facts) => ({
      what: `“${text(facts, 'term')}” of ${text(facts, 'domain')} leads to more than ten mail hosts. A receiver gives up (permerror).`,
      next: 'Replace the term by ip4 and ip6 terms.',
    }),
    'spf.no-record-there': (facts) => ({
      what: `“${text(facts, 'term')}” of ${text(facts, 'domain')} leads to ${text(facts, 'target')}, which has no SPF record. The whole record counts as void (permerror).`,
      next: 'Remove the term, or correct the name in it.',
    }),
    'spf.unknown': (facts) => ({
      what: `DNS did not answer about ${text(facts, 'name')}, so SPF could not be evaluated (temperror).`,
    }),
    'spf.budget': (facts) => ({
      what: `The record leads to more questions than we ask in one check; at ${text(facts, 'name')} we stopped.`,
      next: 'Check again in a minute. If it stays so, the record asks too much of every receiver: name addresses instead of hosts.',
    }),
    'spf.lookups': (facts) => ({
      what: `The whole record takes ${lookups(facts)} of ${text(facts, 'most')} allowed.`,
    }),
    'spf.many-lookups': (facts) => ({
      what: `The whole record takes ${lookups(facts)} of ${text(facts, 'most')} allowed. The next service that you add, or that a service adds, may break it.`,
      next: 'Remove includes that you no longer need.',
    }),
    'spf.lookups-beyond': (facts) => ({
      what: `This address passes, but the whole record takes more than ${text(facts, 'most')} look-ups: for servers further back in it SPF is void (permerror).`,
      next: 'Remove includes that you no longer need, or replace a and mx by ip4 and ip6.',
    }),
    'spf.everybody': (facts) => ({
      what: `“${text(facts, 'term')}” lets everybody on the Internet send as ${text(facts, 'domain')}.`,
      next: 'Make it ~all or -all.',
    }),
    'spf.no-opinion': (facts) => ({
      what: `“${text(facts, 'term')}” says nothing about all other servers, so forged mail is treated as if there were no record.`,
      next: 'Make it ~all, later -all.',
    }),
    'spf.no-end': (facts) => ({
      what: `The record of ${text(facts, 'domain')} ends without all or redirect; everybody else is neutral.`,
      next: 'Put ~all at its end, later -all.',
    }),
    'spf.terms-after-all': (facts) => ({
      what: `Behind all nothing is looked at: ${text(facts, 'terms')} has no effect.`,
      next: 'Put all at the end.',
    }),
    'spf.ptr': (facts) => ({
      what: `“${text(facts, 'term')}” is slow and unreliable; RFC 7208 asks not to use it, and some receivers pass over it.`,
      next: 'Name addresses or hosts instead.',
    }),
    'spf.long': (facts) => ({
      what: `The record has ${text(facts, 'length')} characters; beyond ${text(facts, 'most')} the answer may not fit into one packet.`,
      next: 'Move a part into a sub-domain and include it.',
    }),
    'spf.modifiers': (facts) => ({
      what: `Receivers pass over what they do not know in the record: ${text(facts, 'names')}.`,
    }),
    'dkim.key': (facts) => ({
      what: `Selector ${text(facts, 'selector')}: RSA key of ${text(facts, 'bits')} bits.`,
    }),
    'dkim.ed25519': (facts) => ({
      what: `Selector ${text(facts, 'selector')}: Ed25519 key. Not every receiver can verify it.`,
      next: 'Sign with an RSA key of 2048 bits as well.',
    }),
    'dkim.short-key': (facts) => ({
      what: `Selector ${text(facts, 'selector')}: RSA key of only ${text(facts, 'bits')} bits.`,
      next: 'Make a key of 2048 bits under a new selector, sign with it, then empty the old one (p=).',
    }),
    'dkim.broken-key': (facts) => ({
      what: `Selector ${text(facts, 'selector')}: RSA key of ${text(facts, 'bits')} bits. Below 1024 a signature counts as none (RFC 8301).`,
      next: 'Make a key of 2048 bits under a new selector and sign with it.',
    }),
    'dkim.revoked': (facts) => ({
      what: `Selector ${text(facts, 'selector')}: the key is revoked (p= is empty). Signatures with it fail.`,
      next: 'If the server still signs with this selector, give it a new key under a new selector.',
    }),
    'dkim.unreadable': (facts) => ({
      what: `Selector ${text(facts, 'selector')}: the record ${keyTroubles[text(facts, 'why')] ?? 'cannot be read as a key'}. Signatures with it fail.`,
      next: 'Publish it anew. Long keys are often cut when they are pasted: the strings in the quotes are joined without blanks.',
    }),
    'dkim.several-records': (facts) => ({
      what: `Selector ${text(facts, 'selector')} has ${text(facts, 'count')} records. Which one a receiver takes is chance.`,
      next: 'Leave one; a new key gets a new selector.',
    }),
    'dkim.testing': (facts) => ({
      what: `Selector ${text(facts, 'selector')} is marked as a test (t=y). Receivers may treat its signatures as none.`,
      next: 'Take t=y out once signatures verify.',
    }),
    'dkim.sha1': (facts) => ({
      what: `Selector ${text(facts, 'selector')} allows only ${text(facts, 'hashes')}. Signatures with SHA-1 count as none (RFC 8301).`,
      next: 'Take h= out, or write h=sha256.',
    }),
    'dkim.other-service': (facts) => ({
      what: `Selector ${text(facts, 'selector')} is not for mail (s=${text(facts, 'services')}).`,
      next: 'Take s= out, or write s=email.',
    }),
    'dkim.none': (facts) => ({
      what: `There is no key at ${text(facts, 'name')}. Signatures with this selector fail.`,
      next: 'Publish the public key that your signing program printed, at this name.',
    }),
    'dkim.not-guessed': (facts) => ({
      what: `No selector was given, and none of the common ones has a key (${text(facts, 'tried')}). That does not mean that there is none.`,
      next: 'Give your selector: it stands behind s= in the DKIM-Signature field of a message that you sent. If there is no such field, your mail is not signed: set that up.',
    }),
    'dkim.every-name': () => ({
      what: 'DNS gives the same record for every selector, existing or not (a wildcard). What your key is cannot be guessed.',
      next: 'Give your selector, and take the wildcard out of _domainkey.',
    }),
    'dkim.unknown': (facts) => ({ what: `DNS did not answer about the keys of ${text(facts, 'domain')}.` }),
    'dmarc.enforced': (facts) => ({
      what: `The policy for ${text(facts, 'domain')} is ${text(facts, 'policy')}.`,
    }),
    'dmarc.policy-none': (facts) => ({
      what: `The policy for ${text(facts, 'domain')} is none: mail that only pretends to be yours is let through.`,
      next: 'Read the reports for some weeks; when all your own mail passes, go to quarantine, later to reject.',
    }),
    'dmarc.none': (facts) => ({
      what: `Nobody says what to do with forged mail of ${text(facts, 'domain')}: there is no DMARC record, there or above.`,
      next: 'Publish one with p=none and an address for reports, read them, then make it stricter. Domains that send much need it.',
    }),
    'dmarc.several-records': (facts) => ({
      what: `_dmarc.${text(facts, 'domain')} has ${text(facts, 'count')} DMARC records. With more than one, none counts.`,
      next: 'Leave one.',
    }),
    'dmarc.unreadable': (facts) => ({
      what: `The DMARC record at _dmarc.${text(facts, 'domain')} has no valid policy (p=), so it counts as none.`,
      next: 'Write p=none, p=quarantine or p=reject behind v=DMARC1.',
    }),
    'dmarc.inherited': (facts) => ({
      what: `${text(facts, 'domain')} has no record of its own; the one of ${text(facts, 'at')} counts (its organization is ${text(facts, 'organization')}).`,
    }),
    'dmarc.suffix': (facts) => ({
      what: `${text(facts, 'at')} says that others register names below it (psd=y).`,
    }),
    'dmarc.testing': (facts) => ({
      what: `The record of ${text(facts, 'domain')} is marked as a test (t=y): receivers act one step milder.`,
      next: 'Take t=y out when reports show nothing wrong.',
    }),
    'dmarc.removed-tags': (facts) => ({
      what: `The record of ${text(facts, 'domain')} has tags that no longer mean anything since RFC 9989: ${text(facts, 'tags')}.`,
      next: 'Take them out. What pct=0 was for is now t=y.',
    }),
    'dmarc.unknown-tags': (facts) => ({
      what: `Receivers pass over what they do not know, or what stands twice, in the record of ${text(facts, 'domain')}: ${text(facts, 'tags')}.`,
      next: 'Correct or remove it; often it is a slip of the keyboard.',
    }),
    'dmarc.wrong-values': (facts) => ({
      what: `Tags of the record of ${text(facts, 'domain')} have a value that is none of theirs, or are missing: ${text(facts, 'tags')}.`,
      next: 'Correct them; until then receivers take the mildest meaning.',
    }),
    'dmarc.no-reports': (facts) => ({
      what: `The record of ${text(facts, 'domain')} names no address for reports (rua), so you do not see who sends in your name.`,
      next: 'Add rua=mailto: and a mailbox that a program reads.',
    }),
    'dmarc.strange-uri': (facts) => ({
      what: `Reports cannot be sent to ${text(facts, 'uri')}.`,
      next: 'Write mailto: and one mailbox, several separated by commas.',
    }),
    'dmarc.reports-refused': (facts) => ({
      what: `${text(facts, 'host')} has not said that it takes reports about ${text(facts, 'domain')}, so nobody sends them there.`,
      next: 'Whoever runs that domain publishes the record; report services tell you how.',
    }),
    'dmarc.reports-unknown': (facts) => ({
      what: `DNS did not say whether ${text(facts, 'host')} takes reports about ${text(facts, 'domain')}.`,
    }),
    'dmarc.aligned': (facts) => ({
      what: `With ${text(facts, 'domain')} in From, SPF counts when MAIL FROM is ${alignment(facts, 'spf')}, DKIM when d= is ${alignment(facts, 'dkim')}.`,
    }),
    'dmarc.unknown': (facts) => ({
      what: `DNS did not answer about the DMARC policy of ${text(facts, 'domain')}.`,
    }),
    'mail-hosts.found': (facts) => ({
      what: `Mail for ${text(facts, 'domain')} goes to ${text(facts, 'hosts')}.`,
    }),
    'mail-hosts.address-only': (facts) => ({
      what: `${text(facts, 'domain')} has no MX record; mail goes to its own address instead. Many receivers take that for a domain without mail.`,
      next: 'Publish an MX record.',
    }),
    'mail-hosts.none': (facts) => ({
      what: `${text(facts, 'domain')} has neither MX nor address: nobody can answer your mail, and many receivers refuse such senders.`,
      next: 'Publish an MX record with a host that takes your mail.',
    }),
    'mail-hosts.no-domain': (facts) => ({
      what: `${text(facts, 'domain')} does not exist in DNS.`,
      next: 'Look for a slip in the name. If it is right, its registration may have run out, or its name servers are not set.',
    }),
    'mail-hosts.null': (facts) => ({
      what: `${text(facts, 'domain')} says that it takes no mail (null MX, RFC 7505). Mail from such a domain cannot be answered, and may be refused for that.`,
      next: 'If the domain sends, publish an MX record with a host that takes its bounces.',
    }),
    'mail-hosts.null-and-others': (facts) => ({
      what: `${text(facts, 'domain')} says that it takes no mail (null MX) and names mail hosts as well. Nobody can tell which is meant.`,
      next: 'Remove one of the two.',
    }),
    'mail-hosts.no-address': (facts) => ({
      what: `The mail host ${text(facts, 'host')} has no address.`,
      next: 'Give it one, or remove its MX record.',
    }),
    'mail-hosts.alias': (facts) => ({
      what: `The mail host ${text(facts, 'host')} is an alias (CNAME) of ${text(facts, 'target')}; RFC 2181 does not allow that, and some servers do not deliver.`,
      next: 'Let the MX record name the host itself.',
    }),
    'mail-hosts.literal': (facts) => ({
      what: `The MX record of ${text(facts, 'domain')} names an address, ${text(facts, 'host')}, where a host name belongs.`,
      next: 'Give the host a name and let MX name that.',
    }),
    'mail-hosts.not-public': (facts) => ({
      what: `The mail host ${text(facts, 'host')} has the address ${ip(facts)}, which lies in ${text(facts, 'block')} and cannot be reached from outside.`,
      next: 'Publish its public address; inner addresses belong in inner DNS.',
    }),
    'mail-hosts.more': (facts) => ({
      what: `Of ${text(facts, 'all')} mail hosts the first ${text(facts, 'asked')} were looked up.`,
    }),
    'mail-hosts.unknown': (facts) => ({
      what: `DNS did not answer about mail for ${text(facts, 'domain')}.`,
    }),
    'transport.none': (facts) => ({
      what: `${text(facts, 'domain')} has no MTA-STS policy: a sender that checks one has nothing to hold your servers to.`,
    }),
    'transport.enforced': (facts) => ({
      what: `Mail to ${text(facts, 'domain')} must be encrypted (MTA-STS, enforce).`,
    }),
    'transport.testing': (facts) => ({
      what: `The MTA-STS policy of ${text(facts, 'domain')} is in testing.`,
      next: 'When reports show no failures, go to enforce.',
    }),
    'transport.off': (facts) => ({
      what: `The MTA-STS policy of ${text(facts, 'domain')} is switched off (none).`,
    }),
    'transport.bad-record': (facts) => ({
      what: `${text(facts, 'name')} cannot be used: there must be one record, with an id of letters and digits.`,
      next: 'Publish one; change the id with every change of the policy.',
    }),
    'transport.unreachable': (facts) => ({
      what: `The policy at ${text(facts, 'url')} cannot be fetched: ${fetchTroubles[text(facts, 'why')] ?? `it answers ${text(facts, 'why').replace('status-', '')}`}.`,
      next: 'Serve it there by HTTPS, without redirect, or remove the TXT record.',
    }),
    'transport.redirect': (facts) => ({
      what: `${text(facts, 'url')} answers with a redirect (${text(facts, 'status')}), which nobody may follow (RFC 8461).`,
      next: 'Serve the policy at this very address.',
    }),
    'transport.certificate': (facts) => ({
      what: `The certificate of ${text(facts, 'host')} is not good for this name (${text(facts, 'why', 'unknown')}), so the policy does not count.`,
      next: 'Get a certificate for it from a public authority.',
    }),
    'transport.bad-policy': (facts) => ({
      what: `The policy at ${text(facts, 'url')} cannot be read: the line ${text(facts, 'line')} is missing or wrong.`,
      next: 'It needs version: STSv1 first, then mode, max_age and one mx for each host.',
    }),
    'transport.host-missing': (facts) => ({
      what: `The policy does not name ${text(facts, 'host')}, which is in your MX records.${facts['mode'] === 'enforce' ? ' Mail that would go there is not delivered.' : ''}`,
      next: 'Add the host to the policy, then change the id in the TXT record.',
    }),
    'transport.short': (facts) => ({
      what: `The policy is kept for ${text(facts, 'seconds')} seconds only, which protects hardly anybody.`,
      next: 'Set max_age to some weeks, such as 1209600.',
    }),
    'transport.unknown': (facts) => ({
      what: `Whether there is an MTA-STS policy could not be found out (${text(facts, 'name')}).`,
    }),
    'transport.reports': (facts) => ({
      what: `Failures are reported to ${text(facts, 'domain')} (TLS-RPT).`,
    }),
    'transport.no-reports': () => ({
      what: 'There is no address for reports about failed encryption (TLS-RPT).',
    }),
    'transport.bad-reports': (facts) => ({
      what: `${text(facts, 'name')} cannot be used: one record with rua=mailto: or rua=https: is needed.`,
      next: 'Correct it.',
    }),
    'transport.dane': () => ({
      what: 'DNS pins the certificates of the mail hosts (TLSA, for DANE). It counts only where their zones are signed with DNSSEC, which this check cannot prove.',
    }),
    'transport.dane-partly': (facts) => ({
      what: `${text(facts, 'host')} has no TLSA record, though other mail hosts of the domain have. Mail that goes there is not protected by DANE.`,
      next: 'Publish one for each host.',
    }),
    'transport.dane-unusable': (facts) => ({
      what: `Senders that check DANE cannot use the TLSA records of ${text(facts, 'host')}: ${tlsaTroubles[text(facts, 'why')] ?? text(facts, 'why')}.`,
      next: 'Publish 3 1 1 and the SHA-256 of the public key in the host’s certificate.',
    }),
    'transport.no-dane': () => ({ what: 'The mail hosts have no TLSA records (DANE).' }),
    'transport.dane-unasked': () => ({
      what: 'Whether the mail hosts have TLSA records (DANE) was not found out.',
    }),
    'lists.clean': (facts) => ({ what: `${ip(facts)} is not on ${text(facts, 'list')}.` }),
    'lists.listed': (facts) => ({
      what: `${ip(facts)} is on ${text(facts, 'list')} (${text(facts, 'code')}).`,
      next: `Only that list can remove it: ${text(facts, 'url')}`,
    }),
    'lists.refused-us': (facts) => ({
      what: `${text(facts, 'list')} did not answer us (${text(facts, 'code')}), so nothing is known.`,
    }),
    'lists.no-list': (facts) => ({
      what: `What answers for ${text(facts, 'list')} is no list (${text(facts, 'code')}), so nothing is known.`,
    }),
    'lists.unknown': (facts) => ({ what: `DNS did not answer about ${text(facts, 'list')}.` }),
  }),
}

/** Behind the term and its place. */
const mistakes: Readonly<Record<string, string>> = {
  'unknown-mechanism': 'is no mechanism that SPF knows',
  'bad-domain': 'has no valid domain behind the colon',
  'bad-address': 'has no valid address behind the colon',
  'bad-length': 'has no valid length behind the slash',
  'argument-missing': 'lacks what belongs behind the colon',
  'argument-given': 'has something behind it, which all never has',
  'modifier-twice': 'stands there twice',
  'bad-macro': 'has a macro that is none',
  'bad-character': 'has a character in it that no record may have',
}

const keyTroubles: Readonly<Record<string, string>> = {
  'no-key': 'has no key in it (p=)',
  'bad-version': 'begins with another version than v=DKIM1',
  'unknown-kind': 'has a kind of key (k=) that nobody verifies',
  'unreadable-key': 'has a key in it that is damaged',
  'tag-twice': 'has a tag in it twice',
}

const tlsaTroubles: Readonly<Record<string, string>> = {
  usage: 'mail uses the usages 2 and 3 only (RFC 7672)',
  selector: 'the selector is neither 0 nor 1',
  matching: 'the matching type is not 0, 1 or 2',
  length: 'the data is not as long as its matching type wants',
}

const fetchTroubles: Readonly<Record<string, string>> = {
  'no-address': 'the host has no address',
  'not-global': 'the host has an address that cannot be reached from outside',
  'too-large': 'it is larger than 64 KiB',
  late: 'it does not answer in time',
  unreachable: 'no connection',
}

function ip(facts: Facts): string {
  return text(facts, 'ip', 'the address')
}

function code(facts: Facts): string {
  const status = text(facts, 'status')
  return status === '' ? '' : ` (${text(facts, 'code')} ${status})`
}

function ends(facts: Facts): string {
  const at = factTime(facts, 'ends', 'en')
  return at === undefined ? '.' : `; by itself this ends ${at}.`
}

function again(facts: Facts): string {
  const at = factTime(facts, 'again', 'en')
  return at === undefined ? 'Try again tomorrow.' : `You can look it up again from ${at}.`
}

function lookups(facts: Facts): string {
  return facts['lookups'] === 1 ? '1 look-up' : `${text(facts, 'lookups', '0')} look-ups`
}

function better(facts: Facts): string {
  return text(facts, 'better', 'its own name')
}

function alignment(facts: Facts, what: string): string {
  return facts[what] === 's' ? `exactly ${text(facts, 'domain')}` : `in ${text(facts, 'organization')}`
}
