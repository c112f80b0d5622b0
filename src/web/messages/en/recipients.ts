import type { VouchEnd } from '../../../core/vouches/vouch.ts'
import { html, type Html } from '../../ui/html.ts'

/** The pages of people whose mailboxes are ours. */
export const recipients = {
  start: {
    title: 'Mail that you expected did not come',
    description: (provider: string) =>
      `For people with a mailbox at ${provider}: see which mail to you was refused lately, from whom and why.`,
    lead: (provider: string, days: number) =>
      `If your mailbox is at ${provider}, you can see which mail to you our servers refused in the last ${days} days: when, from which domain and server, and why.`,
    formTitle: 'Show that the mailbox is yours',
    mailbox: 'Your mailbox',
    mailboxHint: (domains: string) => `We send a link to it. It ends in ${domains}. There is no password.`,
    button: 'Send me the link',
    privacy: (letters: string) =>
      `Whoever asks learns nothing here: the page says the same whether or not there is such a mailbox. ${letters} We keep that you were here for some weeks.`,
    provider: (label: string) => `Sign in with ${label}`,
    providerTitle: 'Sign in with your account',
    providerLead:
      'If your mailbox has an account there, no letter is needed. You come back here signed in; we learn the mailbox of the account and no password.',
    letterTitle: 'Or by a letter',
    alsoTitle: 'What you do not find here',
    also: [
      'Mail in your junk folder: it arrived. Look there first.',
      'Mail that was taken and sent on, or thrown away by a rule of your own.',
      'Mail that the other side never sent, or that waits there. The sender has a bounce, or will get one.',
      'Mail to another mailbox of yours. One with a +tag counts as another: show that one.',
    ],
  },
  answer: {
    title: 'Almost there',
    lead: 'You are back from the sign-in provider.',
    goOn: 'Go on',
  },
  link: {
    title: 'See refused mail to you',
    lead: 'With this button the mailbox has shown itself, and you are signed in in this browser.',
  },
  places: { mail: 'Refused mail', vouches: 'Your vouches', case: 'Open a case' },
  as: (mailbox: Html) => html`You are here as ${mailbox}.`,
  leave: 'Sign out',
  mail: {
    title: 'Refused mail',
    mine: 'Mail to you that was refused',
    ofMailbox: (mailbox: string) => `Mail to ${mailbox} that was refused`,
    ofDomain: (domain: string) => `Mail to ${domain} that was refused`,
    lead: (days: number) =>
      `Within the last ${days} days, newest first. Our records hold no subject and no text, for refused mail never came in; of the sender they hold the domain and the server.`,
    caption: 'Refused mail, newest first',
    when: 'When',
    from: 'From',
    server: 'Server',
    why: 'Why',
    recipients: 'Recipients',
    nullSender: 'a report of a mail server (no sender)',
    unknownSender: 'several domains at once',
    delayed: 'asked to come again; usually it has come since',
    none: (days: number) => `Nothing was refused in the last ${days} days.`,
    noneBody:
      'Then the mail was not sent, waits at the other side, or is in your junk folder. When one server sends to very many people within a minute, not every recipient of it is recorded.',
    older: 'Older',
    otherTitle: 'Of a domain that you look after',
    otherLead:
      'You see when, from where and why, and of how many recipients. Name a mailbox to see what concerns it.',
    wholeDomain: (domain: string) => `All of ${domain}`,
    mailbox: 'A mailbox of your domains',
    show: 'Show',
  },
  refusal: {
    title: 'One refusal',
    back: 'All refused mail',
    to: 'To',
    status: 'Answer',
    signedBy: 'Signed by',
    unsigned: 'nobody, or no signature held',
    where: 'At',
    at: { rcpt: 'the recipient: nothing of the message had come yet', message: 'the end of the message' },
    waysTitle: 'What you can do, the best first',
    ways: {
      tell: 'Tell the sender by another way that it was refused. Behind the link in their bounce stands how they are let in again, for everybody.',
      case: 'If that does not help, let them make a code for you there, and',
      toCase: 'open a case with it',
      caseEnd: ': a person here looks at it.',
      vouch:
        'Vouch for the sender: their mail then reaches this mailbox, and nobody else’s. The form stands below.',
      noVouch: 'Vouching is not possible for this one.',
    },
    vouchTitle: 'Vouch for the sender',
    ofNetwork: (domain: Html, network: Html) =>
      html`Mail that says it is from ${domain} and comes from the network ${network} reaches this mailbox
      again, for the days that you choose.`,
    ofSignature:
      'Mail with a valid signature of this domain reaches this mailbox again, wherever it comes from, for the days that you choose.',
    doesTitle: 'What a vouch does, and what it does not',
    does: [
      'It counts for this mailbox alone. To everybody else here the sender is refused as before.',
      'It brings nothing back: what was refused has to be sent again.',
      'Mail that it lets pass is still looked at for spam, and may land in junk. Malware and phishing are refused whatever you vouch for.',
      'It does not help the sender anywhere else, and says nothing good about them to our judgement.',
      'The sender is not told. They notice that their mail arrives.',
      'It ends by itself, and you can take it back at any time.',
    ],
    networkCaution:
      'Who sends is only claimed here: another server of that network could use the same domain. Vouch only for mail that you expect.',
    domain: 'Domain',
    days: 'Days',
    daysHint: (most: number) => `From 1 to ${most}.`,
    button: 'Vouch for this sender',
  },
  vouches: {
    title: 'Your vouches',
    of: (mailbox: string) => `Vouches of ${mailbox}`,
    lead: 'Senders whose mail reaches this mailbox although it would be refused.',
    caption: 'Vouches, newest first',
    domain: 'From',
    where: 'Only from',
    signed: 'signed mail, wherever from',
    since: 'Since',
    until: 'Until',
    used: 'Let pass',
    usedTimes: (times: number, last: Html) =>
      times === 1 ? html`once, ${last}` : html`${String(times)} times, last ${last}`,
    unused: 'nothing yet',
    deed: 'Take back',
    withdraw: (domain: string) => `Take back ${domain}`,
    none: 'You vouch for nobody. A refusal in the list of refused mail is where a vouch begins.',
    made: (domain: string) => `You vouch for ${domain}`,
    madeBody:
      'The servers that take mail learn of it within seconds. Ask the sender to send the message again.',
    withdrawn: (domain: string) => `Your vouch for ${domain} is taken back`,
    withdrawnBody: 'Within seconds mail from there is refused to you as to everybody.',
    off: 'Vouching is switched off here at present: what stands below lets nothing pass.',
    ended: {
      withdrawn: 'taken back',
      revoked: 'ended by our postmasters',
      expired: 'ended by itself',
    } satisfies Record<VouchEnd, string>,
  },
  code: {
    title: 'A code for the recipient',
    lead: (provider: string) =>
      `The person you wrote to is a customer of ${provider} and is heard where you may not be. With a code from here they open a case for you, with the facts of the refusal in it.`,
    points: [
      'The code names nobody: neither you nor any mailbox. Nobody can guess it.',
      'Give it to the recipient by another way: telephone, another mailbox, a message.',
      'We do not tell you whether there is such a mailbox, nor who used the code.',
    ],
    make: 'Make the code',
    made: 'The code for the recipient',
    until: (when: Html) => html`It works until ${when}. Asked for again, it is the same.`,
    give: 'For example with these words:',
    letter: (address: string, code: string) =>
      `My mail to you was refused. Please open ${address}, show there that the mailbox is yours, choose “Open a case”, and enter this code: ${code}`,
    later: 'What becomes of it you notice when your mail arrives, or on the page of the refusal.',
    back: 'Back',
  },
  case: {
    title: 'Open a case',
    lead: 'For a sender whose mail to you is refused, and who gave you a case code. A person here looks at it.',
    code: 'Case code',
    codeHint: 'Four groups of four letters and digits; small letters will do.',
    text: 'What do you expect from this sender?',
    textHint:
      'Who they are, what kind of mail it is, and since when it does not come. Read by our postmasters only.',
    button: 'Open the case',
    seesTitle: 'Who sees what',
    sees: [
      'Our postmasters see your mailbox, your words, and the refusals on record of mail to you from there.',
      'The sender learns nothing of you: neither that you did this nor whether your mailbox exists.',
      'You get a page with your own part of the case and letters to this mailbox; what others write in it you do not see.',
    ],
  },
  console: {
    title: 'Vouches',
    lead: 'Recipients who let mail pass to their own mailbox that would be refused. A vouch lasts some days, counts for one mailbox, and says nothing of the sender’s reputation.',
    off: 'vouches.mode is off: none of these acts.',
    caption: 'Vouches, newest first',
    mailbox: 'Mailbox',
    domain: 'Domain',
    where: 'Network',
    signed: 'signed (DKIM)',
    refused: 'Refused',
    since: 'Since',
    until: 'Until',
    deed: 'End',
    active: 'In force',
    ended: 'Ended',
    state: 'State',
    older: 'Older',
    none: 'There are none.',
    about: (ip: string) => `Only those for the network of ${ip}`,
    all: 'Show all',
    revoke: 'End',
    revokeTitle: (domain: string) => `End the vouch for ${domain}?`,
    revokeLead: (mailbox: Html) =>
      html`Mail from there is refused to ${mailbox} as to everybody, within seconds. They see it on the page
      of their vouches, and cannot make it again for 30 days.`,
    revokeButton: 'End it',
    ofAddress: (count: number) =>
      count === 1
        ? 'One recipient vouches for mail from its network'
        : `${count} recipients vouch for mail from its network`,
    passed: 'passed: the recipient vouches',
  },
}
