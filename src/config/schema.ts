import { z } from 'zod'
import { day, hour, minute, second } from '../base/clock.ts'
import { highVolumeModes } from '../access/high-volume.ts'
import { reasonNames, type ReasonName } from '../access/reasons.ts'
import {
  database,
  date,
  domain,
  duration,
  edgeName,
  endpoint,
  expectations,
  holiday,
  hoursOfDay,
  line,
  list,
  localNetworks,
  mailbox,
  network,
  notice,
  oneOf,
  origin,
  path,
  server,
  smarthost,
  timeZone,
  webAddress,
  wholeNumber,
} from './values.ts'

/**
 * The configuration: every key with its kind, default, sentence and the version that brought it.
 * The file, the environment, `docs/configuration.md` and `docs/postern.example.yaml` are read and printed from here.
 * A new key needs a default with which everything goes on as before.
 */

export interface KeyFacts {
  /** What the key is for, in one or two sentences. */
  readonly sentence: string
  /** Version that brought it. */
  readonly since: string
  /** What a number counts; durations and texts say it themselves. */
  readonly unit?: string
  /** How the default is made, where it depends on other keys. */
  readonly made?: string
  /** A value to show where there is no default. */
  readonly example?: string
  /** Never printed: it may hold a password. */
  readonly secret?: true
}

export const keyFacts = z.registry<KeyFacts>()

const since = '0.1.0'

function key<Schema extends z.ZodType>(
  schema: Schema,
  sentence: string,
  more: Omit<KeyFacts, 'sentence' | 'since'> = {},
): Schema {
  keyFacts.add(schema, { sentence, since, ...more })
  return schema
}

function section<Shape extends z.ZodRawShape>(sentence: string, shape: Shape) {
  const schema = z.strictObject(shape, { error: 'expected keys and values' }).prefault({} as never)
  keyFacts.add(schema, { sentence, since })
  return schema
}

/** Private networks as well: where containers and machines behind one firewall ask from. */
function allowed(who: string) {
  return key(
    list(network({ 4: 8, 6: 7 })).prefault([...localNetworks]),
    `${who} This machine always may; by default private networks may too. Anybody else is closed at once and counted (\`postern_edge_strangers_total\`).`,
  )
}

const onFirstDomain = (local: string): { made: string } => ({
  made: `${local}@ the first of \`provider.domains\``,
})

const provider = section('Who runs this, in the words that senders read.', {
  name: key(line(60).prefault('Example Mail'), 'Stands on every page and in every letter.'),
  domains: key(
    list(domain(), 1).prefault(['localhost']),
    'The domains whose mail is received here. Their postmaster@ and abuse@ take mail from everybody, refused senders included.',
  ),
  site: key(
    origin().prefault('http://127.0.0.1:8080'),
    'Public address of the site and portal, as senders see it. It stands in every refusal, so keep it short. https unless the host is loopback.',
  ),
  languages: key(
    list(oneOf(['en', 'zh-CN']), 1).prefault(['en', 'zh-CN']),
    'Languages of the site; the first is spoken to readers who ask for none of them.',
  ),
  networks: key(
    list(network()).prefault([]),
    'Our own networks: never listed, and where our mail leaves from.',
    { example: '[203.0.113.0/24]' },
  ),
  community: key(
    webAddress().optional(),
    'A forum or chat where senders help each other; the site links to it.',
    {
      example: 'https://forum.provider.example/',
    },
  ),
  messageSize: key(
    wholeNumber(1, 1000).optional(),
    'The largest message that your mail servers take (Postfix: `message_size_limit`). The guide tells it to senders; nothing is enforced by it.',
    { unit: 'megabytes', example: '25' },
  ),
})

const listen = section(
  'Where each door listens. `:8080` means port 8080 of 127.0.0.1; `unix` means a socket `<data>/<door>.sock`.',
  {
    site: key(
      endpoint().prefault('127.0.0.1:8080'),
      'Public site, portal and API (HTTP), behind your TLS proxy.',
    ),
    console: key(
      endpoint().prefault('127.0.0.1:8081'),
      'Console and `/metrics` (HTTP), a listener of its own so that it can have its own host name and network.',
    ),
    policy: key(
      endpoint().prefault('127.0.0.1:10040'),
      'Postfix policy delegation. A TCP port or a unix socket.',
    ),
    lookup: key(endpoint().prefault('127.0.0.1:8070'), 'Look-up and message door of the edge (HTTP).'),
    dnsbl: key(
      endpoint().prefault('127.0.0.1:8053'),
      'DNSBL, UDP and TCP. This version does not serve the zone yet: the key is read and checked, nothing listens.',
    ),
    intake: key(
      endpoint().prefault('127.0.0.1:8025'),
      'Incoming mail of `addresses` and `mail.replyDomain` (SMTP).',
    ),
    lmtp: key(endpoint().prefault('127.0.0.1:8024'), 'The same mail by LMTP.'),
    feed: key(
      endpoint().prefault('unix'),
      'Where core gives listings to edges. A unix socket for an edge on this machine; `host:port` (TLS with the edge’s key) for edges elsewhere, which connect to what stands here.',
    ),
  },
)

