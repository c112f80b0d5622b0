import { z } from 'zod'
import { day } from '../../base/clock.ts'
import { key, section } from '../key.ts'
import {
  domain,
  duration,
  expectations,
  line,
  list,
  network,
  oneOf,
  path,
  share,
  weight,
  wholeNumber,
} from '../values.ts'

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

export const abuse = section(
  'The abuse desk: mail of ours that somebody complains of (docs/operate/abuse.md).',
  {
    mode: key(
      oneOf(['observe', 'notify', 'suspend']).prefault('observe'),
      'How far rules go by themselves: `observe` notes what they would have done, `notify` tells the owner of the account, `suspend` stops the account as well. People at the desk can do everything in every mode.',
    ),
    notifyWeight: key(
      weight(1000).prefault(2),
      'Proven reports, each reporter once in seven days, at which the owner is told. Two, so that one person’s opinion moves nothing.',
      { unit: 'reporters' },
    ),
    suspendWeight: key(
      weight(1000).prefault(10),
      'The same, at which the account is suspended. Where `organisations` is more than one, none of them carries more than half of it.',
      { unit: 'reporters' },
    ),
    organisations: key(
      wholeNumber(1, 100).prefault(4),
      'Organizations (registered domains of reporters) that the reports must come from before an account is suspended: mailboxes of one are not independent of each other.',
    ),
    share: key(
      share().prefault(0.003),
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
      share().prefault(0.001),
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
  },
)
