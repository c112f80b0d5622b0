import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { prefixesOf, rangeCovers, type AddressRange } from './address-range.ts'
import { parseAddress } from './ip.ts'
import { formatPrefix, parsePrefix } from './prefix.ts'

const range = (first: string, last: string): AddressRange => ({
  first: orThrow(parseAddress(first)),
  last: orThrow(parseAddress(last)),
})
const made = (first: string, last: string): readonly string[] | undefined =>
  prefixesOf(range(first, last))?.map(formatPrefix)

describe('A range of addresses', () => {
  it('is made of the fewest prefixes', () => {
    assert.deepEqual(made('192.0.2.0', '192.0.2.255'), ['192.0.2.0/24'])
    assert.deepEqual(made('192.0.2.1', '192.0.2.6'), [
      '192.0.2.1/32',
      '192.0.2.2/31',
      '192.0.2.4/31',
      '192.0.2.6/32',
    ])
    assert.deepEqual(made('198.51.100.0', '198.51.102.255'), ['198.51.100.0/23', '198.51.102.0/24'])
    assert.deepEqual(made('0.0.0.0', '255.255.255.255'), ['0.0.0.0/0'])
    assert.deepEqual(made('2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'), ['2001:db8::/32'])
    assert.deepEqual(made('::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'), ['::/0'])
  })

  it('is none backwards, or from one family into the other', () => {
    assert.equal(made('192.0.2.9', '192.0.2.8'), undefined)
    assert.equal(made('192.0.2.9', '2001:db8::'), undefined)
  })

  it('covers each of its prefixes, and no wider one', () => {
    const word = fc.nat(0xffffffff)
    fc.assert(
      fc.property(word, word, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const it: AddressRange = {
          first: { family: 4, words: [low, 0, 0, 0] },
          last: { family: 4, words: [high, 0, 0, 0] },
        }
        const prefixes = prefixesOf(it) ?? []
        assert.ok(prefixes.length >= 1 && prefixes.length <= 62)
        let next = low
        for (const prefix of prefixes) {
          assert.equal(prefix.words[0], next)
          assert.ok(rangeCovers(it, prefix))
          next += 2 ** (32 - prefix.length)
        }
        assert.equal(next, high + 1)
      }),
    )
    const quarter = range('192.0.2.0', '192.0.2.63')
    for (const [text, inside] of [
      ['192.0.2.0/26', true],
      ['192.0.2.63/32', true],
      ['192.0.2.0/25', false],
      ['192.0.2.64/32', false],
      ['2001:db8::/64', false],
    ] as const)
      assert.equal(rangeCovers(quarter, orThrow(parsePrefix(text))), inside, text)
  })
})