const mail = section('Letters to senders.', {
  from: key(mailbox().optional(), 'Header From of every letter.', onFirstDomain('postmaster')),
  smarthost: key(
    smarthost().prefault('smtp://127.0.0.1:25'),
    'The mail server that sends our letters. `outbox` sends nothing and shows letters on the outbox page instead.',
    { secret: true },
  ),
  replyDomain: key(
    domain().optional(),
    'Domain of the addresses that we make ourselves (`b+…` for bounces, `delist+…` for proofs). Its mail must reach `listen.intake` or `listen.lmtp`, and everything in it takes mail from refused senders too.',
    { made: '`postern.` and the first of `provider.domains`' },
  ),
})

const addresses = section(
  'Mailboxes that senders and users write to. All of them take mail from refused senders, within a budget.',
  {
    abuse: key(
      mailbox().optional(),
      'Reports of abuse from our systems (RFC 2142). Every message is kept and examined; one in which nothing is reported goes on to `notify` as well.',
      onFirstDomain('abuse'),
    ),
    delist: key(
      mailbox().optional(),
      'Senders who cannot use the portal forward their bounce here.',
      onFirstDomain('delist'),
    ),
    reports: key(
      mailbox().optional(),
      'Reports of spam by our own users and mail stores: ARF (RFC 5965), which says what is reported, or a message as attachment, which means junk. [How](integrate/dovecot.md).',
      onFirstDomain('report-spam'),
    ),
    junk: key(
      mailbox().optional(),
      'The same, for mail that should have been in junk.',
      onFirstDomain('junk'),
    ),
    notJunk: key(
      mailbox().optional(),
      'The same, for mail that should not have been in junk.',
      onFirstDomain('not-junk'),
    ),
    phish: key(mailbox().optional(), 'The same, for phishing.', onFirstDomain('phish')),
  },
)

const delisting = section('The delist portal.', {
  link: key(duration(5 * minute, day).prefault('1h'), 'How long the link in a confirmation letter works.'),
  review: key(
    duration(hour, 30 * day).prefault('48h'),
    'Within which time a person here decides a request that no rule decides. It is promised on the page.',
  ),
  reviews: key(
    wholeNumber(2, 100_000).prefault(1000),
    'How many requests may wait for a person at once; half of the places are for senders who show control of their address. Whoever finds no place is told when to come again.',
  ),
  watch: key(
    duration(hour, 30 * day).prefault('7d'),
    'How long a delisted address is watched for its next message, so that the page can show it.',
  ),
  challengeCost: key(
    wholeNumber(1, 8).prefault(4),
    'How hard the proof of work in the form is. Each more makes it sixteen times harder; 4 takes a telephone about a second.',
    { unit: 'leading zeros, hexadecimal' },
  ),
})

/** What outsiders may open: `core/cases/external.ts` says what each means. */
const externalRule = oneOf(['none', 'by-path', 'form', 'full'])

const reasonName = z.enum(reasonNames as readonly [ReasonName, ...ReasonName[]], {
  error: 'expected the name of a reason, such as spam (docs/reasons.md)',
})

