import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { testAbuse } from '../../../test/support/context.ts'
import { day, hour } from '../../base/clock.ts'
import { mayRelease, mostSuspensions, reliability, wantedAct, weigh, type Counted } from './incident.ts'

const now = Date.UTC(2026, 4, 4, 10)
const rules = testAbuse()
const since = now - rules.windowMs

function counted(nth: number, more: Partial<Counted> = {}): Counted {
  return {
    grade: 'A',
    reporter: `r${nth}`,
    organisation: `o${nth % 5}`,
    at: now - hour,
    sentAt: now - 2 * hour,
    isTrusted: false,
    reporterSince: now - 30 * day,
    agreed: 0,
    disagreed: 0,
    ...more,
  }
}
const many = (count: number, more: Partial<Counted> = {}): Counted[] =>
  Array.from({ length: count }, (_, nth) => counted(nth, more))
const weighed = (reports: readonly Counted[], volume = 1000) => weigh(reports, { now, since, volume, rules })

const anyReport = fc
  .record({
    nth: fc.nat(30),
    grade: fc.constantFrom('A', 'B', 'C'),
    age: fc.integer({ min: 0, max: 60 }),
    organisation: fc.nat(6),
    agreed: fc.nat(10),
    disagreed: fc.nat(10),
    at: fc.integer({ min: now - 20 * day, max: now }),
  })
  .map(({ nth, age, organisation, at, ...rest }) =>
    counted(nth, {
      ...rest,
      at,
      sentAt: at - hour,
      organisation: `o${organisation}`,
      reporterSince: now - age * day,
    }),
  )

describe('the weight of reports', () => {
  it('is one for each reporter, however much they report (ATT-3, ATT-5)', () => {
    assert.equal(weighed(many(8)).weight, 8)
    assert.equal(weighed([...many(8), ...many(8), ...many(8)]).weight, 8)
    assert.equal(weighed(Array.from({ length: 100 }, () => counted(1))).weight, 1)
  })
  it('is nothing for what is not proven, came before the window, or before the account was let go', () => {
    for (const more of [{ grade: 'B' }, { grade: 'C' }, { at: since - 1 }, { sentAt: since - 1 }])
      assert.equal(weighed(many(20, more)).weight, 0)
  })
  it('is nothing for mailboxes that are new, but for feedback loops that we asked for', () => {
    assert.equal(weighed(many(20, { reporterSince: now - 13 * day })).weight, 0)
    assert.equal(weighed(many(5, { reporterSince: now, isTrusted: true })).weight, 5)
  })
  it('is at most a half of what a suspension needs from one organization', () => {
    assert.equal(weighed(many(500, { organisation: 'one' })).weight, rules.suspendWeight / 2)
  })
  it('falls with each report that turned out otherwise', () => {
    assert.deepEqual(
      [0, 1, 2, 10].map((disagreed) => Math.round(reliability({ agreed: 0, disagreed }) * 100)),
      [100, 50, 33, 9],
    )
    assert.ok(reliability({ agreed: 50, disagreed: 1 }) > 0.9)
  })
  it('does not depend on the order, never exceeds the number of reporters, and grows with no repetition', () => {
    fc.assert(
      fc.property(fc.array(anyReport, { maxLength: 60 }), (reports) => {
        // A reporter has one history.
        const seen = new Map<string, Counted>()
        const consistent = reports.map((each) => {
          const first = seen.get(each.reporter) ?? each
          seen.set(each.reporter, first)
          const { organisation, reporterSince, agreed, disagreed } = first
          return { ...each, organisation, reporterSince, agreed, disagreed }
        })
        const once = weighed(consistent)
        assert.equal(weighed(consistent.toReversed()).weight, once.weight)
        assert.ok(once.weight <= once.reporters && once.reporters <= seen.size)
        assert.equal(weighed([...consistent, ...consistent]).weight, once.weight)
        for (const each of consistent)
          assert.ok(weighed(consistent.filter((other) => other !== each)).weight <= once.weight + 0.01)
      }),
    )
  })
})

describe('what is wanted', () => {
  it('is a suspension when reports are many, from many organizations, and many for what was sent', () => {
    const grave = weighed(many(10))
    assert.equal(wantedAct(grave, rules, false), 'suspend')
    assert.equal(wantedAct({ ...grave, organisations: 3 }, rules, false), 'notify')
    assert.equal(wantedAct({ ...grave, weight: 9.9 }, rules, false), 'notify')
    assert.equal(wantedAct({ ...grave, volume: 100_000 }, rules, false), 'notify')
    assert.equal(wantedAct({ ...grave, volume: 100_000, weight: 20 }, rules, false), 'share')
    assert.equal(wantedAct({ ...grave, volume: 0 }, rules, false), 'unlogged')
    assert.equal(wantedAct({ ...grave, weight: 1 }, rules, false), 'nothing')
  })
  it('comes at half the weight when the account was let go lately', () => {
    const half = weighed(many(5))
    assert.deepEqual([wantedAct(half, rules, false), wantedAct(half, rules, true)], ['notify', 'suspend'])
  })
  it('is a suspension after twenty true reports of a spammer', () => {
    assert.equal(wantedAct(weighed(many(20), 5000), rules, false), 'suspend')
  })
})

describe('the brakes', () => {
  it('leave one in a thousand accounts a day, and one where that is less', () => {
    assert.deepEqual(
      [0, 10, 999, 1000, 1999, 2000, 1_000_000].map((count) => mostSuspensions(count, rules)),
      [1, 1, 1, 1, 1, 2, 1000],
    )
  })
  it('let an owner release an account once in thirty days, and never what is grave', () => {
    assert.equal(mayRelease({ isSevere: false, taken: 0, rules }), 'release')
    assert.equal(mayRelease({ isSevere: false, taken: 1, rules }), 'too-many-releases')
    assert.equal(mayRelease({ isSevere: true, taken: 0, rules }), 'severe')
  })
})

describe('a thousand customers over ninety days (ATT-5)', () => {
  it('are all left alone where one reporter in twenty is malicious', () => {
    // A small generator of its own, so that a failure can be seen again.
    let state = 42
    const random = (): number => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648
    let [suspended, most] = [0, 0]
    for (let customer = 0; customer < 1000; customer++) {
      const daily = Math.round(20 * 10 ** (random() * 2.4))
      const reports: Counted[] = []
      for (let today = 0; today < 90; today++) {
        const at = now + today * day
        // Of a hundred recipients two ever report; of those one in twenty reports whatever they get, the others one message in five hundred.
        const seen = Math.floor(daily * 0.02 + random())
        for (let nth = 0; nth < seen; nth++) {
          const who = Math.floor(random() * 400)
          const isMalicious = who % 20 === 0
          if (!isMalicious && random() > 0.002) continue
          reports.push(
            counted(who, { at, sentAt: at - hour, organisation: `o${Math.floor(Math.sqrt(who))}` }),
          )
        }
        const recent = reports.filter((each) => each.at > at - rules.windowMs)
        const weight = weigh(recent, { now: at, since: at - rules.windowMs, volume: daily * 7, rules })
        most = Math.max(most, weight.weight)
        if (wantedAct(weight, rules, false) === 'suspend') suspended++
      }
    }
    assert.equal(suspended, 0)
    assert.ok(most > 2, 'the malicious were heard of')
  })
})
