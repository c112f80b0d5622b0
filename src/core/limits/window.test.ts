import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Limit } from './limits.ts'
import { emptyAt, leftOf, spendNow, type Spend } from './window.ts'

const limit = fc.record({
  count: fc.oneof(
    fc.integer({ min: 1, max: 10 }),
    fc.integer({ min: 11, max: 64 }),
    fc.integer({ min: 65, max: 200 }),
  ),
  windowMs: fc.integer({ min: 1, max: 5000 }),
})
/** Pauses in milliseconds and amounts: someone who asks at any time for any amount. */
const step = fc.record({ pause: fc.oneof(fc.nat(3), fc.nat(100)), count: fc.integer({ min: 1, max: 5 }) })
const schedule = fc.array(step, { minLength: 1, maxLength: 400, size: 'max' })

function run(limit: Limit, steps: readonly { pause: number; count: number }[]) {
  let now = 1_000_000
  let spends: readonly Spend[] = []
  const spent: number[] = []
  const refused: { at: number; count: number; againAt: number; before: readonly number[] }[] = []
  for (const { pause, count } of steps) {
    now += pause
    const answer = spendNow(spends, limit, now, count)
    if ('againAt' in answer) refused.push({ at: now, count, againAt: answer.againAt, before: [...spent] })
    else {
      spends = answer.spends
      for (let n = 0; n < count; n++) spent.push(now)
    }
  }
  return { spends, spent, refused, now }
}

describe('a sliding window', () => {
  it('never holds more than its limit, wherever it is laid', () => {
    fc.assert(
      fc.property(limit, schedule, (limit, steps) => {
        const { spent } = run(limit, steps)
        // The fullest window ends at a spend: [s - windowMs + 1, s].
        for (const end of spent) {
          const inside = spent.filter((at) => at <= end && at > end - limit.windowMs).length
          assert.ok(inside <= limit.count, `${inside} of ${limit.count} within ${limit.windowMs} ms`)
        }
      }),
    )
  })

  it('refuses only what would not fit, when the limit is 64 or less', () => {
    fc.assert(
      fc.property(limit, schedule, (limit, steps) => {
        fc.pre(limit.count <= 64)
        for (const { at, count, before } of run(limit, steps).refused) {
          const inside = before.filter((spent) => spent > at - limit.windowMs).length
          assert.ok(inside + count > limit.count)
        }
      }),
    )
  })

  it('counts a spend of a larger limit at most a 64th too long', () => {
    fc.assert(
      fc.property(limit, schedule, (limit, steps) => {
        fc.pre(limit.count > 64)
        const slack = Math.ceil(limit.windowMs / 64)
        for (const { at, count, before } of run(limit, steps).refused) {
          const inside = before.filter((spent) => spent > at - limit.windowMs - slack).length
          assert.ok(inside + count > limit.count)
        }
      }),
    )
  })

  it('has room at the moment it names, and not a millisecond before', () => {
    fc.assert(
      fc.property(limit, schedule, (limit, steps) => {
        const { spends, now } = run(limit, steps)
        const answer = spendNow(spends, limit, now, 1)
        if (!('againAt' in answer)) return
        assert.ok('spends' in spendNow(spends, limit, answer.againAt, 1))
        assert.ok('againAt' in spendNow(spends, limit, answer.againAt - 1, 1))
      }),
    )
  })

  it('is empty when it says so, and not before', () => {
    fc.assert(
      fc.property(limit, schedule, (limit, steps) => {
        const { spends } = run(limit, steps)
        fc.pre(spends.length > 0)
        const at = emptyAt(spends, limit)
        assert.equal(leftOf(spends, limit, at), limit.count)
        assert.ok(leftOf(spends, limit, at - 1) < limit.count)
      }),
    )
  })

  it('stays small, however large the limit', () => {
    const { spends } = run(
      { count: 1_000_000, windowMs: 5000 },
      Array.from({ length: 5000 }, () => ({ pause: 1, count: 3 })),
    )
    assert.ok(spends.length <= 65)
  })

  it('takes spends of a clock that was ahead as made now', () => {
    const limit = { count: 2, windowMs: 100 }
    const ahead = [{ at: 9_000_000, count: 2 }]
    assert.deepEqual(spendNow(ahead, limit, 1000, 1), { againAt: 1100 })
    assert.equal(leftOf([{ at: 1000, count: 2 }], limit, 1099), 0)
    assert.equal(leftOf([{ at: 1000, count: 2 }], limit, 1100), 2)
  })

  it('has no room, ever, for more than its limit at once', () => {
    assert.deepEqual(spendNow([], { count: 2, windowMs: 100 }, 1000, 3), { againAt: 1100 })
  })
})
