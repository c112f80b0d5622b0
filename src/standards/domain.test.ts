import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isWithin, parseDomain } from './domain.ts'

const long = Array.from({ length: 4 }, () => 'a'.repeat(63)).join('.')

describe('Domain names', () => {
  for (const [text, name] of [
    ['example.org', 'example.org'],
    ['EXAMPLE.Org.', 'example.org'],
    ['mail-1.example.org', 'mail-1.example.org'],
    ['r3---sn-1.example.org', 'r3---sn-1.example.org'],
    ['2.example', '2.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER。example', 'xn--bcher-kva.example'],
    ['例え.example', 'xn--r8jz45g.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    [long.slice(0, 253), long.slice(0, 253)],
  ] as const) {
    it(`${text.slice(0, 40)} is ${name.slice(0, 40)}`, () => assert.equal(parseDomain(text), name))
  }

  it('are refused when they are none', () => {
    for (const text of [
      '',
      '.',
      '..',
      'example',
      'example.',
      '.example.org',
      'a..example',
      'example.org..',
      '-a.example',
      'a-.example',
      'a_b.example',
      `${'a'.repeat(64)}.example`,
      `${long.slice(0, 253)}a`,
      'x'.repeat(1_000_000),
      `${'ü'.repeat(63)}.example`,
      '192.0.2.1',
      '127.1',
      '0x7f.1',
      'a.1',
      'a.0x1',
      'a.0x',
      '１２７．１',
      '[192.0.2.1]',
      '2001:db8::1',
      'a.0X7F',
      'a.example/path',
      'user@a.example',
      'a.example:25',
      '%41.example',
      'a.example?x',
      'a.example#x',
      'a\\b.example',
      'a／b.example',
      '％41.example',
      ' a.example',
      'a.example\n',
      'a\tb.example',
      'a.example\0',
      'a b.example',
      '*.example',
      'a!b.example',
      '\ud800.example',
    ]) {
      assert.equal(parseDomain(text), undefined, JSON.stringify(text.slice(0, 80)))
    }
  })

  it('need as many labels as asked for', () => {
    assert.equal(parseDomain('localhost', 1), 'localhost')
    assert.equal(parseDomain('example.org', 3), undefined)
  })

  it('are plain, short enough and come back as themselves, whatever is read', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.domain(),
      fc.constantFrom('.', '-', 'ß', '。', 'xn--', '\u200d'),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const name = parseDomain(pieces.join(''))
        if (name === undefined) return
        assert.match(name, /^[a-z0-9.-]{3,253}$/)
        assert.equal(parseDomain(name), name)
      }),
      { numRuns: 5000 },
    )
    fc.assert(fc.property(fc.domain(), (domain) => assert.equal(parseDomain(domain), domain.toLowerCase())))
  })
})

describe('A domain', () => {
  it('is within itself and its parents, not within names that only end alike', () => {
    assert.ok(isWithin('example.org', 'example.org'))
    assert.ok(isWithin('a.mail.example.org', 'example.org'))
    assert.ok(!isWithin('badexample.org', 'example.org'))
    assert.ok(!isWithin('example.org', 'mail.example.org'))
  })
})
