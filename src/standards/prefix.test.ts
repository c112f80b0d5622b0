import assert from 'node:assert/strict'
import { BlockList } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow, Refusal, type Facts } from '../base/refusal.ts'
import { formatAddress, parseAddress, type Address } from './ip.ts'
import {
  coveringPrefixes,
  covers,
  formatPrefix,
  overlaps,
  parseListable,
  parsePrefix,
  prefixOf,
  rangeKeys,
  showPrefix,
  showPrefixText,
  unitLength,
  unitOf,
  widestLength,
  type Prefix,
} from './prefix.ts'

function show(result: Prefix | Refusal): string {
  return result instanceof Refusal ? result.code : formatPrefix(result)
}

function factsOf(result: Prefix | Refusal): Facts {
  assert.ok(result instanceof Refusal)
  return result.facts
}

const anyAddress = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => orThrow(parseAddress(text)))

const anyPrefix = fc
  .tuple(anyAddress, fc.nat(128))
  .map(([address, length]) => prefixOf(address, address.family === 4 ? length % 33 : length))

/** Addresses near the edges of a prefix, inside and outside. */
function near(prefix: Prefix, bit: number, random: Address): Address {
  const bits = [...prefix.words].map((word, index) => {
    const host = ~prefixOf(
      { family: 6, words: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff] },
      prefix.length,
    ).words[index as 0]
    return (word | ((random.words[index as 0] & host) >>> 0)) >>> 0
  })
  const flipped = bits.map((word, index) =>
    bit >>> 5 === index ? (word ^ (0x80000000 >>> (bit & 31))) >>> 0 : word,
  )
  const [a = 0, b = 0, c = 0, d = 0] = flipped
  return prefix.family === 4 ? { family: 4, words: [a, 0, 0, 0] } : { family: 6, words: [a, b, c, d] }
}

