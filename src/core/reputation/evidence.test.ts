import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { hour } from '../../base/clock.ts'
import { Evidence, evidenceKinds } from './evidence.ts'

const halfLife = 168
const item = fc.record({
  kind: fc.constantFrom(...evidenceKinds),
  count: fc.integer({ min: 1, max: 9 }),
  at: fc.integer({ min: 480_000, max: 480_400 }).map((hours) => hours * hour + 1234),
})

describe('Evidence', () => {
  it('is the same in whatever order it comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(item, fc.nat()), { maxLength: 40 }), (given) => {
        const items = given.map(([each]) => each)
        const shuffled = given.toSorted(([, a], [, b]) => a - b)
        const [one, other] = [new Evidence(halfLife), new Evidence(halfLife)]
        for (const { kind, count, at } of items) one.add(kind, count, at)
        for (const [each] of shuffled) other.add(each.kind, each.count, each.at)
        const now = 480_500 * hour
        const [a, b] = [one.counts(now), other.counts(now)]
        for (const kind of evidenceKinds) assert.ok(Math.abs(a[kind] - b[kind]) < 1e-9)
      }),
    )
  })

  it('halves in a half-life and never grows', () => {
    const evidence = new Evidence(halfLife)
    evidence.add('spam', 8, 480_000 * hour)
    assert.equal(evidence.counts(480_000 * hour).spam, 8)
    assert.equal(evidence.counts((480_000 + halfLife) * hour).spam, 4)
    assert.equal(evidence.counts(479_000 * hour).spam, 8)
  })
})
