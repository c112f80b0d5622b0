import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { day, hour, minute } from '../../base/clock.ts'
import { deadline, workingTime, type Calendar } from './calendar.ts'

const at = (text: string): number => Date.parse(text)
const iso = (moment: number): string => new Date(moment).toISOString().slice(0, 16)
const weekdays = [1, 2, 3, 4, 5]
const always: Calendar = { zone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: 0, until: 1440, holidays: [] }
const office: Calendar = {
  zone: 'Europe/Vienna',
  days: weekdays,
  from: 9 * 60,
  until: 17 * 60 + 30,
  holidays: ['2026-05-14'],
}
/** Night work, across both changes of the clock. */
const night: Calendar = { ...office, days: always.days, from: 60, until: 240, holidays: [] }

describe('A calendar of working hours', () => {
  it('that is always open counts time as it passes', () => {
    assert.equal(deadline(always, 1000, 48 * hour), 1000 + 48 * hour)
    assert.equal(workingTime(always, 1000, 5000), 4000)
  })

  it('counts in hours of its own zone, over nights, week-ends and holidays', () => {
    // Wednesday, 2026-05-13, 16:30 in Vienna; the 14th is a holiday.
    const from = at('2026-05-13T14:30:00Z')
    assert.equal(iso(deadline(office, from, hour)), '2026-05-13T15:30')
    assert.equal(iso(deadline(office, from, hour + minute)), '2026-05-15T07:01')
    assert.equal(iso(deadline(office, from, 10 * hour)), '2026-05-18T07:30')
    assert.equal(workingTime(office, from, at('2026-05-18T07:30:00Z')), 10 * hour)
    // A Saturday.
    assert.equal(iso(deadline(office, at('2026-05-16T10:00:00Z'), hour)), '2026-05-18T08:00')
  })

  it('opens by the clock on the wall, whatever summer time does', () => {
    assert.equal(iso(deadline(office, at('2026-03-27T20:00:00Z'), minute)), '2026-03-30T07:01')
    assert.equal(iso(deadline(office, at('2026-10-23T20:00:00Z'), minute)), '2026-10-26T08:01')
    const sydney = { ...office, zone: 'Australia/Sydney', holidays: [] }
    assert.equal(iso(deadline(sydney, at('2026-04-03T12:00:00Z'), minute)), '2026-04-05T23:01')
  })

  it('has two hours of work in a night of three when an hour is skipped, and four when one comes twice', () => {
    const length = (date: string): number =>
      workingTime(night, at(`${date}T12:00:00Z`), at(`${date}T12:00:00Z`) + day)
    assert.equal(length('2026-03-28'), 2 * hour)
    assert.equal(length('2026-10-24'), 4 * hour)
    assert.equal(length('2026-07-01'), 3 * hour)
    // 02:30 does not exist on that day: work begins when the clocks have jumped.
    const late = { ...night, from: 150 }
    assert.equal(iso(deadline(late, at('2026-03-28T12:00:00Z'), minute)), '2026-03-29T01:01')
  })

  it('never goes back, and what it adds is what it counts, in every zone', () => {
    const zones = [
      'UTC',
      'Europe/Vienna',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Asia/Shanghai',
    ]
    fc.assert(
      fc.property(
        fc.record({
          zone: fc.constantFrom(...zones),
          days: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
          from: fc.integer({ min: 0, max: 700 }),
          until: fc.integer({ min: 720, max: 1440 }),
          holidays: fc.constantFrom([], ['2026-03-30', '2026-10-26']),
        }),
        fc.integer({ min: at('2026-03-20T00:00:00Z'), max: at('2026-11-10T00:00:00Z') }),
        fc.integer({ min: 1, max: 60 * hour }),
        (calendar, from, ms) => {
          const end = deadline(calendar, from, ms)
          assert.ok(end >= from + ms)
          assert.equal(workingTime(calendar, from, end), ms)
          assert.equal(workingTime(calendar, end, from), 0)
        },
      ),
      { numRuns: 60 },
    )
  })
})
