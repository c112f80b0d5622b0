import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { day, hour } from '../../base/clock.ts'
import { addressFigures, dayFigures, hoursToTell, shownCount, type Counted } from './figures.ts'

const now = Date.UTC(2026, 4, 4, 10, 30)

function counted(rest: Partial<Counted>): Counted {
  return {
    unit: '192.0.2.45/32',
    day: 0,
    messages: 0,
    judged: 0,
    unwanted: 0,
    complaints: 0,
    refused: 0,
    deferred: 0,
    ...rest,
  }
}

describe('Figures of an owner (OWN-7)', () => {
  it('are counts that are rounded', () => {
    const shown = [0, 1, 9, 10, 11, 99, 100, 104, 105, 999, 1234, 98_765].map(shownCount)
    assert.deepEqual(shown, [0, 10, 10, 10, 20, 100, 100, 100, 110, 1000, 1200, 99_000])
  })

  it('never say whether it was one more, and never less than something for something', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (count) => {
        const shown = shownCount(count)
        assert.equal(shown === 0, count === 0)
        assert.ok(Math.abs(shown - count) <= Math.max(9, count * 0.05))
        assert.ok(shownCount(count + 1) >= shown)
        if (count > 0) assert.equal(shown % 10, 0)
      }),
    )
  })

  it('have shares from a hundred messages a day on, in percents and tenths of one', () => {
    const day1 = (messages: number) =>
      dayFigures(0, [counted({ messages, judged: messages, unwanted: messages / 3, complaints: 1 })])
    assert.deepEqual([day1(99).spamShare, day1(99).complaintShare], [null, null])
    assert.deepEqual([day1(300).spamShare, day1(300).complaintShare], [0.33, 0.003])
  })

  it('of an address have shares of the days that have enough, not of many small ones together', () => {
    const small = Array.from({ length: 30 }, (_, each) =>
      counted({ day: each, messages: 50, judged: 50, unwanted: 50, complaints: 50 }),
    )
    const large = counted({ day: 31, messages: 200, judged: 100, unwanted: 10 })
    assert.deepEqual(addressFigures('x', small).spamShare, null)
    assert.deepEqual(addressFigures('x', small).messages, 1500)
    assert.deepEqual(addressFigures('x', [...small, large]).spamShare, 0.1)
  })

  it('are of whole hours, an hour late, and of a month at most', () => {
    const { from, until } = hoursToTell(0, now)
    assert.equal(until * hour, Date.UTC(2026, 4, 4, 9))
    assert.equal(from * hour, Date.UTC(2026, 3, 5))
  })

  it('begin with the first whole hour after the proof (OWN-5)', () => {
    assert.equal(hoursToTell(now - 3 * hour, now).from * hour, Date.UTC(2026, 4, 4, 8))
    assert.equal(hoursToTell(now - 90 * day, now).from * hour, Date.UTC(2026, 3, 5))
    const { from, until } = hoursToTell(now, now)
    assert.ok(from > until, 'nothing yet')
  })
})
