import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { day, hour } from '../../base/clock.ts'
import { daysOf, endOf, forecastOn, perHourOf, type Forecast } from './forecast.ts'

const startsAt = Date.parse('2026-05-04T00:00:00Z')
const forecast: Forecast = { startsAt, days: 5, first: 2400, growth: 50, most: 7000 }

const anyForecast = fc.record({
  startsAt: fc.integer({ min: 0, max: 30_000 }).map((nth) => nth * day),
  days: fc.integer({ min: 1, max: 42 }),
  first: fc.integer({ min: 1, max: 100_000 }),
  growth: fc.integer({ min: 0, max: 150 }),
  most: fc.integer({ min: 1, max: 100_000 }),
})

describe('A forecast', () => {
  it('grows from day to day up to its ceiling', () => {
    assert.deepEqual(
      daysOf(forecast).map(({ messages }) => messages),
      [2400, 3600, 5400, 7000, 7000],
    )
  })

  it('says nothing before its first day and after its last, to the millisecond', () => {
    assert.equal(forecastOn(forecast, startsAt - 1), 0)
    assert.equal(forecastOn(forecast, startsAt), 2400)
    assert.equal(forecastOn(forecast, startsAt + day - 1), 2400)
    assert.equal(forecastOn(forecast, endOf(forecast) - 1), 7000)
    assert.equal(forecastOn(forecast, endOf(forecast)), 0)
  })

  it('lets in no more than its day over all hours of a day, nor than its ceiling on any', () => {
    fc.assert(
      fc.property(anyForecast, fc.integer({ min: -2, max: 44 }), (any, nth) => {
        const midnight = any.startsAt + nth * day
        const hours = Array.from({ length: 24 }, (_, each) => perHourOf([any], midnight + each * hour))
        const sum = hours.reduce((all, each) => all + each, 0)
        assert.ok(sum <= forecastOn(any, midnight))
        assert.ok(sum <= any.most)
      }),
    )
  })

  it('is never added to another: the larger holds', () => {
    const other = { ...forecast, first: 4800, growth: 0 }
    assert.equal(perHourOf([forecast, other], startsAt), 200)
    assert.equal(perHourOf([other, forecast], startsAt + 2 * day), 225)
    assert.equal(perHourOf([], startsAt), 0)
  })
})
