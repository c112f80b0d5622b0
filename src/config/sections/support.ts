import { z } from 'zod'
import { type ReasonName, reasonNames } from '../../access/reasons.ts'
import { day, minute } from '../../base/clock.ts'
import { key, section } from '../key.ts'
import { duration, expectations, holiday, hoursOfDay, list, oneOf, timeZone, wholeNumber } from '../values.ts'

/** What outsiders may open: `core/cases/external.ts` says what each means. */
const externalRule = oneOf(['none', 'by-path', 'form', 'full'])
const reasonRules = 'names of reasons, each with none, by-path, form or full'

const reasonName = z.enum(reasonNames as readonly [ReasonName, ...ReasonName[]], {
  error: 'expected the name of a reason, such as spam (docs/reasons.md)',
})

export const support = section('Cases: what a person here decides, and by when.', {
  external: key(
    externalRule.prefault('by-path'),
    'Which cases outsiders may open. `none`: none, they have the portal, the owner of their network and their recipients. `by-path`: where the way out of a refusal leads to a person. `form`: and the deliverability form. `full`: and whatever they write to the delist mailbox about an address. Owners of networks are no outsiders.',
  ),
  reasons: key(
    z
      .partialRecord(reasonName, externalRule, { error: `expected ${reasonRules}` })
      .register(expectations, { expects: reasonRules })
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
    oneOf(['off', 'on']).prefault('off'),
    'Whether the page of a closed case asks whoever took part if it helped: yes, partly or no, and nothing else. No letter asks for it.',
  ),
})
