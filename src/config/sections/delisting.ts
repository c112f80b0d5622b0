import { day, hour, minute } from '../../base/clock.ts'
import { key, section } from '../key.ts'
import { domain, duration, list, network, share, wholeNumber } from '../values.ts'

export const delisting = section('The delist portal.', {
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

export const listing = section('Listings made without an end of their own.', {
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
    share().prefault(0.001),
    'A range that is listed by hand waits for a second person when more than this share of the wanted mail of the last three days came from it: that is rather a mistake in the prefix.',
  ),
  impactSenders: key(
    wholeNumber(0, 100_000).prefault(1000),
    'The same when one of so many senders with the most wanted mail is in it. 0: only the share counts.',
    { unit: 'senders' },
  ),
})

export const protectedSenders = section('Senders that are never listed, whatever they do.', {
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
})
