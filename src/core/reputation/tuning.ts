/**
 * What the judgement is made with: every threshold with its unit, why it is what it is, and whether senders may know it.
 * The configuration's `reputation.tuning` overrides by name; the reference page is printed from here.
 */
interface Threshold {
  readonly value: number
  readonly unit: string
  readonly why: string
  /** Secret ones are shown to operators only: whoever knows them stays just below. */
  readonly isPublic: boolean
}

export const thresholds = {
  halfLife: {
    value: 168,
    unit: 'hours',
    why: 'A week: long enough to know a sender that writes on some days only, short enough to forget.',
    isPublic: true,
  },
  badLine: {
    value: 0.6,
    unit: 'share',
    why: 'Unwanted share that the lower bound must be above. Forwarders and shared hosts stay below with half of their mail unwanted.',
    isPublic: false,
  },
  lineFall: {
    value: 0.1,
    unit: 'share',
    why: 'The line is lower by this after each listing; it never falls below half of where it began.',
    isPublic: false,
  },
  goodLine: {
    value: 0.2,
    unit: 'share',
    why: 'Unwanted share that the upper bound of a good sender stays under; filters err on some wanted mail.',
    isPublic: false,
  },
  leastMessages: {
    value: 20,
    unit: 'judged messages',
    why: 'No listing rests on less, but for strong hits.',
    isPublic: true,
  },
  leastOwn: {
    value: 8,
    unit: 'judged messages',
    why: 'With less than this of its own a sender is new.',
    isPublic: true,
  },
  goodMessages: {
    value: 20,
    unit: 'judged messages',
    why: 'Evidence that a good name needs at least.',
    isPublic: true,
  },
  steadyMessages: {
    value: 30,
    unit: 'judged messages',
    why: 'With this much, over at least `steadyDays`, a good history is steady: a filter alone does not undo it at once.',
    isPublic: false,
  },
  steadyDays: { value: 2, unit: 'days', why: 'See `steadyMessages`.', isPublic: false },
  priorStrength: {
    value: 4,
    unit: 'messages',
    why: 'What is known of the range, the organisation or the kind of name counts as much as this many messages of its own.',
    isPublic: false,
  },
  bulkWeight: {
    value: 0,
    unit: 'hits',
    why: 'Bulk mail is not unwanted mail.',
    isPublic: false,
  },
  phishWeight: { value: 3, unit: 'hits', why: 'One message can empty an account.', isPublic: false },
  malwareWeight: { value: 3, unit: 'hits', why: 'One message can take a network.', isPublic: false },
  complaintWeight: {
    value: 8,
    unit: 'hits',
    why: 'Few of those who are annoyed report it.',
    isPublic: false,
  },
  trapWeight: {
    value: 5,
    unit: 'hits',
    why: 'Nobody signed up with a trap.',
    isPublic: false,
  },
  reporterCap: {
    value: 1,
    unit: 'complaints a day and sender',
    why: 'No single reporter carries a listing.',
    isPublic: true,
  },
  leastReporters: {
    value: 5,
    unit: 'distinct reporters',
    why: 'Complaints list nobody before so many different people have complained.',
    isPublic: true,
  },
  othersMessages: {
    value: 8,
    unit: 'judged messages',
    why: 'With so many from others, or so many recipients, within a day several sources report of a sender; what one of them alone says lists nobody then.',
    isPublic: false,
  },
  harvestShare: {
    value: 0.5,
    unit: 'share of recipients',
    why: 'Half of the recipients unknown is no list that anybody cleaned.',
    isPublic: false,
  },
  harvestRecipients: { value: 20, unit: 'recipients', why: 'See `harvestShare`.', isPublic: false },
  newBudget: {
    value: 40,
    unit: 'messages an hour',
    why: 'What an unknown sender of an ordinary neighbourhood may send before anything is known of it.',
    isPublic: true,
  },
  doubtBudget: {
    value: 10,
    unit: 'messages an hour',
    why: 'The same where the neighbourhood is doubtful.',
    isPublic: false,
  },
  suspectBudget: {
    value: 12,
    unit: 'messages an hour',
    why: 'While a break in pattern is being judged; a quarter of it after the first hour.',
    isPublic: false,
  },
  strangerBudget: {
    value: 1,
    unit: 'messages an hour',
    why: 'While a sender is being judged that is not known for a day and of which nothing good is known: one of many that send little each.',
    isPublic: false,
  },
  strangerHits: {
    value: 3,
    unit: 'hits',
    why: 'Of a sender that nothing good is known of so many are enough to judge it.',
    isPublic: false,
  },
  suspectSeconds: {
    value: 2,
    unit: 'seconds',
    why: 'Beyond the budget one message passes in each such time, until there are as many as a listing rests on.',
    isPublic: false,
  },
  suspectShare: {
    value: 0.5,
    unit: 'share',
    why: 'Unwanted share of late that makes a sender suspicious.',
    isPublic: false,
  },
  suspectHits: { value: 5, unit: 'hits', why: 'Fewer than this of late are chance.', isPublic: false },
  doubtShare: {
    value: 0.3,
    unit: 'share',
    why: 'Expected unwanted share from which a neighbourhood is doubtful.',
    isPublic: false,
  },
  greyShare: {
    value: 0.45,
    unit: 'share',
    why: 'Expected unwanted share from which a first message has to be tried again, as mail servers do and bots rarely.',
    isPublic: false,
  },
  greyMinutes: {
    value: 4,
    unit: 'minutes',
    why: 'Mail servers try again after five minutes or more.',
    isPublic: true,
  },
  longGreyShare: {
    value: 0.65,
    unit: 'share',
    why: 'Expected unwanted share from which the wait is `longGreyMinutes`.',
    isPublic: false,
  },
  longGreyMinutes: {
    value: 12,
    unit: 'minutes',
    why: 'The second try of a mail server comes after a quarter of an hour; of those that do not keep a queue few come back so late.',
    isPublic: false,
  },
  greyHours: { value: 6, unit: 'hours', why: 'How long a first try is remembered.', isPublic: true },
  stormAttempts: {
    value: 6,
    unit: 'attempts in ten minutes',
    why: 'No retry schedule does this after a temporary answer.',
    isPublic: false,
  },
  investigateAfter: {
    value: 3,
    unit: 'earlier listings',
    why: 'From this recurrence on a person looks.',
    isPublic: true,
  },
  trapsInvestigate: {
    value: 10,
    unit: 'messages to traps',
    why: 'So many are no single bad address on a list.',
    isPublic: false,
  },
  mostListings: {
    value: 1000,
    unit: 'listings a minute by one rule',
    why: 'More is a fault of ours, or is better put off than refused until somebody has looked: the brake of the rule is pulled.',
    isPublic: false,
  },
  mostListingsHour: {
    value: 10_000,
    unit: 'listings an hour by all rules together',
    why: 'The same for what no single rule shows, such as counters gone wrong: every rule that has listed within the hour is held.',
    isPublic: false,
  },
  rangeMembers: {
    value: 6,
    unit: 'distinct bad members',
    why: 'A range is listed for what many of its addresses do, never for one.',
    isPublic: false,
  },
  rangeShare: {
    value: 0.6,
    unit: 'share of its judged members',
    why: 'The lower bound of the share of bad ones has to be above it: six of six, or fourteen of sixteen. It is listed no longer when the share has fallen to it.',
    isPublic: false,
  },
} as const satisfies Record<string, Threshold>

export type ThresholdName = keyof typeof thresholds
export const thresholdNames = Object.keys(thresholds) as readonly ThresholdName[]

export type Tuning = Readonly<Record<ThresholdName, number>>

/** The defaults with some of them changed. */
export function tuningWith(changes: Readonly<Record<string, number>> = {}): Tuning {
  const entries = Object.entries(thresholds).map(([name, { value }]) => [name, value] as const)
  return { ...(Object.fromEntries(entries) as Tuning), ...changes }
}
