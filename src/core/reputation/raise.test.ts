import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Standing } from '../../access/standing.ts'
import { day } from '../../base/clock.ts'
import { endOf, forecastOn } from '../forecasts/forecast.ts'
import { grades } from './grade.ts'
import { raisedBy } from './raise.ts'

const startsAt = Date.parse('2026-05-04T00:00:00Z')
const forecast = { startsAt, days: 3, first: 2400, growth: 100, most: 7200 }
const fresh: Standing = { kind: 'hourly', perHour: 20, reason: 'new-sender' }
const sender = { grade: 'new', isListed: false, forecasts: [forecast] } as const

const perHour = (standing: Standing): number | undefined =>
  standing.kind === 'hourly' ? standing.perHour : undefined

describe('A budget inside a forecast', () => {
  it('is raised day by day, and is what it was before the first day and after the last', () => {
    const on = (now: number): number | undefined => perHour(raisedBy(fresh, sender, now))
    assert.deepEqual(
      [0, 1, 2].map((nth) => on(startsAt + nth * day)),
      [100, 200, 300],
    )
    assert.deepEqual([on(startsAt - 1), on(endOf(forecast)), on(endOf(forecast) + 90 * day)], [20, 20, 20])
    // A clock that was turned back finds what was then.
    assert.deepEqual([on(startsAt + day), on(startsAt), on(startsAt - day)], [200, 100, 20])
  })

  it('is never lowered, nor raised for who is held for what it sends, is listed, or has to try again', () => {
    const free: Standing = { kind: 'free' }
    const earned: Standing = { kind: 'hourly', perHour: 500, reason: 'new-sender' }
    const suspicious: Standing = { kind: 'hourly', perHour: 5, reason: 'suspicious' }
    const grey: Standing = { kind: 'grey', waitMs: 1, spacingMs: 1, reason: 'new-sender' }
    for (const standing of [free, earned, suspicious, grey])
      assert.deepEqual(raisedBy(standing, sender, startsAt), standing)
    for (const grade of ['poor', 'bad'] as const)
      assert.deepEqual(raisedBy(fresh, { ...sender, grade }, startsAt), fresh)
    assert.deepEqual(raisedBy(fresh, { ...sender, isListed: true }, startsAt), fresh)
    assert.deepEqual(raisedBy(fresh, { ...sender, forecasts: [] }, startsAt), fresh)
  })

  it('is never above what was earned and what the day has, whoever asks when', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...grades),
        fc.boolean(),
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: -5 * day, max: 10 * day }),
        (grade, isListed, own, offset) => {
          const now = startsAt + offset
          const raised =
            perHour(raisedBy({ ...fresh, perHour: own }, { ...sender, grade, isListed }, now)) ?? 0
          assert.ok(raised >= own)
          assert.ok(raised === own || raised * 24 <= forecastOn(forecast, now))
          if (isListed || grade === 'poor' || grade === 'bad') assert.equal(raised, own)
        },
      ),
    )
  })
})
