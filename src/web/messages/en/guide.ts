import type { GuideSection } from '../../../core/guide/guide.ts'

/** The guide around its pages; the pages themselves are in `content/`. */
export const guide = {
  title: 'Guide',
  description: (provider: string) =>
    `How to get mail to ${provider} delivered: policies, filtering, authentication, troubleshooting.`,
  lead: 'Everything that a sender needs to know, from the first bounce to a clean list. Written for the one who has to mend it.',
  breadcrumbs: 'You are here',
  contents: 'On this page',
  inSection: 'In this section',
  updated: 'Last changed',
  before: 'Before',
  after: 'Next',
  order: 'Pages before and after',
  otherLanguage: 'This page is there in another language only.',
  /** What becomes of a message of a domain that sends much and does not prove itself. */
  highVolume: {
    observe: 'At present we only count and observe; nothing is refused or put into junk for it.',
    junk: 'At present such a message is delivered into the junk folder.',
    junkFrom: (day: string) =>
      `From ${day} (UTC) such a message is delivered into the junk folder; before that we only count.`,
    reject: 'Such a message is refused.',
    rejectFrom: (day: string) => `From ${day} (UTC) such a message is refused; before that we only count.`,
    junkThenReject: (junk: string, reject: string) =>
      `From ${junk} such a message is delivered into the junk folder, from ${reject} it is refused (days in UTC).`,
  },
  /** A list that has nothing in it. */
  none: 'none',
  notices: { note: 'Note: ', tip: 'Tip: ', warning: 'Warning: ' },
  sections: {
    troubleshooting: {
      title: 'When mail does not arrive',
      hint: 'Refused, late, in junk, or gone: what to look at first',
    },
    plain: {
      title: 'In plain words',
      hint: 'You do not run a mail server: what to do, and whom to send what',
    },
    policies: {
      title: 'Policies and requirements',
      hint: 'What we ask of mail, what our limits are, where our own mail comes from',
    },
    filtering: { title: 'How we filter', hint: 'How mail is judged, how listings begin and end' },
    authentication: { title: 'Authentication', hint: 'SPF, DKIM, DMARC and the name of your server' },
    new: { title: 'New address, new domain, moving', hint: 'How to begin without being taken for a spammer' },
    bulk: { title: 'Bulk mail', hint: 'Consent, unsubscribing, clean lists, high volume' },
    forwarding: {
      title: 'Forwarding and mailing lists',
      hint: 'Why forwarded mail fails, and what keeps it alive',
    },
    ipv6: { title: 'IPv6', hint: 'What is different when you send over IPv6' },
    programmes: { title: 'Programmes', hint: 'What there is for owners of networks and large senders' },
    abuse: { title: 'Spam and abuse from us', hint: 'How to report it, and what happens then' },
    about: { title: 'About us', hint: 'Who we are, what we keep, and the rules of this site' },
  } satisfies Record<GuideSection, { readonly title: string; readonly hint: string }>,
  announcements: {
    title: 'Announcements',
    description: (provider: string) => `What changes for those who send mail to ${provider}.`,
    lead: 'What changes for senders, newest first.',
    feed: 'As a feed (Atom)',
    none: 'Nothing was announced yet.',
    all: 'All announcements',
  },
  tools: {
    title: 'Tools',
    description: 'What senders can find out and do here without an account.',
    lead: 'All of them work without an account and without script.',
    find: 'Paste a bounce',
    findHint: 'A whole bounce, one line of it, or a code: leads to the record and the reason.',
    lookUp: 'Look up an address',
    lookUpHint: 'Whether an IP address is listed here, since when and until when.',
    delist: 'Delist an address',
    delistHint: 'Ask for the removal of an address that you answer for.',
    codes: 'All codes',
    codesHint: 'What each of our replies means and who can act on it.',
    search: 'Search',
    searchHint: 'In the guide, the codes and the tools.',
    policy: 'Policy for programs',
    policyHint: 'Codes, limits, addresses and outbound networks as JSON.',
    feed: 'Feed of announcements',
    feedHint: 'Atom: your reader tells you when something changes for senders.',
  },
  search: {
    title: 'Search',
    resultsTitle: (query: string) => `Search: ${query}`,
    label: 'Search the guide, codes and tools',
    button: 'Search',
    count: (found: number) => (found === 1 ? 'One result' : `${found} results`),
    most: (shown: number) => `The best ${shown} results`,
    none: 'Nothing was found.',
    noneHint: 'Try fewer or other words, a code such as 5.7.606, or the whole line of the bounce.',
    codes: 'Codes',
    address: (ip: string) => `Look up ${ip}`,
    bounce: 'That looks like a bounce. Paste it here and we lead you to its record:',
    kinds: { page: 'Guide', code: 'Code', tool: 'Tool', announcement: 'Announcement' },
    browse: 'Or look through the guide:',
  },
}
