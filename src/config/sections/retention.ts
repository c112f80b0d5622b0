import { day, hour } from '../../base/clock.ts'
import { key, section } from '../key.ts'
import { duration } from '../values.ts'

export const retention = section('When data is removed. The audit chain is kept.', {
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
