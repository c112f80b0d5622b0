import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Address } from '../../standards/ip.ts'
import { covers, formatPrefix, prefixOf, unitOf } from '../../standards/prefix.ts'
import { impactOf, isHeavy, isIn, largeLine, shareOf, stemOf } from './impact.ts'

const word = fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 0x20010db8, 0xffff0000, 0x0000ffff))
const anyAddress: fc.Arbitrary<Address> = fc.oneof(
  word.map((first) => ({ family: 4, words: [first >>> 0, 0, 0xffff, 0] }) as unknown as Address),
  fc.tuple(word, word, word, word).map((words) => ({ family: 6, words }) as unknown as Address),
)

describe('What a range hits', () => {
  it('is looked for by a text that the keys of all its senders begin with', () => {
    fc.assert(
      fc.property(anyAddress, fc.integer({ min: 8, max: 63 }), (address, bits) => {
        const range = prefixOf(address, address.family === 4 ? Math.min(31, bits) : Math.max(16, bits))
        const unit = unitOf(address)
        assert.ok(covers(range, unit))
        assert.ok(formatPrefix(unit).startsWith(stemOf(range)), `${formatPrefix(unit)} ${stemOf(range)}`)
        assert.ok(isIn(range, formatPrefix(unit)))
      }),
    )
  })

  it('is much when it is more than the share, or when a large sender is in it', () => {
    const rules = { share: 0.001, senders: 1000 }
    const impact = { senders: 2, messages: 12, wanted: 10, wantedOfAll: 10_000, large: 0 }
    assert.equal(shareOf(impact), 0.001)
    assert.equal(isHeavy(impact, rules), false)
    assert.equal(isHeavy({ ...impact, wanted: 11 }, rules), true)
    assert.equal(isHeavy({ ...impact, wanted: 1, large: 1 }, rules), true)
    assert.equal(isHeavy({ ...impact, wanted: 0, wantedOfAll: 0 }, rules), false)
  })

  it('counts a sender as large from the wanted mail of the last of them on; with few senders everybody is', () => {
    assert.equal(largeLine([5, 1, 9, 7], 2), 7)
    assert.equal(largeLine([5, 1], 3), 0)
    assert.equal(largeLine([5, 1], 0), Infinity)
    const senders = [
      { unit: '192.0.2.1/32', messages: 9, wanted: 7 },
      { unit: '192.0.2.2/32', messages: 8, wanted: 0 },
    ]
    const impact = { senders: 2, messages: 17, wanted: 7, wantedOfAll: 100, large: 1 }
    assert.deepEqual(impactOf(senders, { wantedOfAll: 100, line: 7 }), impact)
    assert.deepEqual(impactOf(senders, { wantedOfAll: 100, line: 8 }), { ...impact, large: 0 })
    assert.deepEqual(impactOf(senders, { wantedOfAll: 100, line: 0 }), impact)
  })
})