const support = section('Cases: what a person here decides, and by when.', {
  external: key(
    externalRule.prefault('by-path'),
    'Which cases outsiders may open. `none`: none, they have the portal, the owner of their network and their recipients. `by-path`: where the way out of a refusal leads to a person. `form`: and the deliverability form. `full`: and whatever they write to the delist mailbox about an address. Owners of networks are no outsiders.',
  ),
  reasons: key(
    z
      .partialRecord(reasonName, externalRule, { error: 'expected names of reasons, each with a rule' })
      .prefault({}),
    'Reasons for which something else than `support.external` holds, by name (docs/reasons.md).',
    { example: '{ complaints: form, investigate: none }' },
  ),
  calendar: section('When people work on cases: all times of this section are counted in these hours.', {
    zone: key(timeZone().prefault('UTC'), 'Time zone of the hours below.', { example: 'Europe/Vienna' }),
    days: key(
      list(oneOf(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), 1).prefault([
        'mon',
        'tue',
        'wed',
        'thu',
        'fri',
        'sat',
        'sun',
      ]),
      'Days of the week.',
      { example: '[mon, tue, wed, thu, fri]' },
    ),
    hours: key(
      hoursOfDay().prefault('00:00-24:00'),
      'Hours of those days. With eight hours a day a `delisting.review` of 48h is six working days.',
      { example: '09:00-17:30' },
    ),
    holidays: key(list(holiday()).prefault([]), 'Days on which nobody works.', { example: '[2026-12-25]' }),
  }),
  formAddresses: key(
    wholeNumber(1, 200).prefault(20),
    'Most addresses and ranges in one deliverability form. Each is looked at by rules, with some DNS questions.',
  ),
  warmUp: section('Warm-up requests: budgets of new addresses that are raised inside an agreed forecast.', {
    addresses: key(
      wholeNumber(1, 100).prefault(8),
      'Most addresses in one request. Whoever needs more at once shares the load to look small.',
    ),
    days: key(
      wholeNumber(1, 42).prefault(42),
      'Most days of a forecast. An address is known after two weeks; six are enough for the largest sender.',
    ),
    perDay: key(
      wholeNumber(24, 10_000_000).prefault(100_000),
      'Messages a day up to which a forecast raises the budget of one address, whatever was agreed: a bound for mistakes.',
    ),
  }),
  firstAnswer: section('Within which time a case has its first answer, by severity.', {
    A: key(duration(5 * minute, 30 * day).prefault('1h'), 'Critical: much mail of many is refused.'),
    B: key(duration(5 * minute, 30 * day).prefault('24h'), 'High: the mail of one sender is refused.'),
    C: key(duration(5 * minute, 30 * day).prefault('48h'), 'Low: a question, or something with a way round.'),
  }),
  asked: key(
    duration(day, 60 * day).prefault('7d'),
    'How long somebody whom we asked something has to answer. The clock of the case stands meanwhile; a day after that it is closed as unanswered, and opened again by an answer within 14 days.',
  ),
  code: key(
    duration(day, 90 * day).prefault('30d'),
    'How long a code works that a sender hands to a recipient, so that the recipient opens a case on their behalf.',
  ),
  conditions: key(
    duration(day, 60 * day).prefault('14d'),
    'How long the tests of a conditional decision are run again. After that the request is refused, naming a test.',
  ),
  survey: key(
    z.enum(['off', 'on']).prefault('off'),
    'Whether the page of a closed case asks whoever took part if it helped: yes, partly or no, and nothing else. No letter asks for it.',
  ),
})

const listing = section('Listings made without an end of their own.', {
  terms: key(
    list(duration(minute, 365 * day), 1).prefault(['24h', '3d', '7d', '30d']),
    'How long the first listing of a prefix lasts, the second, and so on; the last stays.',
  ),
  longest: key(
    duration(day, 3 * 365 * day).prefault('365d'),
    'No listing can be given more than this. Nothing is listed for ever.',
  ),
  recurrence: key(
    duration(day, 3 * 365 * day).prefault('30d'),
    'How far back earlier listings of the same prefix count.',
  ),
  impactShare: key(
    z.number().min(0).max(1).prefault(0.001),
    'A range that is listed by hand waits for a second person when more than this share of the wanted mail of the last three days came from it: that is rather a mistake in the prefix.',
  ),
  impactSenders: key(
    wholeNumber(0, 100_000).prefault(1000),
    'The same when one of so many senders with the most wanted mail is in it. 0: only the share counts.',
    { unit: 'senders' },
  ),
})

const probe = section('One-time addresses: send a message to one and get a report about it.', {
  valid: key(
    duration(5 * minute, day).prefault('1h'),
    'How long such an address takes its one message. The report is kept for `retention.probes`.',
  ),
})

const owners = section('Owners of address space who prove that it is theirs.', {
  link: key(duration(5 * minute, day).prefault('1h'), 'How long the link in a letter to an owner works.'),
  session: key(
    duration(5 * minute, 7 * day).prefault('12h'),
    'How long an owner stays signed in on the site; then another letter brings another link. There is no password.',
  ),
  open: key(
    duration(day, 90 * day).prefault('30d'),
    'How long a claim waits for its proof: whoever runs the reverse zone may need weeks.',
  ),
  term: key(
    duration(7 * day, 3 * 365 * day).prefault('300d'),
    'How long a grant lasts after its proof was last found. Proofs are looked for daily, and two failures a day apart end the grant; this is for the case that DNS does not answer, and for parts that an owner gave to others.',
  ),
  resolvers: key(
    list(server()).prefault([]),
    'Further recursive resolvers, best in other networks than this one. A proof by DNS counts only where each of them sees it as well as those of `dns.servers`: who can lie to one of them proves nothing.',
    { example: '[198.51.100.53, 192.0.2.53]' },
  ),
  contactTerm: key(
    duration(30 * day, 3 * 365 * day).prefault('300d'),
    'How long a grant lasts that somebody confirmed by mail: the abuse contact of a registry, or a postmaster. Ten months; then they are asked anew, because people change their places.',
  ),
  contactReminder: key(
    duration(day, 90 * day).prefault('30d'),
    'How long before that end the owner is told of it.',
  ),
  contactRecheck: key(
    duration(day, 90 * day).prefault('7d'),
    'How often the registry is asked whether a network that its contact confirmed is still the same, and that contact still in it. A network that changed its holder ends the grant at once.',
  ),
  contactGrace: key(
    duration(day, 90 * day).prefault('14d'),
    'How long a grant stands when the contact that confirmed it is not named any more: for as long the owner can have the new one asked.',
  ),
  rdap: key(
    z.enum(['ask', 'never']).prefault('ask'),
    'Whether registries may be asked who holds a network (RDAP, by https). `never`: nobody can prove a network by mail to its abuse contact; DNS and files stay.',
  ),
  rdapFiles: key(
    list(path()).prefault([]),
    'Bootstrap files of IANA (RFC 9224: `ipv4.json`, `ipv6.json` of https://data.iana.org/rdap/) to use in place of the table that comes with Postern. Registries send on to one another what was transferred, so an older table works.',
    { example: '[/etc/postern/rdap/ipv4.json, /etc/postern/rdap/ipv6.json]' },
  ),
  rdapHosts: key(
    list(domain()).prefault([]),
    'Further RDAP servers that a registry may send us on to, besides those of the table and the national registries that come with Postern.',
    { example: '[rdap.nir.example]' },
  ),
})

