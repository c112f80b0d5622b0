import { day, minute } from '../../base/clock.ts'
import { key, section } from '../key.ts'
import { domain, duration, list, oneOf, path, server } from '../values.ts'

export const owners = section('Owners of address space who prove that it is theirs.', {
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
    oneOf(['ask', 'never']).prefault('ask'),
    'Whether registries may be asked who holds a network (RDAP, by https). `never`: nobody can prove a network by mail to its abuse contact; DNS and files stay.',
  ),
  rdapFiles: key(
    list(path()).prefault([]),
    'Bootstrap files of IANA (RFC 9224: `ipv4.json`, `ipv6.json` of https://data.iana.org/rdap/) to use in place of the table that comes with Postern, read at the start. What they do not name no registry is asked of.',
    { example: '[/etc/postern/rdap/ipv4.json, /etc/postern/rdap/ipv6.json]' },
  ),
  rdapRenew: key(
    oneOf(['never', 'weekly']).prefault('never'),
    'Whether the table of registries is renewed from IANA (RFC 9224: https://data.iana.org/rdap/). `weekly`: at most once a week, and only when somebody asks about a network; it is kept in the data folder. Not with `owners.rdapFiles`. An older table works: registries send on to one another what was transferred, and one is asked of blocks that the table does not name.',
  ),
  rdapHosts: key(
    list(domain()).prefault([]),
    'Further RDAP servers that a registry may send us on to, besides those of the table and the national registries that come with Postern.',
    { example: '[rdap.nir.example]' },
  ),
})
