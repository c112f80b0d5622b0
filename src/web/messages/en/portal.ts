import { html, type Html } from '../../ui/html.ts'
import type { LimitWords } from '../limit-words.ts'

/** The delist portal: one address, one mailbox, one button. */
export const portal = {
  steps: { ask: 'Ask', prove: 'Prove', press: 'Press the button', result: 'Result' },
  stepStates: { done: 'done', now: 'you are here', ahead: 'to come' },
  form: {
    title: 'Delist an IP address',
    description:
      'Ask us to accept mail from an IP address again. Free, without an account, usually done in two minutes.',
    lead: 'For one address at a time. It is free, needs no account, and works whether you run the mail server or only use it.',
    fromCase: (ip: string) =>
      `You came here from the refusal of ${ip}. That counts as proof that your mail server really talked to ours.`,
    ip: 'IP address that was refused',
    ipHint: 'The one in brackets in the bounce, for example [192.0.2.45]. Not your own computer’s.',
    mailbox: 'Your mailbox',
    mailboxHint:
      'We write to it once, with a link. Any mailbox that you can read will do; it need not be on the refused server.',
    note: 'What did you find, and what did you change?',
    noteHint: 'One or two sentences help if a person has to decide. Nobody but our postmasters reads them.',
    statement:
      'I am responsible for this address, or act for whoever is, and I have made sure that no more unwanted mail leaves it.',
    wantsLetter: 'Write to me when it is done',
    submit: 'Ask for removal',
    working: 'Your browser is working out a small sum, which keeps robots away. It takes a second or two.',
    noScript:
      'Your browser runs no script, so we do not write first: after sending this form you will see an address to write to instead.',
    privacy: (days: number) =>
      `We keep the mailbox and your words with the request for ${days} days, show them to our postmasters only, and use them for nothing else.`,
  },
  request: {
    title: (ip: string) => `Request for ${ip}`,
    mailTitle: 'Now open the link in our letter',
    mailLead: (mailbox: string) =>
      `We write to ${mailbox} now, unless it wants no letters from us or has had its share for the time being. Open the link in the letter.`,
    codeTitle: 'Reading the letter on another device?',
    codeLead:
      'Then the page behind the link asks for this code. It is not in the letter, so keep this page open or note it:',
    writeInstead: (mailbox: Html) =>
      html`Or write from that mailbox to ${mailbox}, whatever you like: that shows it as the letter would.
      Then reload this page.`,
    notArrivedEnd:
      'If your mailbox lies on the refused server and cannot get our letter, use one of the other ways below: they need none.',
    writeTitle: 'Now write to us',
    writeLead: (mailbox: string) =>
      `Send a message from ${mailbox} to the address below. Subject and text do not matter. The message must be authenticated for its From domain (SPF or DKIM).`,
    writeAfter: 'Then come back to this page and reload it. No reply will come.',
    until: (far: string, when: Html) => html`This request ends ${far}, on ${when}.`,
    others: 'Other ways to prove it',
    othersLead: 'Any one of these shows that you control the address. Then this page has the button.',
    txtTitle: 'By DNS',
    txtLead: (ip: string) => `Publish this TXT record at the reverse DNS name (PTR) of ${ip}:`,
    txtButton: 'I have published it, look now',
    httpTitle: 'By a file',
    httpLead: 'Serve a text file with this content at this address (port 80, no redirect):',
    httpButton: 'I have put it there, look now',
    smtpTitle: 'By mail from the address',
    smtpLead: (delist: string) =>
      `From the refused server send a message with this line anywhere in it to ${delist}. That mailbox accepts mail from refused addresses too.`,
    notFound: 'We looked and did not find it yet.',
    notFoundAt: 'We looked at:',
    temperror: 'DNS did not answer just now. That is nobody’s fault; please try again in a minute.',
    noPtr:
      'The address has no reverse DNS name, so there is no place for a TXT record. Use one of the other ways, and ask whoever provides your connection for a PTR record: many receivers require one.',
    provenTitle: 'Proven. One press left',
    provenLead: (ip: string) =>
      `Thank you, that is proof enough. Press the button and we accept mail from ${ip} again.`,
    button: 'Delist IP',
    needCodeTitle: 'Open your request',
    needCode:
      'Type the six-character code that the page showed when you asked. This browser does not know it.',
    code: 'Code',
    codeHint: 'Six letters and digits, for example 7K2M9Q. Capitals do not matter.',
    open: 'Open',
    burnedTitle: 'Too many wrong codes',
    burned: 'This request cannot be used any more. Nothing was changed. Please ask again.',
    expiredTitle: 'This request has run out',
    expired: 'Nothing was changed. Please ask again; it takes a minute.',
    again: 'Ask again',
  },
  confirm: {
    title: (ip: string) => `Delist ${ip}`,
    lead: (ip: string) => `You are about to ask us to accept mail from ${ip} again.`,
    personTitle: (ip: string) => `Send the request for ${ip}`,
    personLead: (ip: string, term: string) =>
      `No button lifts this listing: a person decides about ${ip}, within ${term}. You get the answer by mail; until then its mail stays refused.`,
    toPerson: 'Send it to a person',
    reminder:
      'Press only if you have stopped what caused it. If unwanted mail comes again, the address is listed again, sooner and for longer.',
    notYou: 'You did not ask for this? Close the page. Nothing happens.',
    codeLead: 'This is not the browser in which you asked. Please type the code that was shown there.',
    wrong: (left: number) =>
      left === 0
        ? 'The code is wrong, and that was the last try. Please ask again.'
        : `The code is wrong. ${left === 1 ? 'One try is left' : `${left} tries are left`}.`,
  },
  result: {
    delistedTitle: (ip: string) => `${ip} is delisted`,
    delistedLead:
      'The listing has ended. It takes effect at each of our mail servers as soon as it says so here.',
    edges: 'Our mail servers',
    edge: 'Server',
    applied: 'Accepts you since',
    waiting: 'not yet; usually within a second',
    noEdges:
      'No mail server of ours is connected at the moment. Each takes over the change as soon as it is back.',
    next: 'What happens next',
    first: 'First message let through',
    firstWaiting:
      'Nothing from this address has come yet. Send a message, or let your server try its queue again; this page shows it.',
    firstAt: (edge: string, queueId: string) => `by ${edge}, queue id ${queueId}`,
    byGate: 'Let through by the gate. Other filters (content, recipient) can still judge the message itself.',
    accepted: 'Accepted by the mail server',
    refusedAgain: 'Refused again',
    refusedAgainLead:
      'Mail from this address has been refused since the removal. Look at the record to see why.',
    seeRecord: 'See the state of the address',
    probation:
      'This is a fresh start on probation: only what we receive from now on counts. If the cause is still there, the address will be listed again, for longer.',
    notListedTitle: (ip: string) => `${ip} is not listed`,
    notListedLead: 'We refuse nothing from this address at the moment, so there was nothing to remove.',
    notListedIdeas: 'What else it can be',
    ideas: [
      'The listing ended by itself in the meantime. Send the message again.',
      'Another address of yours sends the mail. Use the one in brackets in the bounce.',
      'The recipient, or a filter after us, refused the message: then the code in the bounce is another one.',
      'Another provider refused it. Look at the host name in the bounce.',
    ],
    coolDownTitle: 'Not yet: this address was delisted lately',
    coolDownLead: ({ most, within }: LimitWords) =>
      `An address can be removed by its sender ${most === '1' ? 'once' : `${most} times`} in ${within}. It was listed again since the last removal, so something still sends unwanted mail.`,
    coolDownAgain: 'You can press again',
    coolDownEnds: 'The listing also ends by itself; its record says when.',
    reviewTitle: 'A person will look at it',
    reviewLead:
      'This listing is not one that a button can lift. Your request is now in front of our postmasters with what you wrote.',
    reviewRange: (prefix: string) => `The whole network ${prefix} is listed, not only your address.`,
    reviewBy: 'You get an answer by mail, at the latest by',
    reviewReference: 'Reference',
    declinedTitle: 'We looked at it and keep the listing',
    declinedLead:
      'A person has decided that the cause is not gone. The listing ends by itself at the time on its record. If something has changed, ask again and say what.',
    closedTitle: 'The case about it is closed',
    closedLead:
      'It ended without a decision about the listing. Its page shows what was said; if you still need it, begin a new request.',
    toCase: 'The page of your case',
    thirdPartyTitle: 'Somebody else decides on this one',
    thirdPartyLead:
      'We refuse this address because another list has it. Removal there is free to ask and takes effect here by itself.',
    thirdPartyGo: 'Go to that list',
    policyTitle: 'This ends by itself once a test passes',
    policyLead: 'No request is needed. As soon as the test below passes, your next message is accepted.',
    policyTest: 'The test',
    askAnother: 'Ask for another address',
    live: 'This page renews itself while something is about to change.',
  },
}
