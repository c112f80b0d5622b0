import { hour, second } from '../../base/clock.ts'
import { key, section } from '../key.ts'
import {
  domain,
  duration,
  edgeName,
  endpoint,
  list,
  localNetworks,
  network,
  oneOf,
  path,
  server,
  wholeNumber,
} from '../values.ts'

/** Private networks as well: where containers and machines behind one firewall ask from. */
function allowed(who: string) {
  return key(
    list(network({ 4: 8, 6: 7 })).prefault([...localNetworks]),
    `${who} This machine always may; by default private networks may too. Anybody else is closed at once and counted (\`postern_edge_strangers_total\`).`,
  )
}

export const listen = section(
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

export const policy = section('What the policy door answers.', {
  mode: key(
    oneOf(['enforce', 'observe']).prefault('enforce'),
    '`observe` lets everything pass and records what would have been said: for the first days behind a real MTA.',
  ),
  allow: allowed('Mail servers that may ask at `listen.policy`, where it is a TCP port.'),
})

export const lookup = section('The look-up and message door of the edge.', {
  allow: allowed('Who may ask at `listen.lookup`, where it is a TCP port.'),
  messageDoor: key(
    oneOf(['absent', 'installed']).prefault('absent'),
    '`installed`: the content filter of every mail server asks the message door about every message, with its recipients (docs/integrate/message-door.md). Then mail from a listed range passes at RCPT when it claims a domain that is known to be good, and is refused at its end if that domain neither signed it nor passed SPF. Where not every message is asked about, a forger would get through: leave it `absent` there.',
  ),
})

export const dnsbl = section(
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
)

export const edge = section('This machine’s edge.', {
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
})

export const intake = section('Incoming mail.', {
  trust: key(
    list(network()).prefault(['127.0.0.0/8', '::1/128']),
    'Mail servers whose XFORWARD names the real client.',
  ),
})

export const dns = section('How names are looked up.', {
  servers: key(
    list(server()).prefault([]),
    'Recursive resolvers to ask, one after the other; the machine’s own (`/etc/resolv.conf`) when empty. Take one of your own: lists refuse large public ones.',
    { example: '[127.0.0.1]' },
  ),
})
