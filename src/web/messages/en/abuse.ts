import { html, type Html } from '../../ui/html.ts'
import type { AbuseClass, ReportOutcome, ReportState } from '../../../core/abuse/report.ts'

/** A choice and what belongs to it. */
type Titled = readonly [title: string, hint: string]
/** A title and the paragraphs below it. */
type Told = readonly [title: string, first: string, ...more: string[]]

/** The abuse desk: mail of ours that somebody complains of. */
export const abuse = {
  form: {
    title: 'Report mail that came from us',
    description: (provider: string) =>
      `Somebody at ${provider} sent you spam, phishing or worse? Upload the message or paste its source; no account is needed.`,
    lead: (provider: string) =>
      `Somebody at ${provider} sent you spam, phishing or worse? Give us the message as it came, with its header: only the header shows which account it was.`,
    byMail: (address: Html) =>
      html`You can just as well send it as an attachment to ${address}. Both ways lead to the same desk.`,
    noScript:
      'Your browser runs no script, so it cannot work out the small sum that keeps robots away from this form. Please send the message as an attachment instead:',
    file: 'The message as a file',
    fileHint: '.eml is best. At most 25 MB, one message at a time. XARF reports (.json) are taken too.',
    source: 'Or its source, pasted',
    sourceHint:
      'Everything from the first “Received” or “Return-Path” line to the end; the header alone will do.',
    class: 'What is it?',
    classes: {
      spam: ['Spam', 'Advertising, or anything else that you did not ask for'],
      bulk: ['A newsletter that cannot be stopped', 'You unsubscribed, or there is no way to'],
      phish: ['Phishing or fraud', 'It wants passwords, codes or money, or pretends to be somebody'],
      malware: ['Malware', 'It carries or links to a harmful program'],
      harassment: ['Threats or harassment', 'In immediate danger please call the police first'],
      restricted: [
        'Abuse of children, or other unlawful content',
        'Only a few people may open such a report',
      ],
    } satisfies Record<AbuseClass, Titled>,
    mailbox: 'Your mailbox',
    mailboxHint:
      'We write there once, with a link to confirm it. Confirmed reports weigh more, and you get the outcome by mail. Use the mailbox that got the message.',
    consentTitle: 'What becomes of it',
    consent: (evidence: string, reports: string) => [
      'The message is copied to us whole: header, text, attachments and the way that it took.',
      'A program reads it first; people of our abuse desk may read it too. What we learn improves our filters.',
      `The message is stored encrypted and deleted after ${evidence}; the report without it, and your mailbox, after ${reports}.`,
      'Whoever sent the message never learns who reported it. Nothing is passed on to others, except where the law obliges us to.',
    ],
    submit: 'Send the report',
    howTitle: 'How to get at the message with its header',
    how: 'A screenshot or a plain “Forward” loses the header, and nothing can be traced without it.',
    howLink: 'What to press in Gmail, Outlook, Apple Mail, Thunderbird, QQ Mail and NetEase Mail',
  },
  byMail: {
    title: 'Please send it by mail instead',
    lead: 'Your browser ran no script, so nothing was kept. The same report works by mail, without a form. Attach the message to a new one and send it to:',
    how: 'Subject and text do not matter. You get an answer with a link to your report, if your mail is authenticated (SPF or DKIM).',
  },
  status: {
    title: 'Your report',
    road: ['Received', 'Examined', 'Closed'],
    states: {
      received: [
        'Your report is kept and will be looked at',
        'Reading it takes a few minutes at most. This page looks again by itself.',
      ],
      examining: [
        'Your report is being examined',
        'The message has been read and is counted with others like it. When the matter is decided, the outcome stands here.',
      ],
    } satisfies Record<Exclude<ReportState, 'closed'>, Titled>,
    outcomes: {
      acted: [
        'We have acted',
        'The message did come from an account of ours, and we have taken measures. What they are and whose account it is we tell nobody.',
        'Thank you. If more of it arrives, please report that too.',
      ],
      'no-violation': [
        'We found no violation',
        'The message came from an account of ours. A person looked at it and found nothing that breaks our rules.',
        'If you only want no more of it: unsubscribe with the link in the message, or block the sender in your mail program. Mail that comes after that is a violation; please report it.',
      ],
      'not-ours': [
        'The message did not come from us',
        'It names us, but none of our servers sent it. The sender’s address was most likely forged.',
      ],
      unproven: [
        'We could not trace the message',
        'Its header was missing, or had been changed on the way, so it proves nothing about any account of ours. No account was touched.',
        'If you still have the original, please report it once more, as a file.',
      ],
      duplicate: [
        'We know this message already',
        'The same message to the same recipient was reported before, and it counts once. Nothing is left for you to do.',
      ],
    } satisfies Record<ReportOutcome, Told>,
    elsewhere: 'Handed over to your mail system by',
    contact: 'Where to report it',
    noContact: 'the owner of that address; RDAP or WHOIS names their abuse mailbox',
    testTitle: 'A test report',
    test: 'It was read like any other, and nothing was counted.',
    reference: 'Reference',
    class: 'Reported as',
    received: 'Received',
    examined: 'Read',
    closed: 'Closed',
    confirmTitle: 'Confirm your mailbox',
    confirm:
      'We write to your mailbox now, unless it wants no letters from us or has had its share for the time being. Open the link in the letter and press the button; in another browser than the one you reported with, it wants this code:',
    keepTitle: 'Keep this address',
    keep: 'It is your receipt. Whoever has it sees what stands here and nothing more; there is no other way to this page.',
    another: 'Report another message',
  },
  confirm: {
    title: 'Confirm your report',
    lead: (provider: string) =>
      `Somebody gave this mailbox as theirs when they reported a message to ${provider}. If it was you, press the button.`,
    why: 'Then the report weighs as that of somebody who can be asked, and you get the outcome by mail.',
    codeLead: 'Type the code shown on the page of your report.',
    button: 'Yes, I reported it',
    notYou: 'It was not you? Close this page. Nothing happens, and we do not write again about this report.',
  },
  owner: {
    title: 'Your account was reported',
    account: 'Account',
    reported: 'Reported as',
    since: 'Since',
    reports: 'Reported messages',
    reportCount: (count: number) => (count > 10 ? `up to ${count}` : String(count)),
    suspendedTitle: 'Your account cannot send mail at present',
    suspended:
      'Mail to you still arrives. Nothing was deleted. Please do what stands below, then say so here.',
    warnedTitle: 'Mail of your account was reported as abuse',
    warned:
      'Your account still sends. If the reports go on, it will be stopped from sending; please do what stands below now.',
    releasedTitle: 'Your account sends mail again',
    released:
      'It may take a minute until all servers know. Messages refused meanwhile have to be sent again. If reports come again within thirty days, the account is stopped sooner.',
    askedTitle: 'A person will look at it',
    asked:
      'Thank you. This kind of report is decided by people; the account stays as it is until they have looked.',
    closedTitle: 'This is closed',
    closed: 'Nothing has to be done. The page stays here for your records.',
    actsTitle: 'What happened',
    acts: {
      notify: 'You were told',
      suspend: 'The account was stopped from sending',
      release: 'The account was released',
    },
    evidenceTitle: 'What was reported',
    evidence:
      'Messages that were led back to your account. Who reported them is not shown, and recipients are made unreadable.',
    evidenceHead: ['Subject', 'From', 'Recipient', 'Sent', 'From the address', 'Message-ID'],
    noEvidence: 'There is none that can be shown.',
    noSubject: '(no subject)',
    unknown: 'unknown',
    stepsTitle: 'What to do now',
    steps: [
      'If you did not send these messages, somebody knows your password. Change it, from a device that you trust, and everywhere else that you used it.',
      'Sign out all devices and programs; remove application passwords that you do not know.',
      'Look for rules and forwardings that you did not make, and remove them.',
      'Turn two-step sign-in on, if it is offered.',
      'Look through your devices and web sites (forms, plugins) for whatever sent the mail.',
    ],
    newsletter:
      'If you did send them: write only to people who asked for it, and let them unsubscribe with one click. Stop the list until that is so.',
    securedTitle: 'Done?',
    securedNow:
      'Tick the box and press the button when the cause is gone. The account may then send again at once. It works a limited number of times; after that a person decides.',
    securedLater:
      'Tick the box and press the button when the cause is gone. A person then looks at it before the account may send again.',
    gone: 'The cause is gone: I have done what stands above.',
    untickedBox: 'Nothing was done yet. Please tick the box below if the cause is gone.',
    button: 'I have secured it',
  },
}