describe('Listable prefixes', () => {
  for (const [text, expected] of [
    ['192.0.2.45', '192.0.2.45/32'],
    ['192.0.2.45/32', '192.0.2.45/32'],
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.0/23', '192.0.2.0/23'],
    ['192.0.3.0/23', 'prefix.host-bits'],
    ['198.0.0.0/8', '198.0.0.0/8'],
    ['2001:db8::1', '2001:db8::/64'],
    ['2001:DB8:0:0::/64', '2001:db8::/64'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['2001::/16', '2001::/16'],
    ['::ffff:192.0.2.45', '192.0.2.45/32'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['::ffff:c000:200/120', '192.0.2.0/24'],
    ['::ffff:192.0.2.0/24', 'prefix.too-wide'],
    ['::ffff:0:0/96', 'prefix.too-wide'],
    ['0.0.0.0/0', 'prefix.too-wide'],
    ['::/0', 'prefix.too-wide'],
    ['1.2.3.4/2', 'prefix.too-wide'],
    ['198.0.0.0/7', 'prefix.too-wide'],
    ['2001::/15', 'prefix.too-wide'],
    ['10.0.0.1/8', 'prefix.host-bits'],
    ['192.0.2.45/24', 'prefix.host-bits'],
    ['2001:db8::1/64', 'prefix.host-bits'],
    ['2001:db8::/65', 'prefix.too-narrow'],
    ['2001:db8::1/128', 'prefix.too-narrow'],
    ['192.0.2.45/33', 'prefix.not-a-prefix'],
    ['2001:db8::/129', 'prefix.not-a-prefix'],
    ['192.0.2.0/024', 'prefix.not-a-prefix'],
    ['192.0.2.0/', 'prefix.not-a-prefix'],
    ['192.0.2.0/ 24', 'prefix.not-a-prefix'],
    ['192.0.2.0/24 ', 'prefix.not-a-prefix'],
    ['192.0.2.0/+24', 'prefix.not-a-prefix'],
    ['192.0.2.0/-1', 'prefix.not-a-prefix'],
    ['192.0.2.0/2.4e1', 'prefix.not-a-prefix'],
    ['192.0.2.0/0x18', 'prefix.not-a-prefix'],
    ['192.0.2.0/255.255.255.0', 'prefix.not-a-prefix'],
    ['192.0.2.0/24/24', 'prefix.not-a-prefix'],
    ['192.0.2.0//24', 'prefix.not-a-prefix'],
    ['192.0.2.0/24\n', 'prefix.not-a-prefix'],
    ['010.0.0.0/8', 'address.leading-zero'],
    ['0x7f.1/8', 'address.not-an-address'],
    ['127.1/8', 'address.not-an-address'],
    ['192.0.2/24', 'address.not-an-address'],
    ['fe80::1%eth0/64', 'address.not-an-address'],
    [' 192.0.2.0/24', 'address.not-an-address'],
    ['192.0.2.0-192.0.2.255', 'address.not-an-address'],
    ['example.org/24', 'address.not-an-address'],
    ['/24', 'address.not-an-address'],
    ['', 'address.not-an-address'],
    [`192.0.2.0/${' '.repeat(100_000)}`, 'address.is-prefix'],
  ] as const) {
    it(`${JSON.stringify(text.slice(0, 40))} gives ${expected}`, () =>
      assert.equal(show(parseListable(text)), expected))
  }

  it('suggest what was perhaps meant', () => {
    assert.deepEqual(factsOf(parseListable('192.0.2.45/24')), {
      input: '192.0.2.45/24',
      suggestion: '192.0.2.0/24',
      single: '192.0.2.45',
    })
    assert.deepEqual(factsOf(parseListable('2001:db8::5/48')), {
      input: '2001:db8::5/48',
      suggestion: '2001:db8::/48',
      single: '2001:db8::/64',
    })
    assert.deepEqual(factsOf(parseListable('2001:db8:0:7::5/128')), {
      input: '2001:db8:0:7::5/128',
      suggestion: '2001:db8:0:7::/64',
    })
    assert.deepEqual(factsOf(parseListable('192.0.0.0/4')), { input: '192.0.0.0/4', widest: '/8' })
    assert.deepEqual(factsOf(parseListable('2000::/3')), { input: '2000::/3', widest: '/16' })
  })

  it('have a length within the limits and no host bits, whatever is typed (LST-1)', () => {
    const typed = fc.tuple(
      anyPrefix,
      fc.integer({ min: -2, max: 2 }),
      fc.constantFrom('/', '/', '/', '//', ' /', '\\'),
    )
    fc.assert(
      fc.property(typed, ([meant, slip, slash]) => {
        const prefix = parseListable(`${formatAddress(meant)}${slash}${meant.length + slip}`)
        if (prefix instanceof Refusal) return
        assert.ok(prefix.length >= widestLength[prefix.family] && prefix.length <= unitLength[prefix.family])
        assert.deepEqual(prefixOf(prefix, prefix.length), prefix)
      }),
      { numRuns: 5000 },
    )
  })

  it('come back from their text', () => {
    fc.assert(
      fc.property(anyPrefix, (prefix) => {
        const text = formatPrefix(prefix)
        assert.deepEqual(parsePrefix(text), prefix)
        const isListable =
          prefix.length >= widestLength[prefix.family] && prefix.length <= unitLength[prefix.family]
        if (isListable) assert.deepEqual(parseListable(text), prefix)
        else assert.ok(parseListable(text) instanceof Refusal)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('Prefixes of configuration', () => {
  for (const [text, expected] of [
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
    ['127.0.0.1', '127.0.0.1/32'],
    ['::1', '::1/128'],
    ['::1/128', '::1/128'],
    ['::ffff:127.0.0.0/104', '127.0.0.0/8'],
    ['::ffff:127.0.0.0/95', 'prefix.not-a-prefix'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['::ffff:0:0/95', 'prefix.not-a-prefix'],
    ['127.0.0.1/8', 'prefix.host-bits'],
    ['2001:db8::1/127', 'prefix.host-bits'],
    ['localhost', 'address.not-an-address'],
  ] as const) {
    it(`${text} gives ${expected}`, () => assert.equal(show(parsePrefix(text)), expected))
  }
})

describe('A prefix', () => {
  it('covers exactly the addresses that node:net counts to it', () => {
    fc.assert(
      fc.property(anyPrefix, anyAddress, fc.nat(127), (prefix, random, bit) => {
        const family = prefix.family === 4 ? 'ipv4' : 'ipv6'
        const list = new BlockList()
        list.addSubnet(formatAddress(prefix), prefix.length, family)
        for (const address of [
          near(prefix, 128, random),
          near(prefix, prefix.family === 4 ? bit % 32 : bit, random),
        ]) {
          assert.equal(
            covers(prefix, address),
            list.check(formatAddress(address), family),
            formatAddress(address),
          )
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('covers narrower prefixes inside it, never wider ones or the other family', () => {
    const wide = orThrow(parsePrefix('198.51.0.0/16'))
    assert.ok(covers(wide, wide))
    assert.ok(covers(wide, orThrow(parsePrefix('198.51.100.0/24'))))
    assert.ok(!covers(wide, orThrow(parsePrefix('198.50.0.0/15'))))
    assert.ok(!covers(orThrow(parsePrefix('198.50.0.0/16')), orThrow(parsePrefix('198.50.0.0/15'))))
    assert.ok(!covers(orThrow(parsePrefix('2001:db8::/64')), orThrow(parsePrefix('2001:db8::/63'))))
    assert.ok(!covers(wide, orThrow(parsePrefix('198.52.0.0/24'))))
    assert.ok(!covers(orThrow(parsePrefix('0.0.0.0/0')), orThrow(parseAddress('::'))))
    assert.ok(!covers(orThrow(parsePrefix('::/0')), orThrow(parseAddress('0.0.0.0'))))
  })

  it('overlaps another when one covers the other', () => {
    fc.assert(
      fc.property(anyPrefix, anyPrefix, fc.nat(128), (a, other, length) => {
        const b = prefixOf(a, a.family === 4 ? length % 33 : length)
        assert.ok(overlaps(a, b) && overlaps(b, a))
        assert.equal(overlaps(a, other), covers(a, other) || covers(other, a))
      }),
    )
  })

  it('is shown to people without the /32', () => {
    assert.equal(showPrefix(orThrow(parsePrefix('192.0.2.45'))), '192.0.2.45')
    assert.equal(showPrefix(orThrow(parsePrefix('192.0.2.0/31'))), '192.0.2.0/31')
    assert.equal(showPrefix(orThrow(parsePrefix('2001:db8::/64'))), '2001:db8::/64')
  })

  it('that is listable and covers an address is among its covering prefixes, narrowest first', () => {
    const v4 = coveringPrefixes(orThrow(parseAddress('192.0.2.45'))).map(formatPrefix)
    assert.equal(v4.length, 25)
    assert.deepEqual([v4[0], v4[8], v4[24]], ['192.0.2.45/32', '192.0.2.0/24', '192.0.0.0/8'])
    const v6 = coveringPrefixes(orThrow(parseAddress('2001:db8:1:2:3::4'))).map(formatPrefix)
    assert.equal(v6.length, 49)
    assert.deepEqual([v6[0], v6[16], v6[48]], ['2001:db8:1:2::/64', '2001:db8:1::/48', '2001::/16'])
  })
})

describe('Range keys', () => {
  it('name the first and the last unit of a prefix', () => {
    assert.deepEqual(rangeKeys(orThrow(parsePrefix('192.0.2.0/24'))), {
      first: '4:c0000200',
      last: '4:c00002ff',
    })
    assert.deepEqual(rangeKeys(orThrow(parsePrefix('2001:db8::/48'))), {
      first: '6:20010db800000000',
      last: '6:20010db80000ffff',
    })
    assert.deepEqual(rangeKeys(orThrow(parsePrefix('2001:db8:0:1::/64'))), {
      first: '6:20010db800000001',
      last: '6:20010db800000001',
    })
  })

  it('enclose the first key of a listable prefix exactly when it begins inside', () => {
    const listable = fc
      .tuple(anyAddress, fc.nat(48))
      .map(([address, step]) =>
        prefixOf(address, unitLength[address.family] - (address.family === 4 ? step % 25 : step)),
      )
    fc.assert(
      fc.property(listable, listable, fc.nat(128), (outer, other, length) => {
        const { first, last } = rangeKeys(outer)
        const inner = unitOf(near(outer, 128, other))
        for (const prefix of [inner, other, prefixOf(inner, Math.max(outer.length, length % 65))]) {
          const key = rangeKeys(prefix).first
          assert.equal(
            first <= key && key <= last,
            covers(outer, { family: prefix.family, words: prefix.words }),
          )
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('A prefix kept as text', () => {
  it('is shown without /32 for one IPv4 address, and an IPv6 network of 32 bits keeps it', () => {
    assert.equal(showPrefixText('192.0.2.4/32'), '192.0.2.4')
    assert.equal(showPrefixText('192.0.2.0/24'), '192.0.2.0/24')
    assert.equal(showPrefixText('2001:db8::/32'), '2001:db8::/32')
  })
})
