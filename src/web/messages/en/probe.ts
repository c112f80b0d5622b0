import { html, type Html } from '../../ui/html.ts'
import type { FindingName, Section, Tone } from '../../../core/probes/finding.ts'
import type { ProbeLetter, ProbeRefused } from '../../../core/probes/probe.ts'

/** What a finding may mention. */
type Facts = Readonly<Record<string, string | number>>
/** What was found, and what it means or what to do. */
type Said = readonly [what: string, next: string]

/** The probe: send a message to an address and get a report. */
export const probe = {
  start: {
    title: 'Send us a test message',
    description: (provider: string) =>
      `Send a message to a one-time address and read how ${provider} sees it: SPF, DKIM, DMARC, reverse name, form.`,
    lead: (provider: string) =>
      `You get an address that takes one message. Send it from the server that you want to test, and read here how it looks to ${provider}.`,
    what: 'The report says',
    points: [
      'which address connected, its reverse name, its greeting and whether the session was encrypted;',
      'SPF, DKIM, DMARC and ARC, each with the domain it is about and whether that fits the From address;',
      'whether the message keeps to the form that mail servers expect;',
      'whether readers can unsubscribe with one click, for newsletters;',
      'whether we would refuse mail from that address.',
    ],
    button: 'Get an address',
    valid: (valid: string, kept: string) =>
      `The address takes one message within ${valid}. The report is kept for ${kept}; then it is deleted. The text of the message is neither kept nor shown.`,
    listed: 'Refused senders get through too: nothing on our list stands before a test address.',
    again: 'Another address',
  },
  waiting: {
    title: 'Waiting for your message',
    send: 'Send one message to this address:',
    how: 'Send it from the mail server or the program that you want to test, in the way in which it usually sends. What the message says does not matter.',
    until: (when: Html) => html`The address takes a message for a limited time; it expires ${when}.`,
    refresh: 'This page looks again by itself, about every ten seconds.',
    look: 'Look again now',
    keep: 'Keep the address of this page: it is the only way to the report.',
    expiredTitle: 'No message came',
    expired:
      'The address has expired. If your server reported a bounce, it says why the message did not reach us.',
  },
  report: {
    title: 'Report on your test message',
    arrived: (when: Html) => html`The message came on ${when}.`,
    kept: (when: Html) => html`Whoever has the address of this page can read it until ${when}.`,
    goodTitle: 'Nothing to mend',
    good: 'We found nothing that would keep this message from readers.',
    warningTitle: (count: number) =>
      count === 1 ? 'One thing is worth a look' : `${count} things are worth a look`,
    warning: 'Nothing is broken. What is marked below makes delivery more certain.',
    badTitle: (count: number) =>
      count === 1 ? 'One thing has to be mended' : `${count} things have to be mended`,
    bad: 'Receivers refuse mail like this or put it into junk. What to do stands beside each point.',
    refusedTitle: 'Your message was refused',
    refused: {
      'bare-newline':
        'A line did not end with CR LF: a CR or an LF stood alone (RFC 5321 §2.3.8). Such messages are refused, because two servers can read them as different messages. Let the program that writes the message end every line with CR LF.',
      'too-large': 'A test message may have 2 MiB at most. Send one without attachments.',
      unreadable:
        'The message breaks a limit for its structure, such as nesting, the number of parts or the length of the header. Send a plain one.',
    } satisfies Record<ProbeRefused, string>,
    decisionTitle: 'Our decision about this sender',
    decisionPass: (ip: string) =>
      `Mail from ${ip} is accepted: no listing and no rule of ours stands against it now.`,
    decisionReject: (ip: string) => `Mail from ${ip} to our users is refused.`,
    decisionDefer: (ip: string) => `Mail from ${ip} to our users is put off for a while.`,
    decisionObserved: (ip: string) =>
      `Mail from ${ip} is accepted. If we acted on everything, it would not be.`,
    decisionUnknown: 'Which address the message came from is not known, so there is no decision to show.',
    decisionMore: 'The state of this address, and what to do',
    check: 'Check this domain and address in DNS, with the records to publish',
    letterTitle: 'Answer by mail',
    letter: {
      queued: 'A short letter with the link to this report is on its way to the From address.',
      'over-budget': 'No letter: the From address has had its share of letters for today.',
      suppressed: 'No letter: the reader of the From address wants none from us.',
      unsafe:
        'No letter: either SPF or DKIM does not show that the message is from the From address, or it is list or automatic mail, which we never answer.',
    } satisfies Record<ProbeLetter, string>,
    envelopeTitle: 'How a reader sees it',
    rows: {
      from: 'From',
      name: 'Name shown',
      replyTo: 'Answers go to',
      sender: 'Sender',
      mailFrom: 'Envelope sender (bounces go there)',
      nullSender: 'none (a bounce or an automatic message)',
      ip: 'Connecting address',
      helo: 'Greeting (HELO)',
      reverse: 'Reverse name',
      tls: 'Encryption',
      size: 'Size',
      none: 'none',
      unknown: 'not known',
      plain: 'none',
    },
    size: (bytes: string) => `${bytes} bytes`,
    signaturesTitle: 'Signatures',
    signatures: {
      caption: 'DKIM signatures of the message',
      domain: 'Domain',
      selector: 'Selector',
      result: 'Result',
      key: 'Key',
      signed: 'Signed fields',
    },
    bits: (bits: number) => `${bits} bits`,
    sections: {
      connection: 'Connection',
      authentication: 'Authentication',
      envelope: 'Sender as readers see it',
      form: 'Form of the message',
      list: 'Unsubscribing',
    } satisfies Record<Section, string>,
    tones: { good: 'good', info: 'note', warning: 'look', bad: 'mend' } satisfies Record<Tone, string>,
  },
  findings: {
    'client-unknown': () => [
      'Which address the message came from is not known.',
      'It came through a mail server of ours that does not say. SPF and the reverse name could not be checked; this is not your fault.',
    ],
    'reverse-good': ({ ip, name }) => [`${ip} has the reverse name ${name}, and the name leads back.`, ''],
    'reverse-missing': ({ ip }) => [
      `${ip} has no reverse name.`,
      'Many receivers refuse mail from addresses without one. Whoever provides the address can set the PTR record; give it the name that your server greets with.',
    ],
    'reverse-unconfirmed': ({ ip, name }) => [
      `The reverse name of ${ip} is ${name}, but that name does not lead back to the address.`,
      'Give the name an A or AAAA record with this address, or change the PTR record to a name that has one.',
    ],
    'reverse-unsure': ({ ip }) => [
      `The reverse name of ${ip} could not be looked up just now.`,
      'DNS did not answer. Send another test message later.',
    ],
    'helo-good': ({ helo }) => [`The server greets as ${helo}, which is its confirmed name.`, ''],
    'helo-own': ({ helo }) => [
      `The server greets as ${helo}, which is not the confirmed name of its address.`,
      'That is allowed. It is clearer for receivers when both are the same (myhostname in Postfix).',
    ],
    'helo-no-name': ({ helo }) => [
      `The server greets as ${helo}, which is not a full host name.`,
      'Set its host name to a name with a domain that exists in DNS (RFC 5321 §4.1.1.1): myhostname in Postfix, primary_hostname in Exim.',
    ],
    'helo-unknown': () => [
      'How the server greeted is not known.',
      'The mail server before us does not pass it on.',
    ],
    'tls-good': ({ version, cipher }) => [
      `The session was encrypted (${[version, cipher].filter(Boolean).join(', ')}).`,
      '',
    ],
    'tls-old': ({ version }) => [
      `The session used ${version}, which is out of date.`,
      'Allow TLS 1.2 and 1.3 for outgoing mail; the versions before are retired (RFC 8996).',
    ],
    'tls-none': () => [
      'The session was not encrypted.',
      'Turn on opportunistic TLS for outgoing mail: smtp_tls_security_level = may in Postfix.',
    ],
    'tls-unknown': () => [
      'Whether the session was encrypted is not known.',
      'No mail server of ours wrote it down.',
    ],
    'spf-pass': ({ domain }) => [`SPF passes for ${domain}, which fits the From address.`, ''],
    'spf-pass-elsewhere': ({ domain, from }) => [
      `SPF passes for ${domain}, but From says ${from}.`,
      'For DMARC it does not count, so DKIM of the From domain has to. Use an envelope sender in the From domain where you can.',
    ],
    'spf-none': ({ domain }) => [
      `${domain || 'The domain of the envelope sender'} has no SPF record.`,
      'Publish a TXT record such as v=spf1 ip4:192.0.2.45 -all that names your sending servers.',
    ],
    'spf-neutral': ({ domain }) => [
      `The SPF record of ${domain} says nothing about this address (neutral).`,
      'Add the sending server to the record, and end it with ~all or -all.',
    ],
    'spf-softfail': ({ domain }) => [
      `The SPF record of ${domain} says that this server probably may not send for it (softfail).`,
      'Add the sending server to the record.',
    ],
    'spf-fail': ({ domain }) => [
      `The SPF record of ${domain} says that this server may not send for it (fail).`,
      'Add the sending server to the record, or send through a server that is in it.',
    ],
    'spf-permerror': ({ domain }) => [
      `The SPF record of ${domain} is broken (permerror).`,
      'Common causes: two records, a mistake in the syntax, or more than ten DNS look-ups. The check of the domain shows the place.',
    ],
    'spf-temperror': ({ domain }) => [
      `SPF of ${domain} could not be checked: DNS did not answer in time.`,
      'Send another test message later. If it happens again, look at the name servers of the domain.',
    ],
    'dkim-none': () => [
      'The message has no DKIM signature.',
      'Let your server sign for the domain in From, with a key of 2048 bits. Without a signature, mail that is forwarded loses its proof.',
    ],
    'dkim-pass': ({ domain, selector, bits }) => [
      `The signature of ${domain} (selector ${selector}${bits ? `, ${bits} bits` : ''}) is valid and fits the From address.`,
      '',
    ],
    'dkim-pass-elsewhere': ({ domain, from }) => [
      `The signature of ${domain} is valid, but From says ${from}.`,
      'For DMARC it does not count. Let the message be signed for the From domain too.',
    ],
    'dkim-fail': ({ domain, selector, why }) => [
      `The signature of ${domain} (selector ${selector}) does not verify${why ? `: ${why}` : ''}.`,
      'Either the key in DNS is not the one that signs, or something changed the message after it was signed: a filter, a footer, a gateway.',
    ],
    'dkim-temperror': ({ domain, selector }) => [
      `The key of ${domain} (selector ${selector}) could not be looked up just now.`,
      'Send another test message later. If it happens again, look at the name servers of the domain.',
    ],
    'dkim-weak-key': ({ domain, bits }) => [
      `The key of ${domain} has only ${bits} bits.`,
      'Signatures by keys below 1024 bits count for nothing (RFC 8301). Make a new key of 2048 bits under a new selector.',
    ],
    'dkim-small-key': ({ domain, bits }) => [
      `The key of ${domain} has ${bits} bits.`,
      'It still counts. Change to 2048 bits under a new selector.',
    ],
    'dkim-sha1': ({ domain }) => [
      `The signature of ${domain} uses SHA-1.`,
      'Such signatures count for nothing (RFC 8301). Set the signer to rsa-sha256.',
    ],
    'dkim-part': ({ domain }) => [
      `The signature of ${domain} covers only the beginning of the body (l=).`,
      'Anybody can add to such a message. Turn the length tag off in the signer. Here such a signature does not count.',
    ],
    'dkim-unsigned': ({ domain, fields }) => [
      `The signature of ${domain} leaves out ${fields}.`,
      'What is not signed can be changed on the way. Let the signer cover From, To, Subject, Date and Message-ID.',
    ],
    'dmarc-pass': ({ domain, policy }) => [
      `DMARC passes for ${domain}${policy ? ` (policy ${policy})` : ''}.`,
      '',
    ],
    'dmarc-aligned': () => [
      'SPF or DKIM fits the From address, so DMARC would pass if there were a record.',
      '',
    ],
    'dmarc-none': ({ domain }) => [
      `${domain || 'The From domain'} has no DMARC record.`,
      'Publish one at _dmarc, at first v=DMARC1; p=none with an address for reports. Large receivers ask for it from whoever sends much.',
    ],
    'dmarc-fail': ({ domain, policy }) => [
      `DMARC fails for ${domain}${policy ? ` (policy ${policy})` : ''}.`,
      'Neither SPF nor DKIM passed for the domain in From. Mend one of them, better DKIM; with a policy of reject this message is refused.',
    ],
    'dmarc-permerror': ({ domain }) => [
      `The DMARC record of ${domain} cannot be used, or From does not name one author.`,
      'The check of the domain shows what is wrong with the record.',
    ],
    'dmarc-temperror': ({ domain }) => [
      `DMARC of ${domain} could not be checked: DNS did not answer in time.`,
      'Send another test message later.',
    ],
    'dmarc-monitor': ({ domain }) => [
      `The DMARC policy of ${domain} is none: forged mail is not refused.`,
      'Once the reports show that all your own mail passes, go on to quarantine or reject.',
    ],
    'arc-pass': ({ sealer, instances }) => [
      `The ARC chain is intact (${instances} ${instances === 1 ? 'set' : 'sets'}, last sealed by ${sealer}).`,
      'The message was passed on by servers that wrote down what they found.',
    ],
    'arc-broken': ({ sealer, why }) => [
      `The ARC chain is broken${why ? `: ${why}` : ''}${sealer ? ` (last sealed by ${sealer})` : ''}.`,
      'Something changed the message after it was sealed. For mail that you send yourself, ARC is not needed.',
    ],
    'name-address': ({ name, from }) => [
      `The name shown holds another address (${name}) than From (${from}).`,
      'Phishing does this, so filters punish it. Use the name of a person or of the organisation.',
    ],
    'name-invisible': () => [
      'The name shown holds characters that cannot be seen or that turn the text around.',
      'Phishing does this, so filters punish it. Take them out.',
    ],
    'name-mixed': ({ name }) => [
      `The name shown mixes letters of several alphabets in one word (${name}).`,
      'Look-alikes are used for phishing. Write each word in one alphabet.',
    ],
    'from-no-mail': ({ domain }) => [
      `${domain} takes no mail.`,
      'It has neither an MX nor an address record, so nobody can answer. Many receivers refuse such senders.',
    ],
    'reply-elsewhere': ({ domain, from }) => [
      `Answers go to ${domain}, while From says ${from}.`,
      'Fraud works like this. If it is meant, make it plain in the message; better use one domain.',
    ],
    'return-elsewhere': ({ domain, from }) => [
      `Bounces go to ${domain}, while From says ${from}.`,
      'Usual with a sending service. SPF then speaks for the service; your own domain has to sign with DKIM.',
    ],
    'return-null': () => [
      'The envelope sender is empty.',
      'Only bounces and automatic messages should have none. A usual message should name a mailbox that takes bounces.',
    ],
    'envelope-good': ({ from }) => [`From is plain, and ${from || 'its domain'} takes answers.`, ''],
    'from-missing': () => [
      'The message has no From field.',
      'Every message must have exactly one (RFC 5322 §3.6). Let the program that writes it set From.',
    ],
    'from-repeated': ({ count }) => [
      `The message has ${count} From fields.`,
      'One is allowed. Readers and filters may look at different ones, so such mail is refused in many places.',
    ],
    'from-invalid': () => [
      'The From field holds no mailbox that can be read.',
      'Write it as Name <user@example.org>, with quotes around a name that has commas or dots.',
    ],
    'from-several': ({ count, sender }) => [
      `From names ${count} mailboxes${sender ? '' : ', and there is no Sender field'}.`,
      'Allowed with a Sender field (RFC 5322 §3.6.2), but many receivers refuse it. Name one author.',
    ],
    'date-missing': () => ['The message has no Date field.', 'Every message must have one (RFC 5322 §3.6).'],
    'date-invalid': () => [
      'The Date field is no valid date.',
      'It looks like this: Mon, 4 May 2026 10:15:30 +0200 (RFC 5322 §3.3).',
    ],
    'date-off': ({ late }) => [
      `The Date field is ${span(Number(late))} ${Number(late) > 0 ? 'before' : 'after'} the moment at which the message came.`,
      'Let the sending machine set its clock by NTP, or look for mail that waited in a queue.',
    ],
    'message-id-missing': () => [
      'The message has no Message-ID.',
      'Let the program that writes it set one (RFC 5322 §3.6.4). Without it threads break, and filters distrust the message.',
    ],
    'message-id-invalid': () => [
      'The Message-ID has not the form <something@domain>.',
      'Spaces, missing brackets or a second @ are the usual slips (RFC 5322 §3.6.4).',
    ],
    'fields-repeated': ({ fields }) => [
      `Fields that may stand once stand more often: ${fields}.`,
      'Two programs set the same field. Readers and filters may look at different ones, so such mail is refused in many places.',
    ],
    'header-broken': () => [
      'A line of the header is neither a field nor the continuation of one.',
      'Every field is Name: value; what follows on another line begins with a space. Often a line break slipped into a value.',
    ],
    'header-eight-bit': () => [
      'The header holds characters beyond ASCII that are not encoded.',
      'Encode them (RFC 2047: =?utf-8?Q?…?=). Bare they are allowed with SMTPUTF8 only.',
    ],
    nul: () => ['The message holds a NUL byte.', 'Such messages are refused in many places (RFC 5322 §2.2).'],
    'lines-long': ({ count, longest }) => [
      `${count} ${count === 1 ? 'line is' : 'lines are'} longer than 998 octets (the longest has ${longest}).`,
      'Mail servers cut such lines, which breaks signatures. Encode the body as quoted-printable or base64 (RFC 5322 §2.1.1).',
    ],
    'subject-missing': () => [
      'The message has no subject.',
      'That is allowed; readers and filters like to see one.',
    ],
    'recipients-missing': () => [
      'The message names no recipient (no To, Cc or Bcc).',
      'That is allowed; filters like to see one.',
    ],
    'mime-version-missing': () => [
      'The message uses MIME, but the field MIME-Version: 1.0 is missing.',
      'Without it, readers may show the parts as plain text (RFC 2045 §4).',
    ],
    'mime-type-invalid': () => [
      'Content-Type has not the form type/subtype.',
      'For a plain text: text/plain; charset=utf-8 (RFC 2045 §5.1).',
    ],
    'mime-boundary-missing': () => [
      'A message in several parts names no boundary.',
      'Readers cannot tell its parts apart (RFC 2046 §5.1.1).',
    ],
    'mime-boundary-unused': () => [
      'The boundary that the header names does not stand in the body.',
      'Readers see no part of it. The header and the body were probably made by two programs.',
    ],
    'mime-not-closed': () => [
      'The last part is not closed with the boundary and two hyphens.',
      'Something was cut off, or the program forgot the end (RFC 2046 §5.1.1).',
    ],
    'mime-encoding-unknown': () => [
      'Content-Transfer-Encoding names an encoding that does not exist.',
      'There are 7bit, 8bit, binary, quoted-printable and base64 (RFC 2045 §6.1).',
    ],
    'mime-encoding-of-multipart': () => [
      'A message in several parts is encoded as a whole.',
      'Each part has its own encoding; the whole has 7bit, 8bit or binary (RFC 2045 §6.4).',
    ],
    'mime-bytes-undeclared': () => [
      'The body has bytes beyond ASCII, but is declared as 7bit.',
      'Declare 8bit, or encode as quoted-printable; else a server on the way may change it and break the signature.',
    ],
    'mime-charset-unknown': () => ['The charset of the text is not a known one.', 'Use utf-8.'],
    'mime-html-only': () => [
      'The message has HTML and no plain text.',
      'That is allowed. A plain text beside it (multipart/alternative) helps some readers and filters.',
    ],
    'form-good': () => ['Date, From, Message-ID, line lengths and MIME are as they should be.', ''],
    'list-none': () => [
      'There is no List-Unsubscribe field.',
      'For letters between people none is needed. Newsletters and other bulk mail need it.',
    ],
    'list-bulk-none': () => [
      'The message says that it is list or bulk mail, but has no List-Unsubscribe field.',
      'Add List-Unsubscribe with an https address, and List-Unsubscribe-Post (RFC 8058).',
    ],
    'list-mail-only': () => [
      'Unsubscribing works by mail only.',
      'Add an https address and List-Unsubscribe-Post: List-Unsubscribe=One-Click, so that a reader can leave with one click (RFC 8058).',
    ],
    'list-no-post': () => [
      'There is no List-Unsubscribe-Post field.',
      'Add List-Unsubscribe-Post: List-Unsubscribe=One-Click, and take a POST at the https address (RFC 8058).',
    ],
    'list-post-invalid': () => [
      'List-Unsubscribe-Post has another value than List-Unsubscribe=One-Click.',
      'It must stand once and be exactly that (RFC 8058 §3.1).',
    ],
    'list-no-https': () => [
      'One-click unsubscribing is announced, but List-Unsubscribe has no https address.',
      'Add one in angle brackets that takes a POST (RFC 8058 §3.1). A mailto or http address does not do.',
    ],
    'list-unsigned': () => [
      'List-Unsubscribe and List-Unsubscribe-Post are not both covered by a valid DKIM signature.',
      'Without that no mail program offers the click (RFC 8058 §4). Add both names to the fields that are signed.',
    ],
    'list-one-click': ({ host }) => [
      `One-click unsubscribing is announced as it should be (at ${host}).`,
      'The button of a mail program sends POST List-Unsubscribe=One-Click to the https address, without cookies; it must work without any further question. We do not press it.',
    ],
  } satisfies Record<FindingName, (facts: Facts) => Said> as Record<FindingName, (facts: Facts) => Said>,
}

/** `3 hours`, `2 days`. */
function span(ms: number): string {
  const hours = Math.abs(ms) / 3_600_000
  if (hours < 2) return `${Math.max(1, Math.round(hours * 60))} minutes`
  return hours < 48 ? `${Math.round(hours)} hours` : `${Math.round(hours / 24)} days`
}