/** An OpenID provider: its issuer, and who we are there. `as`: what the sentences call those who sign in. */
function providerKeys(who: { readonly as: string; readonly realm: string; readonly secret: string }) {
  return {
    issuer: key(
      webAddress().optional(),
      'The issuer, exactly as the provider names itself; its configuration is read from `/.well-known/openid-configuration` below it. Nothing is offered without.',
      { example: `https://id.provider.example/realms/${who.realm}` },
    ),
    clientId: key(line(200).prefault('postern'), 'The name of this client at the provider.'),
    secretFile: key(
      path().optional(),
      'File with the client’s secret (mode 0600). Without one this is a public client, which PKCE alone protects.',
      { example: `/etc/postern/${who.secret}` },
    ),
    label: key(
      line(40).prefault('OpenID Connect'),
      `What ${who.as} call the provider; it stands on the button.`,
    ),
  }
}

const recipientAdmin = z
  .strictObject(
    {
      mailbox: key(mailbox().optional(), 'The mailbox of somebody who looks after the domains.'),
      group: key(
        line(200).optional(),
        'Or a value of the claim `recipients.oidc.groupsClaim`: whoever signs in at the provider with it looks after the domains.',
      ),
      domains: key(list(domain(), 1), 'Domains of `provider.domains`.'),
    },
    { error: 'expected `mailbox` or `group`, and `domains`' },
  )
  .refine(({ mailbox, group }) => (mailbox === undefined) !== (group === undefined), {
    error: 'expected one of `mailbox` and `group`',
  })
  .register(expectations, { expects: '`mailbox` or `group`, and `domains`' })

const recipients = section(
  'People whose mailboxes are ours, on the public site: what was refused in their name (docs/operate/recipients.md).',
  {
    link: key(
      duration(5 * minute, day).prefault('1h'),
      'How long the link in a letter to a recipient works. Letters go to mailboxes of `provider.domains` alone.',
    ),
    session: key(
      duration(5 * minute, 7 * day).prefault('12h'),
      'How long a recipient stays signed in on the site; then they sign in again, by a letter or at the OpenID provider. There is no password of ours.',
    ),
    admins: key(
      list(recipientAdmin).prefault([]),
      'Who sees what was refused to everybody of a domain, and acts for its mailboxes.',
      { example: '[{ mailbox: postmaster@provider.example, domains: [provider.example] }]' },
    ),
    oidc: section(
      'Sign-in of recipients at an OpenID provider, beside the letter (docs/operate/recipients.md). It may be another one than the console’s, and is another client.',
      {
        ...providerKeys({ as: 'recipients', realm: 'users', secret: 'recipients-oidc.secret' }),
        mailboxClaim: key(
          line(60).prefault('email'),
          'Claim of the ID token that is the mailbox. It has to be in one of `provider.domains`.',
        ),
        mailboxProof: key(
          oneOf(['email_verified', 'claim']).prefault('email_verified'),
          '`email_verified`: the mailbox is believed only where the provider says with that claim that it has verified `email`. `claim`: whatever stands in `mailboxClaim` is theirs. Write that only where your directory assigns it and nobody can change their own.',
        ),
        groupsClaim: key(
          line(60).optional(),
          'Claim of the ID token with the groups that `recipients.admins` may name: a text or a list of texts. Without it no group counts.',
          { example: 'groups' },
        ),
      },
    ),
  },
)

const vouches = section(
  'Vouches: a recipient lets mail that was refused to them pass, from one domain and network, for some days (docs/operate/recipients.md).',
  {
    mode: key(
      oneOf(['on', 'off']).prefault('on'),
      '`off`: nobody can vouch, and what was vouched for before does not act. Malware and phishing no vouch lets pass, whatever stands here.',
    ),
    usual: key(duration(day, 365 * day).prefault('30d'), 'What the form proposes.'),
    longest: key(
      duration(day, 365 * day).prefault('90d'),
      'No vouch lasts longer. It can be given again after a new refusal, or while it lasts.',
    ),
    most: key(wholeNumber(1, 1000).prefault(20), 'How many one mailbox has at a time.', { unit: 'vouches' }),
  },
)

