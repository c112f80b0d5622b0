import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { boundsOf, incompleteBeta } from './bounds.ts'

describe('Credible bounds', () => {
  it('are those of the tables', () => {
    // Quantiles at 5 % and 95 % as R's qbeta gives them.
    const table = [
      [1, 1, 0.05, 0.95],
      [2, 8, 0.041, 0.4291],
      [21, 3, 0.7414, 0.9636],
      [0.5, 9.5, 0.000208, 0.1904],
      [200, 50, 0.7572, 0.84],
    ] as const
    for (const [a, b, lower, upper] of table) {
      const found = boundsOf(a, b)
      assert.ok(Math.abs(found.lower - lower) < 0.012, `${a} ${b}: lower ${found.lower}`)
      assert.ok(Math.abs(found.upper - upper) < 0.012, `${a} ${b}: upper ${found.upper}`)
      assert.equal(found.mean, a / (a + b))
    }
  })

  it('hold a twentieth of the belief on each side', () => {
    const count = fc.double({ min: 0.5, max: 150, noNaN: true })
    fc.assert(
      fc.property(count, count, (a, b) => {
        const { lower, mean, upper } = boundsOf(a, b)
        assert.ok(lower >= 0 && upper <= 1 && lower <= upper)
        assert.ok(Math.abs(incompleteBeta(lower, a, b) - 0.05) < 0.02)
        assert.ok(Math.abs(incompleteBeta(upper, a, b) - 0.95) < 0.02)
        if (a > 2 && b > 2) assert.ok(lower < mean && mean < upper)
      }),
    )
  })

  it('come nearer to each other with more evidence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), (a, b) => {
        const [few, many] = [boundsOf(a, b), boundsOf(a * 10, b * 10)]
        assert.ok(many.upper - many.lower < few.upper - few.lower)
      }),
    )
  })
})
