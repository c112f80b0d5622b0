import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { nothing } from './evidence.ts'
import { differs, isWorthTelling, Weights } from './standing-rule.ts'

const budget = (perHour: number) => ({ kind: 'hourly', perHour, reason: 'new-sender' }) as const

describe('The edges', () => {
  it('are told of a budget that is another than what holds without it, and not of one that is nearly the same', () => {
    assert.equal(isWorthTelling(budget(24), budget(20)), false)
    assert.equal(isWorthTelling(budget(26), budget(20)), true)
    assert.equal(isWorthTelling({ kind: 'free' }, budget(20)), true)
    assert.equal(isWorthTelling({ ...budget(20), reason: 'suspicious' }, budget(20)), true)
  })

  it('are told anew when it has changed by more than a tenth', () => {
    assert.deepEqual([differs(budget(22), budget(20)), differs(budget(23), budget(20))], [false, true])
  })

  it('keep those with the most mail when there are too many', () => {
    const weights = new Weights(3)
    const heard = (ham: number) => ({ ...nothing, ham })
    for (const ham of [1, 1, 1, 40, 40, 900]) weights.add(heard(ham))
    assert.equal(weights.isHeavy(heard(1)), true)
    weights.endRound()
    assert.equal(weights.counted, 6)
    assert.deepEqual([weights.isHeavy(heard(1)), weights.isHeavy(heard(40))], [false, true])
  })
})