const retention = section('When data is removed. The audit chain is kept.', {
  decisions: key(
    duration(day, 365 * day).prefault('30d'),
    'Records of refusals. A link in a refusal shows details as long as its record is kept.',
  ),
  endedListings: key(
    duration(day, 3 * 365 * day).prefault('90d'),
    'Listings and their evidence, counted from their end.',
  ),
  feedChanges: key(
    duration(hour, 90 * day).prefault('7d'),
    'Numbered changes for edges. An edge that was away longer starts from a snapshot.',
  ),
  requests: key(duration(day, 3 * 365 * day).prefault('90d'), 'Delist requests with their mailboxes.'),
  events: key(
    duration(3 * day, 90 * day).prefault('7d'),
    'Mail events as they came. Hourly counters made of them are kept longer; an event whose id was seen within this time is a duplicate.',
  ),
  evidence: key(
    duration(14 * day, 365 * day).prefault('60d'),
    'Hourly counters of senders. The judgement looks back sixty days: what is older only serves people who look.',
  ),
  senders: key(
    duration(14 * day, 365 * day).prefault('60d'),
    'What is known of senders, of groups of them and of reporters, counted from when they were last heard of. After sixty days a sender is new again.',
  ),
  probes: key(
    duration(day, 30 * day).prefault('1d'),
    'Reports about messages to a probe address, counted from when the address was made. Nothing of a body is in them.',
  ),
  abuseEvidence: key(
    duration(day, 3 * 365 * day).prefault('180d'),
    'Messages that were reported to the abuse desk, and who brought them; sealed all the while.',
  ),
  abuseReports: key(
    duration(30 * day, 5 * 365 * day).prefault('730d'),
    'Reports of abuse without them, incidents and reporters, counted from when they came or were last heard of.',
  ),
  cases: key(
    duration(30 * day, 5 * 365 * day).prefault('730d'),
    'Cases with everything that was said in them, counted from their end; words and messages are sealed all the while.',
  ),
  sent: key(
    duration(day, 90 * day).prefault('14d'),
    'The log of what our accounts sent: keyed hashes of Message-IDs and recipients. A report about an older message proves nothing by itself.',
  ),
})

const namedNetworks = (what: string) =>
  z
    .strictObject(
      {
        name: key(line(60), `What people call the ${what}.`),
        networks: key(list(network(), 1), 'Addresses of it.'),
      },
      { error: 'expected `name` and `networks`' },
    )
    .register(expectations, { expects: '`name` and `networks`' })

const accessMap = z
  .strictObject(
    {
      file: key(path(), 'The file. It is replaced as a whole whenever an account is suspended or released.'),
      format: key(
        oneOf(['postfix', 'dovecot']).prefault('postfix'),
        '`postfix`: `login REJECT …` for `check_sasl_access`; `dovecot`: one login a line for a passdb with `deny`.',
      ),
    },
    { error: 'expected `file` and perhaps `format`' },
  )
  .register(expectations, { expects: '`file` and perhaps `format`' })

const abuse = section('The abuse desk: mail of ours that somebody complains of (docs/operate/abuse.md).', {
  mode: key(
    oneOf(['observe', 'notify', 'suspend']).prefault('observe'),
    'How far rules go by themselves: `observe` notes what they would have done, `notify` tells the owner of the account, `suspend` stops the account as well. People at the desk can do everything in every mode.',
  ),
  notifyWeight: key(
    z.number().positive().max(1000).prefault(2),
    'Proven reports, each reporter once in seven days, at which the owner is told. Two, so that one person’s opinion moves nothing.',
    { unit: 'reporters' },
  ),
  suspendWeight: key(
    z.number().positive().max(1000).prefault(10),
    'The same, at which the account is suspended. Where `organisations` is more than one, none of them carries more than half of it.',
    { unit: 'reporters' },
  ),
  organisations: key(
    wholeNumber(1, 100).prefault(4),
    'Organizations (registered domains of reporters) that the reports must come from before an account is suspended: mailboxes of one are not independent of each other.',
  ),
  share: key(
    z.number().min(0).max(1).prefault(0.003),
    'Weight of the reports for each message that the account sent in the same time, before it is suspended. Large receivers ask senders to stay below 0.003.',
  ),
  window: key(
    duration(day, 30 * day).prefault('7d'),
    'How far back reports count, and within which time reports of one account and class are one incident.',
  ),
  newReporter: key(
    duration(0, 90 * day).prefault('14d'),
    'A reporter first heard of less than this ago weighs nothing: mailboxes made for an attack are new.',
  ),
  suspendedShare: key(
    z.number().min(0).max(1).prefault(0.001),
    'Of all accounts that sent mail in thirty days, the part that rules may suspend in a day; at least one account. Together with the limit `abuse.suspensions.ten-minutes` it is the brake: beyond it a person decides.',
  ),
  ownReleases: key(
    wholeNumber(0, 10).prefault(1),
    'Releases in thirty days that the owner of an account may take on the page of the incident. After them a person decides.',
  ),
  ownerLetters: key(
    oneOf(['account', 'never']).prefault('account'),
    '`account`: the owner is written to at the account’s own mailbox, where its login is one. `never`: your own systems tell them, by the webhook.',
  ),
  protected: key(list(line(320)).prefault([]), 'Logins that rules never suspend; a person decides.', {
    example: '[newsletter@provider.example]',
  }),
  trusted: key(
    list(domain()).prefault([]),
    'Domains whose feedback loops we asked for. Their reports count at once, each recipient as a reporter.',
    { example: '[fbl.example.net]' },
  ),
  signers: key(
    list(domain()).prefault([]),
    'Domains besides `provider.domains` that our servers sign with (DKIM `d=`): those of customers.',
    { example: '[customer.example]' },
  ),
  accountFrom: key(
    list(oneOf(['log', 'trace', 'login']), 1).prefault(['log', 'trace', 'login']),
    'Where the account of a message is taken from, in this order: our log of sent mail, the trace header, the login in a trace field (`Authenticated sender`).',
  ),
  connectors: key(
    list(namedNetworks('connector')).prefault([]),
    'Machines of customers that hand mail to us, told apart by address.',
    { example: '[{ name: shop, networks: [203.0.113.16/28] }]' },
  ),
  pools: key(
    list(namedNetworks('pool')).prefault([]),
    'Addresses that our mail leaves from, told apart by name.',
    { example: '[{ name: bulk, networks: [203.0.113.64/28] }]' },
  ),
  accessMaps: key(
    list(accessMap).prefault([]),
    'Files that tell mail servers which accounts are suspended.',
    { example: '[{ file: /var/lib/postern/access/suspended }]' },
  ),
})

