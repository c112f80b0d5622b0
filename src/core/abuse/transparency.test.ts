import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { day, hour } from '../../base/clock.ts'
import { figuresOf } from './statistics.ts'
import { monthOf, publicCount, publicMonth } from './transparency.ts'

describe('The public figures of the desk', () => {
  it('have no count in which somebody could be found', () => {
    assert.deepEqual([0, 1, 9, 10, 14, 15, 104].map(publicCount), [0, 'few', 'few', 10, 10, 20, 100])
  })

  it('say the middle time only where ten were acted on', () => {
    const since = Date.UTC(2026, 3)
    const of = (acted: number): number | null => {
      const incident = { outcome: null, openedAt: since, closedAt: null, firstActAt: since + 3 * hour }
      const figures = figuresOf(
        { since, until: since + 30 * day },
        [],
        Array(acted).fill(incident),
        new Map(),
      )
      return publicMonth(since, figures).medianHours
    }
    assert.deepEqual([of(0), of(9), of(10)], [null, null, 3])
  })

  it('begin with the first moment of a month in UTC', () => {
    assert.equal(monthOf(Date.UTC(2026, 2, 31, 23, 59)), Date.UTC(2026, 2))
    assert.equal(monthOf(Date.UTC(2026, 0) - 1), Date.UTC(2025, 11))
  })
})
