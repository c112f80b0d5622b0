import { day, hour } from '../../src/base/clock.ts'
import { nothing } from '../../src/core/reputation/evidence.ts'
import type { HourOfSender, KnownSender } from '../../src/core/reputation/known-sender.ts'
import { testStart } from './context.ts'

/** A sender that turned a few days ago and is mending since yesterday; every field can be replaced. */
export function knownSender(overrides: Partial<KnownSender> = {}): KnownSender {
  return {
    unit: '192.0.2.45/32',
    since: testStart - 40 * day,
    seenAt: testStart - hour,
    name: { kind: 'own', text: 'mail.example.org' },
    home: 'example.org',
    grade: 'bad',
    counts: { ...nothing, ham: 120.4, spam: 310.2, unjudged: 12, recipients: 520, complaints: 6.5, traps: 4 },
    bounds: { lower: 0.684, mean: 0.721, upper: 0.757 },
    line: 0.6,
    prior: { mean: 0.25, strength: 4 },
    isSteady: false,
    standing: { kind: 'hourly', perHour: 20, reason: 'suspicious' },
    standingKey: '192.0.2.45/32',
    raise: null,
    isHeld: true,
    passed: 3,
    recurrence: 1,
    sources: [
      { source: 'mx1', counts: { ...nothing, ham: 110.2, spam: 8, recipients: 130 } },
      { source: 'mx2', counts: { ...nothing, ham: 10.2, spam: 302.2, recipients: 390, traps: 4 } },
    ],
    onlySource: null,
    hours: Array.from({ length: 25 }, (_, nth) => hourOfDay(nth)),
    ...overrides,
  }
}

/** Its budget is raised inside a forecast: 192.0.2.88 of the tests of the site and of the console. */
export const raisedSender = {
  address: '192.0.2.88',
  raise: { until: testStart + 14 * day, perDay: 24_000, perHour: 1000 },
}

/** One hour of each of the last days: clean at first, then a burst, then better. */
function hourOfDay(nth: number): HourOfSender {
  const spam = nth < 18 ? 2 : nth < 24 ? 40 + 13 * (nth - 18) : 6
  const counts = {
    ...nothing,
    ham: 20 + ((nth * 7) % 11),
    spam,
    unjudged: nth % 3,
    recipients: 60,
    complaints: nth > 20 ? 2 : 0,
  }
  return { at: testStart - (24 - nth) * day - hour, counts }
}