const webhook = z
  .strictObject(
    {
      url: key(webAddress(), 'Where events are posted (Standard Webhooks: signed, retried).'),
      secretFile: key(path().optional(), 'File with the signing secret (`whsec_…`, mode 0600).', {
        made: '`<data>/webhook.secret`, made on first start',
      }),
    },
    { error: 'expected `url` and perhaps `secretFile`' },
  )
  .register(expectations, { expects: '`url` and perhaps `secretFile`' })

const dnsList = z
  .strictObject(
    {
      zone: key(domain(), 'Zone that the address is asked in, in reverse (RFC 5782).'),
      name: key(line(60).optional(), 'How people call the list.', { made: 'the zone' }),
      url: key(webAddress(), 'Page of the list about being on it; the report links to it.'),
    },
    { error: 'expected `zone`, `url` and perhaps `name`' },
  )
  .register(expectations, { expects: '`zone`, `url` and perhaps `name`' })

const standing = section(
  'Our own standing: what lists of others say about the addresses that our mail leaves from.',
  {
    lists: key(
      list(dnsList).prefault([]),
      'DNS lists of others to ask about our addresses. None by default: whoever runs a list decides who may ask it, and how often. `url` is where we ask to be taken off.',
      { example: '[{ zone: bl.lists.example, url: "https://lists.example/removal" }]' },
    ),
    addresses: key(
      list(network()).prefault([]),
      'Addresses and networks that our mail leaves from; `provider.networks` when empty. Of IPv6 one question for each /64, and wider networks are not asked about. At most 1,024 in all: each costs every list a question in each round.',
      { example: '[203.0.113.25]' },
    ),
    every: key(
      duration(15 * minute, day).prefault('1h'),
      'Between two rounds of questions. Lists change within minutes, but each question costs somebody else; an hour is what most of them allow.',
    ),
  },
)

const limit = z
  .strictObject(
    {
      count: key(wholeNumber(1, 1_000_000), 'How many.'),
      per: key(duration(minute, 90 * day), 'In any time of this length.'),
    },
    { error: 'expected `count` and `per`' },
  )
  .register(expectations, { expects: '`count` and `per`' })

const limitName = z.string().regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/, {
  error: 'expected the name of a limit, such as lookup.client.day',
})

const thresholdName = z.string().regex(/^[a-zA-Z]+$/, {
  error: 'expected the name of a threshold, such as newBudget',
})

const groupRoles = z
  .strictObject(
    {
      group: key(line(200), 'A value of the claim `groupsClaim`.'),
      roles: key(
        list(oneOf(['viewer', 'case-agent', 'abuse-agent', 'list-operator', 'auditor', 'admin']), 1),
        'What its members are let in for.',
      ),
    },
    { error: 'expected `group` and `roles`' },
  )
  .register(expectations, { expects: '`group` and `roles`' })

