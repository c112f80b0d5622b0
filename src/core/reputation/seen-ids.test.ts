import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { hour } from '../../base/clock.ts'
import { SeenIds } from './seen-ids.ts'

const start = Date.UTC(2026, 4, 4)

describe('Ids of events', () => {
  it('are known for 72 hours, and forgotten within twelve hours after that', () => {
    const seen = new SeenIds()
    assert.equal(seen.isKnown('mx1-4f2a', start), false)
    assert.equal(seen.isKnown('mx1-4f2a', start + 72 * hour), true)
    assert.equal(seen.isKnown('mx1-4f2b', start + 72 * hour), false)
    assert.equal(seen.isKnown('mx1-4f2a', start + 85 * hour), false)
  })

  it('are told apart, a hundred thousand of them', () => {
    const seen = new SeenIds()
    for (let nth = 0; nth < 100_000; nth++) assert.equal(seen.isKnown(`mx1-${nth}`, start), false)
    for (let nth = 0; nth < 100_000; nth += 97) assert.equal(seen.isKnown(`mx1-${nth}`, start), true)
  })
})
