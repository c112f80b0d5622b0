import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Standing } from '../access/standing.ts'
import { scopes, StandingTable } from './standing-table.ts'

const plain = { noNullPrototype: true } as const

const standing: fc.Arbitrary<Standing> = fc.oneof(
  fc.constant<Standing>({ kind: 'free' }),
  fc.record(
    {
      kind: fc.constant('hourly' as const),
      perHour: fc.nat(100_000),
      reason: fc.constantFrom('new-sender' as const, 'suspicious' as const),
    },
    plain,
  ),
  fc.record(
    {
      kind: fc.constant('grey' as const),
      waitMs: fc.nat(1000).map((minutes) => minutes * 60_000),
      spacingMs: fc.nat(100_000).map((tens) => tens * 10_000),
      reason: fc.constantFrom('new-sender' as const, 'suspicious' as const),
    },
    plain,
  ),
)

/** Few keys, so that they meet again. */
const step = fc.record({
  scope: fc.constantFrom(...Object.values(scopes)),
  high: fc.nat(40).map((word) => 0xc0000200 + word),
  low: fc.nat(3),
  standing: fc.option(standing),
})

describe('The table of standings', () => {
  it('knows what was put last and not dropped since, as a map would', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const table = new StandingTable()
        const model = new Map<string, Standing>()
        for (const { scope, high, low, standing: said } of steps) {
          const key = `${scope} ${high} ${low}`
          if (said === null) {
            model.delete(key)
            table.drop(scope, high, low)
          } else {
            model.set(key, said)
            table.put(scope, high, low, said)
          }
        }
        assert.equal(table.size, model.size)
        for (const { scope, high, low } of steps)
          assert.deepEqual(table.find(scope, high, low), model.get(`${scope} ${high} ${low}`))
      }),
    )
  })

  it('holds two million senders in 48 MiB, and lets the memory go with them', () => {
    const table = new StandingTable()
    const slow: Standing = { kind: 'hourly', perHour: 40, reason: 'new-sender' }
    const count = 2_000_000
    for (let nth = 0; nth < count; nth++) table.put(scopes['4/32'], nth * 1711, 0, slow)
    assert.equal(table.size, count)
    assert.ok(table.bytes <= 48 * 2 ** 20, `${table.bytes} bytes`)
    assert.deepEqual(table.find(scopes['4/32'], 1_999_999 * 1711, 0), slow)
    assert.equal(table.find(scopes['4/24'], 1711, 0), undefined)
    for (let nth = 0; nth < count; nth++) table.drop(scopes['4/32'], nth * 1711, 0)
    assert.deepEqual([table.size, table.bytes < 2 ** 20], [0, true])
  })
})