const consoleSection = section('The console, and how its operators sign in (docs/operate/sign-in.md).', {
  origin: key(
    origin().optional(),
    'Public address of the console, as browsers see it. Passkeys and OpenID Connect are bound to it and are offered only where it stands here; a later change makes every passkey void. An address in figures takes no passkeys: for a console on this machine write `http://localhost:8081`.',
    { example: 'https://console.provider.example' },
  ),
  oidc: section('Sign-in at an OpenID provider: Keycloak, Entra, Google and others.', {
    ...providerKeys({ as: 'operators', realm: 'staff', secret: 'oidc.secret' }),
    domains: key(
      list(domain()).prefault([]),
      'Where not empty, only accounts whose mail address is verified and in one of these domains. It narrows; it never says who somebody is.',
      { example: '[provider.example]' },
    ),
    newcomers: key(
      oneOf(['refuse', 'by-group']).prefault('refuse'),
      '`refuse`: an operator is there first and connects the account on their own page. `by-group`: whoever has a group of `groups` becomes an operator at the first sign-in, and has the roles that the groups say at each.',
    ),
    groupsClaim: key(
      line(60).prefault('groups'),
      'Claim of the ID token with the groups: a text or a list of texts.',
    ),
    groups: key(
      list(groupRoles).prefault([]),
      'Groups and their roles, for `by-group`. What stands here needs no second person.',
      { example: '[{ group: mail-desk, roles: [case-agent, abuse-agent] }]' },
    ),
  }),
})

