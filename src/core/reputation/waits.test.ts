import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { day, minute } from '../../base/clock.ts'
import { afterWait, noWaits, waitSteps, type Waits } from './waits.ts'

const start = Date.UTC(2026, 4, 4)

function heard(waits: Waits, bad: number, good: number, at = start): Waits {
  let now = waits
  for (let nth = 0; nth < bad; nth++) now = afterWait(now, true, at + nth * minute)
  for (let nth = 0; nth < good; nth++) now = afterWait(now, false, at + (bad + nth) * minute)
  return now
}

describe('A wait before a first message passes', () => {
  it('grows when most of what comes again is unwanted all the same, and not beyond two steps', () => {
    assert.equal(waitSteps(heard(noWaits, 11, 0), start), 0)
    assert.equal(waitSteps(heard(noWaits, 12, 0), start), 1)
    assert.equal(waitSteps(heard(noWaits, 200, 0), start), 2)
  })

  it('stays as it is when what comes again is mixed, and shrinks when it is wanted', () => {
    const mixed = Array.from({ length: 40 }).reduce<Waits>(
      (waits, _, nth) => afterWait(waits, nth % 2 === 0, start),
      noWaits,
    )
    assert.equal(waitSteps(mixed, start), 0)
    const long = heard(noWaits, 12, 0)
    assert.equal(waitSteps(heard(long, 0, 12), start), 0)
  })

  it('shrinks by itself when nothing is heard for days', () => {
    const long = heard(noWaits, 200, 0)
    assert.equal(waitSteps(long, start + 3 * day), 1)
    assert.equal(waitSteps(long, start + 5 * day), 0)
  })
})
