import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { day, hour } from '../../base/clock.ts'
import { figuresOf, median, timeToAct } from './statistics.ts'

describe('The figures of the desk', () => {
  it('take the middle of the times to act, none of none', () => {
    assert.equal(median([]), null)
    assert.equal(median([9, 1, 5]), 5)
    assert.equal(median([9, 1, 5, 7]), 6)
  })

  it('count the first act, or the end where nobody was told or stopped', () => {
    const incident = { outcome: 'acted', openedAt: 10, closedAt: 30, firstActAt: 15 }
    assert.equal(timeToAct(incident), 5)
    assert.equal(timeToAct({ ...incident, firstActAt: null }), 20)
    assert.equal(timeToAct({ ...incident, firstActAt: null, outcome: 'unproven' }), null)
    assert.equal(timeToAct({ ...incident, firstActAt: 8 }), 0)
  })

  it('have a row for every day, and sums over all', () => {
    const reports = [
      { day: 0, class: 'spam', channel: 'fbl', outcome: null, count: 3 },
      { day: day, class: 'spam', channel: 'mail', outcome: 'acted', count: 2 },
    ]
    const incidents = [{ outcome: null, openedAt: hour, closedAt: null, firstActAt: 3 * hour }]
    const figures = figuresOf({ since: 0, until: 3 * day }, reports, incidents, new Map())
    assert.deepEqual(
      figures.days.map((each) => [each.reports, each.loops, each.incidents, each.acted, each.medianMs]),
      [
        [3, 3, 1, 1, 2 * hour],
        [2, 0, 0, 0, null],
        [0, 0, 0, 0, null],
      ],
    )
    assert.deepEqual([figures.outcomes.open, figures.outcomes.acted, figures.classes.get('spam')], [3, 2, 5])
  })
})
