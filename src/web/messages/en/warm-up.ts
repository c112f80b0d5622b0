import type { MailKind, StopReason, WarmUpState } from '../../../core/forecasts/warm-up.ts'
import type { WarmUpDeed } from '../../../core/warm-ups/desk-actions.ts'

/** Forecasts of new addresses: the form, how they stand, and the desk. */
export const warmUp = {
  mails: {
    transactional: 'Receipts, notices, passwords',
    personal: 'People writing to people',
    newsletter: 'Newsletters that were subscribed to',
    marketing: 'Offers to customers',
    mixed: 'Several of these',
  } satisfies Record<MailKind, string>,
  form: {
    title: 'A forecast for new addresses',
    description:
      'Say what your new addresses will send us, day by day. If a person agrees, their budgets are raised inside that forecast.',
    lead: (provider: string) =>
      `Only for those who have much to send from new addresses. A person at ${provider} decides; without it the budgets grow by themselves with wanted mail.`,
    ownersOnly: 'Open here only for proven owners of the network',
    ownersOnlyBody:
      'The case opens only if your mailbox is that of an owner who has proven all the addresses. Prove it first:',
    notes: [
      'On each day of the forecast the hourly budget is raised to a 24th of that day, never above it.',
      'It stops for good if an address is listed or its mail is unwanted, and it lifts no listing.',
      'It ends by itself with the last day. It counts for nothing in what we think of an address.',
    ],
    addresses: 'Your new addresses',
    addressesHint: (most: number) =>
      `Single IP addresses (IPv6: the /64), at most ${most}, one in each line. For example 192.0.2.45.`,
    domain: 'Domain that you send from',
    domainHint: 'Behind the @ of the sender.',
    mail: 'Kind of mail',
    starts: 'First day',
    startsHint: 'As 2026-05-04. Days are those of UTC; within the next 90 days.',
    days: 'Days',
    daysHint: (most: number) => `At most ${most}.`,
    first: 'Messages on the first day',
    firstHint: 'To us, from each of the addresses.',
    growth: 'More each day, in percent',
    growthHint: '0 to 150. 100 doubles it every day.',
    most: 'Most messages a day',
    mostHint: (most: number) =>
      `From each address; no day is above it. At most ${most.toLocaleString('en')}.`,
    words: 'What else there is to say',
    wordsHint: 'Who your recipients are, and where they have agreed.',
    mailbox: 'Your mailbox',
    mailboxHint: 'We write to it: a link first, then what was decided.',
    submit: 'Send',
    wrongField: ({ days, perDay }: { readonly days: number; readonly perDay: number }) =>
      ({
        addresses: 'Please give at least one address.',
        domain: 'That is no domain. Write it as in example.org.',
        mail: 'Please choose the kind of mail.',
        starts: 'Please give a day from today on and within 90 days, as in 2026-05-04.',
        days: `Please give a number from 1 to ${days}.`,
        first: `Please give a number from 1 to ${perDay.toLocaleString('en')}.`,
        growth: 'Please give a number from 0 to 150.',
        most: `Please give a number that is not below the first day, at most ${perDay.toLocaleString('en')}.`,
      }) as Readonly<Record<string, string>>,
  },
  part: {
    title: 'Forecast',
    states: {
      asked: 'Nobody has decided yet, since',
      agreed: 'Agreed,',
      refused: 'Not agreed,',
      stopped: 'Stopped,',
      over: 'Over, since',
      withdrawn: 'Withdrawn,',
    } satisfies Record<WarmUpState, string>,
    statesBody: {
      asked: 'A person looks at it. Until then the budgets are those of new senders.',
      agreed:
        'On its days the budget of each address is raised to a 24th of the day in each hour, never above.',
      refused:
        'The budgets stay those of new senders; they grow with wanted mail. The reason stands in the thread.',
      stopped: 'The budgets are no longer raised.',
      over: 'Its last day has passed. The addresses have the budgets that their own mail has earned.',
      withdrawn: 'The case was closed before anybody decided.',
    } satisfies Record<WarmUpState, string>,
    whys: {
      listed: 'An address is listed. Its page says why, and what to do; then ask with a new forecast.',
      grade: 'Mail from one of the addresses is unwanted. Find the cause; then ask with a new forecast.',
      operator: 'A person has stopped it. The reason stands in the thread.',
    } satisfies Record<StopReason, string>,
    addresses: 'Addresses',
    domain: 'Sends from',
    mail: 'Kind of mail',
    from: 'From',
    until: 'Until',
    each: 'Each address, a day',
    figures: (first: string, growth: string, most: string) =>
      `${first} at first, ${growth} % more each day, at most ${most}`,
    days: 'Forecast and what was seen, by day',
    day: 'Day (UTC)',
    forecast: 'Forecast',
    seen: 'Seen',
    left: 'Forecast, not seen',
    hint: 'All addresses together. What was seen is counted as it is let in, and only once a forecast is agreed.',
  },
  desk: {
    /** In one line, behind an address. */
    states: {
      asked: 'forecast, not decided',
      agreed: 'forecast, agreed',
      refused: 'forecast, not agreed',
      stopped: 'forecast, stopped',
      over: 'forecast, over',
      withdrawn: 'forecast, withdrawn',
    } satisfies Record<WarmUpState, string>,
    state: 'State',
    why: 'Why',
    owner: 'Owner',
    isOwner: 'the mailbox is that of a proven owner of all addresses',
    isNoOwner: 'no proof that the addresses are theirs, only the mailbox',
    asked: 'Asked for',
    decide: 'Decision',
    deeds: {
      agree: 'Agree, with these figures',
      refuse: 'Refuse',
      stop: 'Stop it now',
    } satisfies Record<WarmUpDeed, string>,
    shorten: 'Less than what was asked for is possible: later, shorter, lower.',
    starts: 'First day',
    days: 'Days',
    most: 'Most a day, each address',
    words: 'In your words',
    wordsHint: 'The sender reads this. A refusal and an end need it.',
    do: 'Do it',
  },
}
