import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../base/refusal.ts'
import { embeddedAddress, formatAddress, parseAddress, type Address, type Words } from './ip.ts'

/** The canonical text, or the code of the refusal. */
function read(text: string): string {
  const address = parseAddress(text)
  return address instanceof Refusal ? address.code : formatAddress(address)
}

const words = fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(0xffffffff))

/**
 * Text that is nearly an address: made of the characters of addresses, of words that have tripped parsers, or
 * of mutated addresses.
 */
const nearAddress = fc.oneof(
  fc.string({
    unit: fc.constantFrom(...'0123456789abcdefABCDEF:./%x '.split(''), '::', '255', '.0', 'ffff:'),
    maxLength: 24,
  }),
  fc
    .tuple(
      fc.oneof(fc.ipV4(), fc.ipV6()),
      fc.nat(60),
      fc.constantFrom('', ':', '.', '0', 'f', ' ', '\0', '%', '/'),
    )
    .map(([text, at, inserted]) => text.slice(0, at) + inserted + text.slice(at + 1)),
)

describe('Internet addresses', () => {
  for (const [text, canonical] of [
    ['192.0.2.45', '192.0.2.45'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8::', '2001:db8::'],
    ['::', '::'],
    ['::1', '::1'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8::192.0.2.45', '2001:db8::c000:22d'],
    ['64:ff9b::192.0.2.45', '64:ff9b::c000:22d'],
  ] as const) {
    it(`${text} is ${canonical}`, () => assert.equal(read(text), canonical))
  }

  it('in IPv6 clothes are the IPv4 address, however they are spelt', () => {
    for (const text of [
      '::ffff:192.0.2.45',
      '::FFFF:192.0.2.45',
      '::ffff:c000:22d',
      '::ffff:c000:022d',
      '0:0:0:0:0:ffff:192.0.2.45',
      '0000:0000:0000:0000:0000:ffff:192.0.2.45',
      '0::ffff:192.0.2.45',
      '0:0::0:ffff:c000:22d',
    ]) {
      assert.equal(read(text), '192.0.2.45', text)
    }
  })

  it('with leading zeros are refused as such: they are octal to some', () => {
    for (const text of [
      '010.0.0.1',
      '192.0.2.045',
      '0300.0.2.1',
      '192.00.2.1',
      '::ffff:010.0.0.1',
      '010.0.0.1/8',
      '08.1',
    ]) {
      assert.equal(read(text), 'address.leading-zero', text)
    }
  })

  it('are not prefixes', () => {
    for (const text of ['192.0.2.0/24', '2001:db8::/32', '192.0.2.45/', '::ffff:192.0.2.45/128']) {
      assert.equal(read(text), 'address.is-prefix', text)
    }
  })

  it('are nothing else that some reader takes for one', () => {
    for (const text of [
      '',
      ' ',
      '.',
      ':',
      ':::',
      '1',
      '127.1',
      '0x7f.1',
      '0x7f.0.0.1',
      '2130706433',
      '192.0.2',
      '192.0.2.1.',
      '.192.0.2.1',
      '192.0.2.256',
      '192.0.2.1.1',
      '1192.0.2.1',
      '192.0.2.-1',
      '192.0.2.1e0',
      '١٩٢.0.2.1',
      '192.0.2.１',
      '192。0。2。1',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7:8::',
      '::1:2:3:4:5:6:7:8',
      '1:2:3:4::5:6:7:8',
      '1::2::3',
      '1:',
      ':1',
      '::1:',
      '2001:db8:::1',
      '00001::',
      '12345::',
      'g::',
      '::192.0.2',
      '::192.0.2.1:1',
      '1:2:3:4:5:6:7:1.2.3.4',
      'fe80::1%eth0',
      '::1%',
      '192.0.2.1%1',
      '[::1]',
      '[192.0.2.1]',
      '192.0.2.1:25',
      ' 192.0.2.1',
      '192.0.2.1 ',
      '192.0.2.1\n',
      '192.0.2.1\0',
      '\u0000192.0.2.1',
      '::1\r\n',
      '\u200b192.0.2.1',
      'mail.example.org',
      'x/24',
      '1/2/3',
      '🙂',
    ]) {
      assert.equal(read(text), 'address.not-an-address', JSON.stringify(text))
    }
  })

  it('show in a refusal at most 60 printable ASCII characters of what came', () => {
    for (const text of [
      'x'.repeat(1_000_000),
      '1.'.repeat(500_000),
      ':'.repeat(1_000_000),
      '\u001b[31m<b>\u202e\r\n',
      '010.0.0.1\u0007',
    ]) {
      const refusal = parseAddress(text)
      assert.ok(refusal instanceof Refusal)
      assert.match(String(refusal.facts['input']), /^[\x20-\x7e]{1,60}$/)
    }
  })

  it('are read exactly when node:net calls them addresses without a zone', () => {
    fc.assert(
      fc.property(nearAddress, (text) => {
        assert.equal(!(parseAddress(text) instanceof Refusal), isIP(text) !== 0 && !text.includes('%'))
        if (isIP(text) === 4) assert.equal(read(text), text)
      }),
      { numRuns: 20_000 },
    )
  })

  it('come back from their text, and the text from them', () => {
    fc.assert(
      fc.property(words, fc.array(fc.nat(3), { maxLength: 4 }), (random, zeros) => {
        const [a, b, c, d] = random.map((word, index) => (zeros.includes(index) ? 0 : word))
        const address: Address = { family: 6, words: [a ?? 0, b ?? 0, c ?? 0, d ?? 0] }
        const isMapped = a === 0 && b === 0 && c === 0xffff
        const text = formatAddress(address)
        assert.equal(isIP(text), 6)
        assert.deepEqual(parseAddress(text), isMapped ? { family: 4, words: [d, 0, 0, 0] } : address)
        // The URL standard serialises hosts by the rules of RFC 5952 §4.
        assert.equal(new URL(`http://[${text}]`).hostname, `[${text}]`)
      }),
      { numRuns: 2000 },
    )
    fc.assert(fc.property(fc.ipV4(), (text) => assert.equal(read(text), text)))
    fc.assert(
      fc.property(fc.nat(0xffffffff), (word) => {
        const text = formatAddress({ family: 4, words: [word, 0, 0, 0] })
        assert.deepEqual(parseAddress(text), { family: 4, words: [word, 0, 0, 0] })
        assert.equal(read(`::ffff:${text}`), text)
      }),
    )
  })
})

describe('IPv4 addresses inside IPv6 ones', () => {
  const inside = (text: string): string | undefined => {
    const address = parseAddress(text)
    assert.ok(!(address instanceof Refusal))
    const embedded = embeddedAddress(address)
    return embedded && formatAddress(embedded)
  }

  it('are found in 6to4, NAT64 and compatible addresses', () => {
    assert.equal(inside('2002:c000:22d::1'), '192.0.2.45')
    assert.equal(inside('2002:c000:22d:ffff::'), '192.0.2.45')
    assert.equal(inside('64:ff9b::192.0.2.45'), '192.0.2.45')
    assert.equal(inside('64:ff9b:1::192.0.2.45'), '192.0.2.45')
    assert.equal(inside('64:ff9b:1:fff::192.0.2.45'), '192.0.2.45')
    assert.equal(inside('::192.0.2.45'), '192.0.2.45')
  })

  it('are not found elsewhere', () => {
    for (const text of [
      '192.0.2.45',
      '::',
      '::1',
      '2001:db8::192.0.2.45',
      '64:ff9b:2::192.0.2.45',
      '64:ff9b:0:1::192.0.2.45',
    ]) {
      assert.equal(inside(text), undefined, text)
    }
  })

  it('keep all their bits', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), (word, rest) => {
        const expected: Words = [word, 0, 0, 0]
        const sixToFour: Words = [
          (0x20020000 | (word >>> 16)) >>> 0,
          ((word << 16) | (rest >>> 16)) >>> 0,
          rest,
          rest,
        ]
        assert.deepEqual(embeddedAddress({ family: 6, words: sixToFour })?.words, expected)
        assert.deepEqual(embeddedAddress({ family: 6, words: [0x64ff9b, 0, 0, word] })?.words, expected)
      }),
    )
  })
})
