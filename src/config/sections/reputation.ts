import { z } from 'zod'
import { highVolumeModes } from '../../access/high-volume.ts'
import { day, minute } from '../../base/clock.ts'
import { key, section } from '../key.ts'
import { date, duration, expectations, list, oneOf, threshold, wholeNumber } from '../values.ts'

const thresholds = 'names of thresholds, each with a number'

const thresholdName = z.string().regex(/^[a-zA-Z]+$/, {
  error: 'expected the name of a threshold, such as newBudget',
})

export const highVolume = section(
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
)

export const reputation = section(
  'The engine’s own judgement; listings by hand act at once, whatever stands here.',
  {
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
        .record(thresholdName, threshold(), { error: `expected ${thresholds}` })
        .register(expectations, { expects: thresholds })
        .prefault({}),
      'Thresholds that differ from the built-in ones, by name (docs/thresholds.md). Try a change with the dry run first.',
      { example: '{ newBudget: 60 }' },
    ),
  },
)
