import type { Path, Who } from '../../../access/reasons.ts'
import type { AnalysisError, BounceReason, Kind, Recipient } from '../../../core/analysis/analysis.ts'

/** What a bounce says, in words: for the site and for `postern analyse`. */
export const analysis = {
  kinds: {
    bounce: 'A report that mail was not delivered, or not yet',
    reply: 'An answer of a mail server',
    feedback: 'A feedback report: a recipient complained, or authentication failed',
    xarf: 'An abuse report in the XARF format',
    headers: 'The header of a message',
    message: 'An ordinary message, no bounce',
    'auto-reply': 'An automatic reply, no bounce',
    unknown: 'Not recognised',
  } satisfies Record<Kind, string>,
  actions: {
    failed: 'Not delivered',
    delayed: 'Not delivered yet; the sending server keeps trying',
    delivered: 'Delivered',
    relayed: 'Handed on to a server that sends no reports',
    expanded: 'Delivered to a list and sent on to its members',
  } satisfies Record<Recipient['action'], string>,
  /** What happened. */
  reasons: {
    'ip-reputation':
      'The receiver refuses mail from the address of the sending server because of what it sent, or because it is on a block list.',
    'ip-rate': 'The sending server sent too much, too fast, or over too many connections.',
    'ip-policy':
      'The receiver does not take mail from such an address: its reverse name (PTR), its greeting (HELO) or the kind of its network does not satisfy it.',
    'domain-reputation':
      'The domain in the sender address, or one in the message, has a bad reputation with the receiver or is on a block list.',
    authentication:
      'SPF, DKIM or DMARC did not pass, so the receiver cannot tell that the mail comes from the domain it names.',
    content:
      'Something in the message was refused: it was taken for spam or malware, or its form breaks the rules of mail.',
    policy: 'A rule of the receiver forbids this mail. It does not say more.',
    'sender-address':
      'The receiver does not accept the sender address: it does not exist, cannot take replies, or is blocked.',
    'recipient-unknown': 'There is no such mailbox at the receiver.',
    'recipient-disabled': 'The mailbox exists but is closed, locked or no longer used.',
    'recipient-policy': 'The recipient, or the group they belong to, does not accept mail from this sender.',
    'mailbox-full': 'The mailbox is full.',
    'system-full': 'The receiving system has no space left.',
    'message-too-large': 'The message is larger than the receiver accepts.',
    'too-many': 'Too many recipients at once, or the mailbox gets mail faster than it may.',
    'host-unknown': 'The domain of the recipient does not exist, or takes no mail.',
    network: 'The server of the recipient could not be reached, or mail goes in circles.',
    expired: 'The sending server tried for a long time and did not get the message delivered.',
    'relay-denied': 'That server does not take mail for this domain, or not without a login.',
    tls: 'The two servers could not agree on encryption.',
    system: 'Something is wrong at the mail system that answered.',
    unknown: 'The text does not say why.',
  } satisfies Record<BounceReason, string>,
  /** What to do. */
  paths: {
    wait: 'Wait: the sending server tries again by itself.',
    portal: 'Ask for the removal of the address on the receiver’s delist page.',
    mail: 'Write to the receiver’s delist mailbox, with the whole bounce.',
    form: 'Fill in the receiver’s form for senders.',
    'third-party': 'Ask the operator of the block list for removal, after the cause is mended.',
    fix: 'Change something at the sending side, then send again.',
    recipient: 'Reach the recipient another way: only they or their administrator can change it.',
    'tenant-admin': 'Ask the administrator of the organisation that sent the message.',
    support: 'Ask the support of the service that sent the message.',
    address: 'Check the address of the recipient, and take it out of lists when it is gone.',
    remote: 'The receiving side has to mend this; tell its postmaster by another way if it matters.',
    none: 'Nothing can be advised from this text alone.',
  } satisfies Record<Path, string>,
  /** Who has to act. */
  whos: {
    sender: 'the sender’s administrator',
    provider: 'the sender’s own mail provider',
    recipient: 'the recipient',
    receiver: 'the administrator of the receiving system',
    'third-party': 'the operator of the block list',
    nobody: 'nobody',
  } satisfies Record<Who, string>,
  /** Where the address of the recipient is wrong, no administrator of the sender can know the right one. */
  author: 'whoever wrote the message',
  errors: {
    empty: 'The input is empty.',
    'nothing-found':
      'Neither a bounce nor a reply, a report or a header was found in it. Hand in the whole message, with its header.',
    'too-large': 'The input is larger than 10 MiB.',
    binary: 'This is no text and no message.',
    budget:
      'The message breaks a limit for its structure, such as parts, nesting or the length of its header, so it was not read.',
    time: 'Reading took too long and was stopped.',
    memory: 'Reading took too much memory and was stopped.',
    crash: 'Reading broke off; nothing can be said about this input.',
    busy: 'Too much is being read at the moment. Please try again.',
    unreadable: 'The file cannot be read.',
  } satisfies Record<AnalysisError, string>,
  labels: {
    recipient: 'recipient',
    code: 'code',
    command: 'in answer to',
    remote: 'said by',
    diagnostic: 'words',
    refused: 'refused address',
    happened: 'what happened',
    who: 'who must act',
    next: 'what to do next',
    ask: 'where',
    ours: 'our own refusal',
  },
  /** The page that takes a bounce. */
  page: {
    title: 'What does this bounce say?',
    description: 'Paste a bounce from any mail system: what happened, who must act, and what to do next.',
    lead: 'Paste a bounce, or hand in its file. It may come from any mail system and be about any receiver. The page says what happened, who must act and what to do next.',
    paste: 'Bounce, reply of a server, or line of a log',
    pasteHint: 'The whole message with its header is best; one line that begins with 550 or 451 will do.',
    file: 'Or the message as a file',
    fileHint: 'Such as .eml, at most 10 MiB.',
    kept: 'Nothing of it is kept.',
    button: 'Read it',
    resultTitle: 'What this bounce says',
    someone: 'Recipient not named',
    who: 'Who must act',
    next: 'What to do next',
    ask: 'Where',
    facts: 'What the bounce says word for word',
    check: 'Check the sender’s DNS and authentication here',
    cutTitle: 'One of its links leads to this site',
    cut: 'But it is cut off, or not one that we made, so it opens no record. What the address and the code say stands below.',
    old: 'But it is too old and opens no record any more. What the address and the code say stands below.',
    more: (count: number) => (count === 1 ? 'And one more recipient.' : `And ${count} more recipients.`),
    again: 'Read another bounce',
  },
  perhaps: 'By its words alone:',
  guess: {
    title: 'What this may mean',
    lead: 'No mail server speaks in this text: it has neither a code nor an address. By its words, this is what happened:',
    again: 'Paste the bounce itself for a sure answer',
  },
  derivedStatus: (status: string) => `${status} (inferred)`,
  case: (ip: string, at: string, proven: boolean) =>
    proven
      ? `Our edge refused ${ip} at ${at}; the link in the bounce opens the record.`
      : `The link says that ${ip} was refused at ${at}; there is no key here to prove it.`,
}
