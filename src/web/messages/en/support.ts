import type { AddressDeed } from '../../../core/deliverability/desk-actions.ts'
import type { ReviewReason } from '../../../core/deliverability/review.ts'
import type { FormState } from '../../../core/outbox/letter-words.ts'
import { html, type Html } from '../../ui/html.ts'

/** The ladder of help, for those who are refused. */
export const support = {
  ladder: {
    title: 'What to do, in this order',
    lead: 'Each step carries along what is known already, so nothing has to be typed twice.',
    states: {
      next: 'do this next',
      open: 'possible',
      running: 'under way',
      tried: 'tried',
      closed: 'not for this',
    },
    titles: {
      fix: 'Mend the cause, and check again',
      wait: 'Let it try again; a check shows what helps',
      portal: 'The delist portal',
      elsewhere: 'The organisation whose list it is',
      recipient: 'The recipient',
      owner: 'The owner of the network',
      case: (provider: string) => `A person at ${provider}`,
    },
    wait: 'Mail is only put off: your server tries again by itself. A check shows whether something in your set-up makes it worse.',
    fix: 'Find what sends the mail that is complained of and stop it; then let us look at the address and its domain as other servers see them.',
    fixClean:
      'Clean the system, and find out how it came in: an account, a web form, an infected computer. Then let us look at the address and its domain as other servers see them.',
    fixTest: 'The set-up of the address is what is refused here. Mend it, then let us look again.',
    toCheck: 'Check address and domain',
    toSource: 'How to find what sends it',
    /** The heading of that page of the guide. */
    sourceHeading: '4-fix-it-first-then-ask',
    checkedNow: 'The check is done: what it found stands above. Mend that first, then take the next step.',
    join: 'Add what you know',
    joinLead:
      'Do you run this server, and somebody else has asked? Say what you know: you then take part in it, and get the answer too.',
    checked: (when: Html, domain: string) =>
      domain === '' ? html`Last checked on ${when}` : html`${domain} was last checked on ${when}`,
    faults: (faults: number, warnings: number) =>
      faults === 0 && warnings === 0
        ? 'nothing to mend was found'
        : `${faults === 1 ? 'one fault' : `${faults} faults`}, ${warnings === 1 ? 'one warning' : `${warnings} warnings`}`,
    portal: 'Confirm by mail, press one button: it takes effect within a second.',
    portalWide:
      'A whole network is listed, so no button lifts it: ask for your address, and a person decides.',
    toPortal: 'Request removal',
    toPerson: 'Ask a person',
    requested: (when: Html) => html`A removal was asked for on ${when}:`,
    requestOpen: 'not confirmed yet; the link is in the letter',
    requestReview: 'a person decides',
    outcomes: {
      delisted: 'removed, and listed again since',
      'not-listed': 'there was nothing to remove then',
      'cool-down': 'it was removed lately, so it has to stay clean for a while first',
      review: 'a person decides',
      declined: 'a person looked at it and kept the listing',
      closed: 'its case ended without a decision',
      'third-party': 'somebody else decides',
      policy: 'a test has to pass',
    },
    recipient:
      'Reach the recipient in another way (telephone, another mailbox) and give them the text below. As a customer here they see what was refused to them, may vouch for you, and can open a case on your behalf.',
    recipientOfCode:
      'Reach the recipient in another way (telephone, another mailbox). As a customer here they see what was refused to them, may vouch for you, and can open a case on your behalf.',
    toRecipientCode: 'A code for the recipient',
    toRecipient: 'What to tell them',
    owner:
      'Whoever owns the network can prove it, sees what of it is listed, and may ask for whole ranges. Hand this page to your hosting or network provider.',
    ownerWide:
      'The listing is about a whole network: its owner can have it ended for all of it. Hand this page to your hosting or network provider.',
    owned: 'The owner of this network has shown itself to us and can ask at once.',
    toOwners: 'For owners of networks',
    case: 'This reason is one that a person decides. Send the request and say what you found and mended.',
    caseElse:
      'If the steps above do not end it, a person looks at it: say in the form what you found and mended.',
    toForm: 'Fill in the form',
    caseMail: (mailbox: Html) =>
      html`Or forward the whole bounce to ${mailbox}; that mailbox takes mail from refused addresses too.`,
    toCase: 'Send a request',
    caseOpen: (when: Html) => html`A case about this address is open since ${when}.`,
    caseDue: (when: Html) => html`We answer by ${when} at the latest.`,
    caseTheirs: 'It waits for an answer of whoever asked; the link to it is in our letter.',
    caseConditional: 'It is granted as soon as the named tests pass; they are run again by themselves.',
    caseClosed: 'The last case about this address is closed:',
    closed: {
      person: 'No button lifts this: a person decides.',
      elsewhere:
        'We follow the list of another organisation here; it is asked there, and our answer follows by itself.',
      'by-itself': 'Nothing has to be asked for: it ends by itself as soon as the cause is gone.',
      wide: 'A whole network is listed, and no button of one sender lifts that. Its owner can ask for it.',
      outsiders: (provider: string) =>
        `${provider} opens cases for its own customers, and none for outsiders about this. That is not meant to turn you away: the steps above reach the same people sooner.`,
      'by-path': (provider: string) =>
        `General enquiries of outsiders are not taken at ${provider}. Where the portal cannot answer by itself, it hands your request to a person without being asked.`,
      'no-listing': 'No listing is behind this, so there is nothing that an owner could end.',
    },
    bundle: 'The facts, to hand on',
    bundleHint:
      'Copy this text: it says everything that somebody needs to find the refusal, and names no recipient.',
    facts: {
      provider: 'Refused by',
      code: 'Code',
      ip: 'Address',
      at: 'Time',
      domain: 'Sender domain',
      messageId: 'Message-ID',
      record: 'Record',
      check: 'Last check',
      request: 'Removal asked for',
      case: 'Case',
    },
  },
  /** The deliverability form. */
  form: {
    title: 'Delivery problem with several addresses',
    titleOne: (ip: string) => `Delivery problem with ${ip}`,
    description:
      'One form for all addresses of a sender: refused, delayed or in junk. Each is looked at by itself, and you see how it stands.',
    lead: (provider: string) =>
      `One form for all your addresses. Rules look at each at once: they lift what the portal would lift, name what has to be mended, and hand the rest to a person at ${provider}.`,
    onlyFor:
      'It is open for these reasons; addresses that are refused for others are told what to do instead:',
    closedTitle: 'This form is not open here',
    closed: (provider: string) =>
      `${provider} takes no general enquiries of outsiders. That is not meant to turn you away: what you can do is quicker, and needs no account.`,
    closedWays: {
      delist: 'One address that is refused: the delist portal.',
      find: 'A code or a bounce: see the reason, and the ways out.',
      check: 'Mail in junk, or late: a check of your domain and address.',
      owners: 'Whole ranges: prove that the network is yours.',
    },
    addresses: 'Your addresses',
    addressesHint: (most: number) =>
      `IP addresses or ranges (up to /24, IPv6 /48), at most ${most}, one in each line. For example 192.0.2.45 or 192.0.2.0/28.`,
    symptom: 'What happens to the mail?',
    symptoms: {
      refused: 'It comes back (550, 5.7.…)',
      delayed: 'It comes late (450, 451, 421)',
      junk: 'It lies in the junk folder',
    },
    domain: 'Domain of the recipients',
    sending: 'Domain that you send from',
    sendingHint: 'Behind the @ of the sender. With it SPF and DMARC are looked at as well.',
    volume: 'Messages a day, about',
    volumeHint: 'To us, from all these addresses together.',
    words: 'The replies, and what you found',
    wordsHint:
      'Paste a few of the lines with their codes as they stand in your log, and say what you have mended.',
    mailbox: 'Your mailbox',
    mailboxHint:
      'We write to it: a link first, then how each address stands. Any mailbox that you can read will do.',
    submit: 'Send',
    privacy: 'We keep the form with its case, show it to our postmasters only, and use it for nothing else.',
    wrongField: {
      symptom: 'Please choose what happens to the mail.',
      domain: 'Please choose the domain that the mail is for.',
      sending: 'That is no domain. Write it as in example.org.',
      volume: 'Please give a number, or leave it empty.',
      words: 'Please paste at least one reply of ours; without it nobody can tell which refusal you mean.',
      addresses: 'Please give at least one address.',
    } as Readonly<Record<string, string>>,
    linkTitle: 'Send your form',
    linkLead: 'The mailbox is yours. Press the button, and the form opens a case; nothing has been sent yet.',
    linkButton: 'Send the form',
    shownTitle: 'One press left',
    shownLead: 'Your message has come, so the mailbox is yours. Press the button, and the form opens a case.',
    insteadTitle: 'Or write to us instead',
    instead:
      'Send a message from any mailbox of yours to the address below. Subject and text do not matter; it must be authenticated for its From domain (SPF or DKIM). That mailbox then stands for the form, and you come back here to send it.',
    lookAgain: 'I have written, look now',
    keptUntil: 'What you filled in is kept until',
  },
  states: {
    title: 'Your addresses',
    titleDesk: 'Addresses of the form',
    address: 'Address',
    state: 'State',
    why: 'Why, and what next',
    changed: 'since',
    states: {
      received: 'received',
      'auto-reviewed': 'looked at: nothing in its way',
      mitigated: 'let in again',
      'conditionally-mitigated': 'once tests pass',
      'not-qualified': 'not possible now',
      'needs-info': 'please answer',
      escalated: 'with a person',
      closed: 'closed',
    } satisfies Record<FormState, string>,
    reasons: {
      waiting: 'The rules look at it within a minute.',
      'special-purpose':
        'Private or reserved space never reaches us. Give the public address of your server.',
      ours: 'This address is our own.',
      'not-opened':
        'For the reason that it is refused for, outsiders open no case here. The page of the address says what you can do.',
      'third-party':
        'We follow the list of another organisation here. Ask there; our answer follows by itself.',
      'cool-down': 'It was removed lately and listed again. Find the cause; it can be asked for again later.',
      'not-listed':
        'No listing of ours refuses it. Please send the whole refusal: perhaps another address sends, or another provider refuses.',
      'put-off':
        'Its mail is only put off, as it is new or has changed. Your server tries again by itself; with wanted mail it passes sooner.',
      passes: 'Nothing of ours refuses it or puts it off.',
      tests: 'It is let in as soon as these tests pass:',
      'policy-test':
        'It is not about the mail but about the set-up. It ends by itself once this test passes:',
      freed:
        'Its listing has ended. Send again what was refused; if unwanted mail comes, it is listed again.',
      person: 'No rule may decide this one. A person looks at it.',
      range: 'A range belongs to somebody: a person looks at it, sooner if its owner proves it.',
      budget: 'The rules have freed as many here as they may. A person looks at it.',
      junk: 'Its set-up is in order and nothing is listed. A person looks at samples.',
      answered: 'You have answered. A person looks at it.',
      'by-person': 'A person has decided this. Their words stand in the thread.',
      asked: 'Our question stands in the thread.',
      untested: 'Mail that does not pass these tests is easily taken for junk. Mend them and send again:',
      ended: 'The case was closed before it was decided.',
    } satisfies Record<ReviewReason, string>,
    again: 'Again from',
    until: 'Until',
    decide: 'With the chosen addresses',
    deeds: {
      mitigate: 'Let in again',
      condition: 'Let in once tests pass',
      refuse: 'Refuse',
      ask: 'Ask something',
    } satisfies Record<AddressDeed, string>,
    tests: 'Tests (for a condition)',
    words: 'In your words',
    wordsHint:
      'The sender reads this, in one letter about all chosen addresses. A refusal and a question need it.',
    do: 'Do it',
    choose: (address: string) => `Choose ${address}`,
    sameAddresses: (count: string) => `${count} of these addresses`,
    symptom: 'Symptom',
    to: 'Recipients at',
    from: 'Sends from',
    volume: 'Messages a day',
    toForm: 'Several addresses at once',
  },
}
