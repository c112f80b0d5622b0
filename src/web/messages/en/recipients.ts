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
    privacy:
      'Whoever asks learns nothing here: the page says the same whether or not there is such a mailbox. A mailbox gets at most three letters a day from us, over all purposes. We keep that you were here for some weeks.',
    alsoTitle: 'What you do not find here',
    also: [
      'Mail in your junk folder: it arrived. Look there first.',
      'Mail that was taken and sent on, or thrown away by a rule of your own.',
      'Mail that the other side never sent, or that waits there. The sender has a bounce, or will get one.',
      'Mail to another mailbox of yours. One with a +tag counts as another: show that one.',
    ],
  },
  link: {
    title: 'See refused mail to you',
    lead: 'With this button the mailbox has shown itself, and you are signed in in this browser.',
  },
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
}
