import { z } from 'zod'
import { day, minute } from '../../base/clock.ts'
import { key, section } from '../key.ts'
import { domain, duration, expectations, line, list, network, webAddress } from '../values.ts'

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

export const probe = section('One-time addresses: send a message to one and get a report about it.', {
  valid: key(
    duration(5 * minute, day).prefault('1h'),
    'How long such an address takes its one message. The report is kept for `retention.probes`.',
  ),
})

export const standing = section(
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

export const check = section(
  'The check of a sender’s DNS and authentication (`postern check`, the page `/check`).',
  {
    lists: key(
      list(dnsList).prefault([]),
      'DNS lists of others that an address is looked up in as well. None by default: whoever runs a list decides who may ask it.',
      { example: '[{ zone: bl.lists.example, url: "https://lists.example/removal" }]' },
    ),
  },
)
