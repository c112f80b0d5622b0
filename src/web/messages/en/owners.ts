import type { CaseState } from '../../../core/cases/case.ts'
import { html, type Html } from '../../ui/html.ts'
import type { ClaimEnd, ClaimState, LookedProof, MailProof, Proof } from '../../../core/owners/claim.ts'
import type { OutcomeKind } from '../../../core/delisting/request.ts'
import type { LimitWords } from '../limit-words.ts'
import type { Place } from '../../../core/owners/look.ts'

/** The pages of owners of address space. */
export const owners = {
  start: {
    title: 'Owners of networks',
    description: (provider: string) =>
      `Prove that an IP network is yours, see what of it ${provider} refuses, and ask for whole ranges to be let in again.`,
    lead: (provider: string) =>
      `If you run a network, show once that it is yours. Then you see in one place what of it ${provider} refuses, and can ask for a whole listed range, not only for one address.`,
    canTitle: 'What an owner can do',
    can: [
      'see every listing inside the network: what, why, since when, until when;',
      'ask for an address or a whole range to be let in again. The rules are those of the portal: what a person has to look into waits for a person, and so do ranges wider than /24 (IPv6: /48);',
      'see the mail of the network by day and address, in rounded figures: what came, what was refused, complaints, the share of spam; as a page, a file, or by a program of yours;',
      'see that there are cases about the network, and write to our postmasters directly;',
      'let another mailbox look after a part of the network, and take it back.',
    ],
    howTitle: 'How it is proven',
    how: [
      'A TXT record in the reverse zone: for networks up to /16 (IPv6: /32). Networks smaller than /24 that are delegated by CNAME (RFC 2317) prove themselves in their own zone.',
      'For one IPv4 address: a TXT record at its name, where name and address confirm each other; or a file that the address serves on port 80.',
    ],
    howByContact:
      'By mail, where neither can be done: the abuse contact that the registry (RIPE NCC, ARIN, APNIC, LACNIC, AFRINIC) names for the network confirms you; for one IPv4 address also postmaster@ or abuse@ of its confirmed name. Whoever signs in with that very mailbox needs no further letter.',
    howByName:
      'By mail, for one IPv4 address where neither can be done: postmaster@ or abuse@ of its confirmed name confirms you. Whoever signs in with that very mailbox needs no further letter.',
    keep: 'We look for records and files again once a day. If one is missing twice, a day apart, the confirmation ends; a letter says so after the first time. Several owners of one network do not disturb each other.',
    keepRegistry: (every: string) =>
      `The registry is asked again every ${every}: another holder of the network ends a confirmation by mail at once.`,
    formTitle: 'Begin, or come back',
    mailbox: 'Your mailbox',
    mailboxHint: 'We send a link to it. There is no password and no account beside the mailbox.',
    button: 'Send me the link',
    privacy:
      'We keep the mailbox for as long as it holds a network, and some weeks longer. It is shown to our postmasters and to whoever gives you a part of their network.',
  },
  asked: {
    title: 'Now open the link in our letter',
    lead: 'We write to the mailbox now, unless it wants no letters from us or has had its share for the time being. Open the link in the letter in this browser; in another one it wants this code:',
    notArrived: 'Nothing has come?',
    notArrivedPoints: (limit: string, stopped: string) => [
      'A letter usually takes less than a minute; greylisting can make it ten. Look into the junk folder too.',
      `${limit} After that no more comes until the time has passed: wait, or take another mailbox.`,
      `A mailbox from which somebody answered one of our letters with STOP gets none for ${stopped}, and one that sent a letter back gets none for a while either. Take another mailbox then.`,
      'This page says the same of every mailbox, also of one that was typed wrong. If you are not sure, ask again.',
    ],
    elsewhere: 'The code is shown in the browser that asked for the letter. Ask again for a new letter here.',
    again: 'Ask for another letter',
  },
  link: {
    title: 'Sign in as an owner',
    lead: 'With this button the mailbox has shown itself, and you are signed in in this browser.',
    codeLead: 'Type the code shown in the browser where you asked for the letter.',
    wrong: (left: number) =>
      left === 1
        ? 'This is not the code of this letter. One try is left.'
        : `This is not the code of this letter. ${left} tries are left.`,
    button: 'Sign in',
  },
  mine: {
    title: 'Your networks',
    as: (mailbox: Html) => html`You are here as ${mailbox}.`,
    leave: 'Sign out',
    networks: 'Networks',
    network: 'Network',
    state: 'State',
    proof: 'Proven by',
    since: 'Since',
    none: 'You have claimed no network yet.',
    claimTitle: 'Claim a network',
    range: 'Address or network',
    rangeHint: 'For example 192.0.2.0/24 or 2001:db8::/32. At most /16, in IPv6 /32.',
    claim: 'Claim',
    listed: 'Listed in your networks',
    around: (prefixes: string) =>
      `A wider network is listed: ${prefixes}. Mail from yours is refused with it.`,
    aroundNext:
      'Its owner can ask for all of it. You can ask for addresses of yours below: a person looks at each, and the rest stays listed.',
    listedNone: 'Nothing in your networks is listed.',
    listedFirst: 'Once a network is proven, what of it is listed stands here.',
    reason: 'Reason',
    class: 'Kind',
    until: 'Until',
    do: 'What to do',
    free: (prefix: string) => `Ask for ${prefix}`,
    partTitle: 'One address out of a listed range',
    partLead: 'A person looks at it; the rest of the range stays listed.',
    part: 'Address inside a listed range',
    note: 'What you found and fixed',
    noteHint: 'Read by a person where one decides. Never mailed.',
    ask: 'Ask',
    asked: 'What you asked for',
    askedAt: 'When',
    answer: 'Answer',
    answered: {
      delisted: (prefix: string) =>
        `${prefix} is let in again. The servers that take mail learn of it within seconds.`,
      'not-listed': (prefix: string) => `${prefix} is not listed now.`,
      'cool-down': (prefix: string) =>
        `${prefix} was let in again a short time ago. It can be asked for again later; the time stands below.`,
      review: (prefix: string) => `A person looks at ${prefix} and writes to your mailbox.`,
      closed: (prefix: string) => `The case about ${prefix} was closed without a decision.`,
      declined: (prefix: string) => `A person has decided that ${prefix} stays listed for now.`,
      'third-party': (prefix: string) =>
        `Somebody else decides about ${prefix}; the address of their page stands below.`,
      policy: (prefix: string) => `${prefix} is let in as soon as it passes the test that is named below.`,
    } satisfies Record<OutcomeKind, (prefix: string) => string>,
  },
  outcomes: {
    delisted: 'let in again',
    'not-listed': 'was not listed',
    'cool-down': 'too soon after the last time',
    review: 'waits for a person',
    closed: 'closed without a decision',
    declined: 'declined',
    'third-party': 'somebody else decides',
    policy: 'has to pass a test',
  } satisfies Record<OutcomeKind, string>,
  /** Asking a contact that a registry or a name gives. */
  contact: {
    title: 'By mail: a contact confirms you',
    lead: (term: string) =>
      `The abuse contact that the registry names for the network can confirm that you look after it; for a single IPv4 address also postmaster@ or abuse@ of its confirmed name. It holds for ${term}. You then see everything and ask for single addresses; a person looks at whole ranges, and parts can be given to others only after a proof by DNS.`,
    leadByName: (term: string) =>
      `postmaster@ or abuse@ of the confirmed name of the address can confirm that you look after it. It holds for ${term}. You then see everything and ask for the address; parts can be given to others only after a proof by DNS.`,
    find: 'Look who can be asked',
    found: 'Who can be asked',
    network: (name: Html, range: Html, server: Html) =>
      html`The registry (${server}) has the network as ${name}, ${range}.`,
    none: 'No registry knows this network, or none may be asked here. Prove it by DNS.',
    unknown: 'The registry does not answer now. Try again in some minutes, or prove the network by DNS.',
    nobody:
      'The registry names no mailbox for abuse that one can write to. It is for the holder of the network to enter one; until then prove it by DNS.',
    hidden: 'The registry keeps some of it to itself, and says so.',
    from: {
      rdap: 'abuse contact in the registry',
      mail: 'at the confirmed name of the address',
    } satisfies Record<MailProof, string>,
    which: 'Whom we may write to',
    own: 'your own mailbox: confirmed without a letter',
    send: 'Have them asked',
    sendHint: ({ most, within }: LimitWords) =>
      `They get one letter with a link. A contact gets at most ${most === '1' ? 'one letter' : `${most} letters`} in ${within}, whoever asks.`,
    askedTitle: 'The contact is being asked',
    askedLead:
      'We write to the contact now, unless its mailbox wants no letters from us or has had its share for the time being. To confirm by the link in the letter, they need this code; tell them by telephone or chat, so that they know it is you:',
    askedHere: 'If you read that mailbox yourself, open the link in this browser: then no code is needed.',
    askedElsewhere: 'The code is shown in the browser that had the contact asked.',
    questionTitle: (prefix: string) => `Does this mailbox speak for ${prefix}?`,
    question: (applicant: Html, prefix: Html, provider: string) =>
      html`${applicant} says to ${provider} that the network ${prefix} is theirs to look after. A registry, or
      the name of the address, gives your mailbox as the one to ask.`,
    means: (provider: string) =>
      `If you confirm, they see what of the network ${provider} refuses and how much mail comes from it by day, may ask for it to be let in again, and write to our postmasters about it. You can take nothing back here later, but you can write to us.`,
    codeLead: 'Type the code that they see on their page. Have them tell you, so that you know who they are.',
    confirm: 'Confirm',
    doNothing: 'You do not know them, or are not sure? Close this page: nothing happens.',
    doneTitle: 'Confirmed',
    done: (prefix: Html) => html`The network ${prefix} is confirmed. The one who asked is told by letter.`,
    by: (mailbox: Html, until: Html) => html`Confirmed by ${mailbox}, until ${until}.`,
    renew: (until: Html) =>
      html`The confirmation ends on ${until}. Have the contact asked again before, or prove the network by
      DNS.`,
    gone: (since: Html, until: Html) =>
      html`Since ${since} the registry does not name the contact that confirmed you. The confirmation ends on
      ${until}; have the new contact asked before, or prove the network by DNS.`,
  },
  claim: {
    title: (prefix: string) => `Network ${prefix}`,
    back: 'All your networks',
    openTitle: 'Not proven yet',
    open: (when: Html) => html`The claim waits for its proof until ${when}. Any one of these will do.`,
    grantedTitle: 'Proven: the network is yours',
    granted: (when: Html) =>
      html`Last seen ${when}. Leave the record or the file where it is: we look once a day.`,
    givenTitle: 'Given to you by the owner of the wider network',
    given: (when: Html) =>
      html`It holds until ${when}; then the owner can give it again. Once you prove it yourself, by one of the
      ways below, it is yours and depends on nobody.`,
    failingTitle: 'The proof is missing',
    failing: (when: Html) =>
      html`It has not been found since ${when}. If it is missing again a day later, the confirmation ends. Put
      it back and press the button.`,
    endedTitle: 'Ended',
    keptZones: 'The record that proves it, where it must stay:',
    fullZones: (count: number) =>
      count === 1
        ? 'Publish this record in the reverse zone:'
        : `Publish this record in each of the ${count} reverse zones of the network:`,
    parts: (zone: string) =>
      `Whoever runs ${zone} can publish it there. If your part is delegated to you by CNAME (RFC 2317), publish it as _postern in your own zone instead; we follow the CNAME of every address of the network.`,
    more: (count: number) => `… and ${count} more, one for each zone.`,
    proofTitles: {
      txt: 'TXT record in the reverse zone',
      forward: 'TXT record at the name of the address',
      http: 'A file on the address',
    } satisfies Record<LookedProof, string>,
    forwardLead:
      'The address needs a reverse name (PTR) that resolves back to it. Publish this record under that name; for mail.example.org it reads:',
    httpLead: 'Let a web server on the address itself serve this, on port 80, without a redirect. URL:',
    httpBody: 'What it answers, and nothing else:',
    look: {
      txt: 'Look for the record',
      forward: 'Look at the name',
      http: 'Fetch the file',
    } satisfies Record<LookedProof, string>,
    notSeen: 'We have looked, and the proof is not there yet',
    notSeenAt: 'What we saw. A name server may keep an old answer for as long as its TTL says.',
    seen: {
      proof: 'the record is there',
      nothing: 'nothing',
      other: 'something, but not this line',
      temperror: 'no answer; try again later',
    } satisfies Record<Place['seen'], string>,
    noName: 'The address has no reverse name that resolves back to it.',
    give: 'Let another mailbox look after a part',
    giveLead:
      'The other mailbox sees and asks for this part as you do. It signs in with its own link, on the page for owners. It cannot give the part further; when your own confirmation ends, so does this.',
    partHeld: 'Part',
    partMailbox: 'Mailbox',
    partSince: 'Since',
    partNone: 'Nothing is given to others.',
    takeBack: 'Take back',
    partRange: 'Part of the network',
    partTo: 'Mailbox that gets it',
    giveButton: 'Give',
    giveUpTitle: 'Give the network up',
    giveUp:
      'You see nothing of it any more and cannot ask for it. What you gave of it to others ends as well. You can claim it again at any time.',
    giveUpButton: 'Give up',
  },
  /** The mail of a network by day. */
  figures: {
    title: (prefix: string) => `Mail from ${prefix}`,
    link: 'Mail by day',
    lead: (provider: string, since: Html) =>
      html`What ${provider} saw of this network in the last month, since it was proven (${since}). Counts are
      rounded; the last hour comes later.`,
    floor: (least: number) =>
      `Shares are told of days with ${least} messages or more. Complaints are what our users reported as junk.`,
    days: 'By day',
    day: 'Day',
    messages: 'Messages',
    refused: 'Refused',
    deferred: 'Put off',
    spam: 'Spam',
    complaints: 'Complaints',
    addresses: 'By address',
    addressesLead: (most: number) =>
      `At most ${most}, those with the most mail; the file has all of them, by day.`,
    address: 'Address',
    state: 'State',
    states: { listed: 'listed', free: 'not listed' },
    none: 'Nothing has come from this network since then, or nothing yet that is an hour old.',
    cut: 'The network has so many addresses that only some of them are in these sums. The file has all.',
    file: 'Everything as CSV',
    few: 'too little to tell',
    listings: 'Listed in this network',
    forPrograms: 'For programs',
  },
  /** Cases about the space of an owner. */
  cases: {
    title: 'Cases about your networks',
    lead: 'Others may have a case with us about an address of yours. You see that there is one and how it stands, not who is in it; what you write goes to us alone.',
    none: 'There is no case about your networks.',
    about: 'About',
    state: 'State',
    opened: 'Since',
    thread: 'Your thread',
    open: 'Open your thread',
    noThread: 'none',
    states: {
      open: 'our turn',
      waiting: 'an answer is awaited',
      conditional: 'waits for tests',
      closed: 'closed',
    } satisfies Record<CaseState, string>,
    writeTitle: 'Write to our postmasters',
    writeLead:
      'About an address or network of yours: a case begins, or you come into the one that is open about the same. The answer comes by mail and stands on the page of your thread.',
    prefix: 'Address or network',
    text: 'What you want to say',
    textHint: 'Read by people.',
    write: 'Send',
  },
  /** Tokens for programs of an owner. */
  programs: {
    title: 'Programs',
    lead: 'A program of yours can read your networks, what of them is listed, the mail by day and the cases: nothing else, and it changes nothing. It sees what you hold at the moment it asks.',
    how: (url: Html, header: Html, document: Html) =>
      html`It asks ${url} with the header ${header} and the token; ${document} describes it.`,
    document: 'the OpenAPI document',
    caption: 'Tokens',
    name: 'Name',
    made: 'Made',
    used: 'Last used',
    ends: 'Ends',
    never: 'never',
    deed: 'Take back',
    remove: (name: string) => `Take back ${name}`,
    none: 'There is no token yet.',
    newTitle: 'Make a token',
    newName: 'Name of the program',
    newHint: 'Letters, digits, dots, hyphens; for example dashboard-1.',
    make: 'Make it',
    madeTitle: 'The token: it is shown this once',
    madeLead:
      'Keep it where the program finds it. Whoever has it reads what you read here, for a year or until you take it back.',
  },
  states: { open: 'not proven yet', granted: 'proven', ended: 'ended' } satisfies Record<ClaimState, string>,
  failing: 'proof missing',
  proofs: {
    txt: 'TXT in the reverse zone',
    forward: 'TXT at the name',
    http: 'file on the address',
    rdap: 'abuse contact in the registry, by mail',
    mail: 'postmaster of the name, by mail',
    delegation: 'given by the owner of the wider network',
  } satisfies Record<Proof, string>,
  ends: {
    'given-up': 'You gave it up.',
    revoked: 'Our postmasters ended it. If you think that is wrong, write to us.',
    'proof-gone': 'The proof was missing twice, a day apart.',
    expired: 'Its time was over without a proof.',
    'delegation-ended': 'The owner of the wider network took it back, or is no longer confirmed.',
    'registry-changed':
      'The registry names another holder for the network, or another network for these addresses.',
    'contact-gone': 'The registry did not name the contact any more that had confirmed it.',
  } satisfies Record<ClaimEnd, string>,
  console: {
    title: 'Owners of networks',
    lead: 'Who has shown that a network is theirs, and how. They see what of it is listed and ask for it by the rules of the portal.',
    caption: 'Claims, newest first',
    network: 'Network',
    mailbox: 'Mailbox',
    state: 'State',
    proof: 'Proof',
    since: 'Since',
    checked: 'Last looked',
    deed: 'End',
    revoke: 'End',
    none: 'Nobody has claimed a network.',
    all: 'All',
    older: 'Older',
    revokeTitle: (prefix: string) => `End the confirmation of ${prefix}?`,
    revokeLead: (mailbox: Html) =>
      html`${mailbox} sees nothing of the network any more and cannot ask for it; parts that were given to
      others end as well. They are written to. They can claim it again and prove it.`,
    revokeButton: 'End it',
  },
}
