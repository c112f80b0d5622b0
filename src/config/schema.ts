import { z } from 'zod'
import { day, minute } from '../base/clock.ts'
import { key, section } from './key.ts'
import { abuse } from './sections/abuse.ts'
import { check, probe, standing } from './sections/checks.ts'
import { consoleSection } from './sections/console.ts'
import { delisting, listing, protectedSenders } from './sections/delisting.ts'
import { dns, dnsbl, edge, intake, listen, lookup, policy } from './sections/doors.ts'
import { addresses, mail, webhook } from './sections/mail.ts'
import { owners } from './sections/owners.ts'
import { provider } from './sections/provider.ts'
import { recipients, vouches } from './sections/recipients.ts'
import { highVolume, reputation } from './sections/reputation.ts'
import { retention } from './sections/retention.ts'
import { support } from './sections/support.ts'
import {
  database,
  duration,
  expectations,
  list,
  network,
  notice,
  oneOf,
  path,
  wholeNumber,
} from './values.ts'

/**
 * The configuration: every key with its kind, default, sentence and the version that brought it.
 * The file, the environment, `docs/configuration.md` and `docs/postern.example.yaml` are read and printed from here.
 * A new key needs a default with which everything goes on as before.
 */

const limit = z
  .strictObject(
    {
      count: key(wholeNumber(1, 1_000_000), 'How many.'),
      per: key(duration(minute, 90 * day), 'In any time of this length.'),
    },
    { error: 'expected `count` and `per`' },
  )
  .register(expectations, { expects: '`count` and `per`' })

const limitNames = 'names of limits, each with `count` and `per`'

const limitName = z.string().regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/, {
  error: 'expected the name of a limit, such as lookup.client.day',
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
  protected: protectedSenders,
  policy,
  lookup,
  highVolume,
  reputation,
  console: consoleSection,
  mail,
  addresses,
  intake,
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
  edge,
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
    'Programs that are told when a listing begins or ends, what becomes of cases, and what the abuse desk does about an account.',
    {
      example: '[{ url: "https://hooks.provider.example/postern" }]',
    },
  ),
  dns,
  check,
  dnsbl,
  limits: key(
    z
      .record(limitName, limit, { error: `expected ${limitNames}` })
      .register(expectations, { expects: limitNames })
      .prefault({}),
    'Budgets that differ from the built-in ones, by name (docs/limits.md).',
    { example: '{ lookup.client.day: { count: 100, per: 24h } }' },
  ),
})

/** As read, before defaults that depend on other keys. */
export type ConfigRead = z.output<typeof configSchema>
