import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { hour } from '../base/clock.ts'
import { mostSpent } from '../access/spent-entry.ts'
import { SpentElsewhere } from './spent-elsewhere.ts'

const unit = '192.0.2.45/32'
const now = 500_000 * hour
const current = 500_000

function threeEdges(): SpentElsewhere {
  const spent = new SpentElsewhere()
  for (const edge of ['mx1', 'mx2', 'mx3']) spent.join(edge)
  return spent
}

describe('What passed elsewhere', () => {
  it('is the sum of the other edges, told to those who did not say it', () => {
    const spent = threeEdges()
    assert.deepEqual(spent.note('mx1', [[unit, current, 4, 9]]), ['mx2', 'mx3'])
    spent.note('mx2', [[unit, current, 3, 3]])
    assert.deepEqual(spent.takeDue('mx3', now), [[unit, current, 7, 12]])
    assert.deepEqual(spent.takeDue('mx1', now), [[unit, current, 3, 3]])
    assert.deepEqual(spent.takeDue('mx2', now), [[unit, current, 4, 9]])
    assert.deepEqual(spent.takeDue('mx3', now), [], 'nothing is told twice')
  })

  it('is replaced by what an edge says later, and smaller when it has forgotten', () => {
    const spent = threeEdges()
    spent.note('mx1', [[unit, current, 20, 20]])
    spent.note('mx1', [[unit, current, 2, 2]])
    assert.deepEqual(spent.takeDue('mx2', now), [[unit, current, 2, 2]])
  })

  it('has the hour before as well, and no older one', () => {
    const spent = threeEdges()
    spent.note('mx1', [[unit, current - 1, 10, 10]])
    spent.note('mx1', [[unit, current, 1, 1]])
    assert.deepEqual(spent.takeDue('mx2', now), [
      [unit, current - 1, 10, 10],
      [unit, current, 1, 1],
    ])
    assert.deepEqual(spent.takeDue('mx3', now + 2 * hour), [])
  })

  it('is told whole to an edge that comes, in parts of a frame', () => {
    const spent = new SpentElsewhere()
    spent.join('mx1')
    const many = Array.from(
      { length: mostSpent + 5 },
      (_, nth) => [`192.0.${nth >> 8}.${nth & 255}/32`, current, 3, 3] as const,
    )
    spent.note('mx1', many)
    spent.join('mx2')
    assert.equal(spent.takeDue('mx2', now).length, mostSpent)
    assert.equal(spent.takeDue('mx2', now).length, 5)
    assert.deepEqual(spent.takeDue('mx2', now), [])
  })
})