export const configSchema = z.strictObject({
  provider,
  data: key(
    path().prefault('./data'),
    'Folder of snapshot files, spools, sockets, keys and the embedded database. Made on first start, mode 0700.',
  ),
  database: key(
    database().prefault('sqlite'),
    '`sqlite` is a file in `data`. For PostgreSQL keep the password out of here: peer authentication, or a password file (`PGPASSFILE`).',
    { secret: true },
  ),
  listen,
  trustedProxies: key(
    list(network()).prefault([]),
    'Proxies whose `X-Forwarded-For` is believed. Without your proxy here all visitors look like one.',
    { example: '[127.0.0.0/8]' },
  ),
  protected: section('Senders that are never listed, whatever they do.', {
    networks: key(
      list(network()).prefault([]),
      'Networks. Special-purpose space and `provider.networks` are protected anyway.',
      { example: '[198.51.100.0/24]' },
    ),
    names: key(
      list(domain()).prefault([]),
      'Host names, and everything below them: a client whose forward-confirmed name this is passes whatever is listed, and is held to no budget. The mail server tells the name with each message (Postfix: `client_name`); the pages look it up themselves. A name that does not lead back to the address protects nobody.',
      { example: '[mail.example.org]' },
    ),
  }),
  policy: section('What the policy door answers.', {
    mode: key(
      oneOf(['enforce', 'observe']).prefault('enforce'),
      '`observe` lets everything pass and records what would have been said: for the first days behind a real MTA.',
    ),
    allow: allowed('Mail servers that may ask at `listen.policy`, where it is a TCP port.'),
  }),
  lookup: section('The look-up and message door of the edge.', {
    allow: allowed('Who may ask at `listen.lookup`, where it is a TCP port.'),
    messageDoor: key(
      oneOf(['absent', 'installed']).prefault('absent'),
      '`installed`: the content filter of every mail server asks the message door about every message, with its recipients (docs/integrate/message-door.md). Then mail from a listed range passes at RCPT when it claims a domain that is known to be good, and is refused at its end if that domain neither signed it nor passed SPF. Where not every message is asked about, a forger would get through: leave it `absent` there.',
    ),
  }),
  highVolume: section(
    'Domains that send much must pass SPF, DKIM and DMARC with every message. Works where the content filter asks the message door (docs/integrate/message-door.md); elsewhere nothing is known of a message’s domain and the rule stays without effect.',
    {
      mode: key(
        oneOf(highVolumeModes).prefault('observe'),
        '`observe` records what would be refused, `junk` adds the header `X-Postern-Junk`, `reject` answers 550 5.7.515 at the end of DATA.',
      ),
      messages: key(
        wholeNumber(1, 100_000_000).prefault(5000),
        'A domain with more than this, its sub-domains and refused messages included, is high-volume. Each edge counts for itself.',
        { unit: 'messages a UTC day' },
      ),
      junkSince: key(
        date().optional(),
        'Day from which `junk` is done, also on the way to `reject`; observed until then.',
        { example: '2026-04-01' },
      ),
      rejectSince: key(
        date().optional(),
        'Day from which `reject` is done. Until then it is `junk` where `junkSince` has come, else observed.',
        { example: '2026-05-05' },
      ),
      notices: key(
        oneOf(['never', 'before']).prefault('never'),
        '`before`: before `junkSince` and `rejectSince` (at most 60 days) a letter goes to postmaster@ of each domain whose messages fail, once for each of the two days, under the rules of all letters: three a day to a mailbox at most, none after STOP, none to a domain that DNS does not know.',
      ),
      stays: key(
        duration(day, 365 * day).prefault('30d'),
        'How long a domain stays high-volume after the last day that it was.',
      ),
    },
  ),
  reputation: section('The engine’s own judgement; listings by hand act at once, whatever stands here.', {
    mode: key(
      oneOf(['observe', 'defer', 'enforce']).prefault('observe'),
      'How far the judgement goes: `observe` records what it would have done, `defer` only defers, `enforce` defers and refuses. Begin with `observe`, and look at who would have been hit.',
    ),
    terms: key(
      list(duration(minute, 365 * day), 1).prefault(['1h', '6h', '24h', '72h', '7d']),
      'How long its first listing of a sender lasts, the second, and so on; the last stays.',
    ),
    digest: key(
      oneOf(['daily', 'never']).prefault('daily'),
      'Whether `notify` is told each day who would have been hit on the day before. Only while not everything is acted on (`mode` is `observe` or `defer`, or `policy.mode` is `observe`), and only when there was somebody.',
    ),
    recipients: key(
      wholeNumber(1, 100_000).prefault(20),
      'Recipients that a sender’s budget has for each message of it: with a budget of 30 messages an hour, 20 here are 600 recipients an hour. Ordinary mail has one or two, a small list some dozens; who only tries names needs thousands.',
      { unit: 'recipients for each message of the budget' },
    ),
    senders: key(
      wholeNumber(1000, 10_000_000).prefault(200_000),
      'Senders kept in memory, about two kilobytes each; the others come from the database when they are heard of. The offline replay forgets the least valuable beyond it.',
    ),
    tuning: key(
      z
        .record(thresholdName, z.number().nonnegative(), {
          error: 'expected names of thresholds, each with a number',
        })
        .prefault({}),
      'Thresholds that differ from the built-in ones, by name (docs/thresholds.md). Try a change with the dry run first.',
      { example: '{ newBudget: 60 }' },
    ),
  }),
  console: consoleSection,
  mail,
  addresses,
  intake: section('Incoming mail.', {
    trust: key(
      list(network()).prefault(['127.0.0.0/8', '::1/128']),
      'Mail servers whose XFORWARD names the real client.',
    ),
  }),
  notify: key(
    notice().optional(),
    'Where an operator is told what cannot wait: `mailto:` or an https webhook.',
    {
      made: '`mailto:postmaster@` the first of `provider.domains`',
    },
  ),
  codes: key(
    oneOf(['microsoft-like', 'iana-strict']).prefault('microsoft-like'),
    'Enhanced status codes in refusals: the ones senders know from large receivers, or registered ones only (RFC 5248).',
  ),
  edge: section('This machine’s edge.', {
    name: key(
      edgeName().prefault('edge'),
      'Its name: in decision records, case links and on result pages. Every edge needs its own.',
    ),
    keyFile: key(
      path().optional(),
      'Key of this edge for a feed over TLS, as `postern token add edge NAME` printed it.',
      { made: '`<data>/edge.key`' },
    ),
    exemptPerHour: key(
      wholeNumber(1, 10_000).prefault(20),
      'What a listed address may send to the mailboxes that everybody may write to, before 451 asks it to wait.',
      { unit: 'messages an hour' },
    ),
  }),
  delisting,
  support,
  listing,
  owners,
  recipients,
  vouches,
  probe,
  abuse,
  standing,
  retention,
  guide: section('The public guide.', {
    folder: key(
      path().optional(),
      'A folder of your own pages and announcements, laid over ours, and your theme (docs/operate/guide.md). Read at start.',
      { example: '/etc/postern/guide' },
    ),
  }),
  webhooks: key(
    list(webhook).prefault([]),
    'Programs that are told when a listing begins or ends, and what the abuse desk does about an account.',
    {
      example: '[{ url: "https://hooks.provider.example/postern" }]',
    },
  ),
  dns: section('How names are looked up.', {
    servers: key(
      list(server()).prefault([]),
      'Recursive resolvers to ask, one after the other; the machine’s own (`/etc/resolv.conf`) when empty. Take one of your own: lists refuse large public ones.',
      { example: '[127.0.0.1]' },
    ),
  }),
  check: section('The check of a sender’s DNS and authentication (`postern check`, the page `/check`).', {
    lists: key(
      list(dnsList).prefault([]),
      'DNS lists of others that an address is looked up in as well. None by default: whoever runs a list decides who may ask it.',
      { example: '[{ zone: bl.lists.example, url: "https://lists.example/removal" }]' },
    ),
  }),
  dnsbl: section(
    'The DNS zone of listings. This version does not serve it yet; the keys are read and checked.',
    {
      zone: key(domain().optional(), 'Name of the zone. Not served by this version.', {
        made: '`bl.` and the first of `provider.domains`',
      }),
      allow: key(
        list(network()).prefault(['127.0.0.0/8', '::1/128']),
        'Who may ask. Not served by this version.',
      ),
      ttl: key(
        duration(second, hour).prefault('10s'),
        'How long resolvers keep an answer, which is how much later than the policy door they learn of a delisting. Not served by this version.',
      ),
    },
  ),
  limits: key(
    z
      .record(limitName, limit, { error: 'expected names of limits, each with `count` and `per`' })
      .prefault({}),
    'Budgets that differ from the built-in ones, by name (docs/limits.md).',
    { example: '{ lookup.client.day: { count: 100, per: 24h } }' },
  ),
})

/** As read, before defaults that depend on other keys. */
export type ConfigRead = z.output<typeof configSchema>
