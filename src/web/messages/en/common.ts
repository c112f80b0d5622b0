import { html, type Html } from '../../ui/html.ts'
import type { LimitWords } from '../limit-words.ts'

/** What all pages share. */
export const common = {
  /** Name of the site in the header and in titles. */
  site: (provider: string) => `${provider} postmaster`,
  skip: 'Skip to the content',
  mainNavigation: 'Main',
  language: 'Language',
  nav: {
    start: 'Start',
    guide: 'Guide',
    tools: 'Tools',
    codes: 'Codes',
    delist: 'Delist',
    search: 'Search',
  },
  footer: {
    aboutAndPrivacy: 'About and privacy',
    announcements: 'Announcements',
    feed: 'Feed',
    clock: 'How long it takes',
    transparency: 'Abuse reports in figures',
    policy: 'Policy for programs (JSON)',
    community: 'Community',
    utc: 'Times are in UTC.',
  },
  /** Before the text of an error, for those who hear the page. */
  /** Between a label and its value. */
  colon: ': ',
  error: 'Error:',
  errorSummary: 'There is a problem',
  /** Ends a sentence that a time or a name closes. */
  fullStop: '.',
  /** Behind a label, with the space that the language wants there. */
  optional: ' (optional)',
  table: 'As a table',
  now: 'now',
  none: 'none',
  yes: 'Yes',
  no: 'No',
  back: 'Back',
  startPage: 'Go to the start page',
  newer: 'Newer',
  older: 'Older',
  /** Says what an external link is. */
  elsewhere: ' (another site)',
  /** Where `policy.mode` is observe. */
  ownTrouble: {
    title: 'Our own filter has a problem at present',
    body: 'It has put off mail of senders who did nothing wrong. Such mail is only delayed: your mail server tries again by itself, and nothing has to be done. We are told of it and are looking into it.',
  },
  observing: {
    title: 'Nothing is refused at present',
    lead: 'This receiver only observes for now: mail from listed addresses is let through as well. The listings stand all the same, and a removal counts when enforcement begins.',
    would: (ip: string) => `In enforce mode, mail from ${ip} would be refused.`,
  },
  /** Over all purposes. */
  letterLimit: ({ most, within }: LimitWords) =>
    `A mailbox gets at most ${most === '1' ? 'one letter' : `${most} letters`} from us in ${within}, whatever they are about.`,
  script: { copy: 'Copy', copied: 'Copied' },
  errors: {
    notFoundTitle: 'There is no page at this address',
    notFound:
      'Perhaps the link was cut in two by your mail program. Copy the whole line of the bounce and paste it here; we find the page that belongs to it.',
    faultTitle: 'Something broke on our side',
    fault: 'You did nothing wrong, and nothing was changed. Please try again in a minute.',
    faultReference: 'If it happens again, tell us this reference:',
    faultWrite: 'Write to',
    again: 'You can try again',
    newLink: 'Ask for a new link',
    lookUpTitle: 'No more look-ups for now',
    lookUp: ({ most, within }: LimitWords) =>
      `At most ${most} addresses are looked up from one network in ${within}, so that nobody reads the whole list that way.`,
    meanwhileTitle: 'What needs no look-up',
    meanwhile: {
      record:
        'The link in a bounce of ours: it shows the record of that refusal, as often as you like. Paste the line if you have it:',
      codes: 'What our codes mean, and what to do about each',
      delist: 'Ask for the removal of an address',
      mail: (mailbox: Html) =>
        html`Forward the whole bounce to ${mailbox}; that mailbox takes mail from refused addresses too.`,
      self: 'Open this page from the address itself: asking about one’s own address is not counted.',
    },
  },
}
