import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow, Refusal } from '../base/refusal.ts'
import { domainOf, mailboxKey, maskMailbox, parseMailbox } from './mail-address.ts'

/** The mailbox, or why not. */
function read(text: string): string | number | undefined {
  const address = parseMailbox(text)
  return address instanceof Refusal ? address.facts['why'] : address
}

const local64 = 'a'.repeat(64)

describe('Mailboxes', () => {
  for (const [text, expected] of [
    ['ada@example.org', 'ada@example.org'],
    ['Ada.Lovelace+mail@Example.ORG', 'Ada.Lovelace+mail@example.org'],
    ["o'brien@example.org", "o'brien@example.org"],
    ["!#$%&'*+/=?^_`{|}~-@example.org", "!#$%&'*+/=?^_`{|}~-@example.org"],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    [`${local64}@example.org`, `${local64}@example.org`],
    ['ada', 'no-at'],
    ['', 'no-at'],
    ['@example.org', 'local-part'],
    ['ada@', 'domain'],
    ['ada@example', 'domain'],
    ['ada@localhost', 'domain'],
    ['ada@example.org.', 'domain'],
    ['ada@[192.0.2.1]', 'domain'],
    ['ada@192.0.2.1', 'domain'],
    ['ada@127.1', 'domain'],
    ['ada@example.org\r\nBcc: victim@example.net', 'local-part'],
    ['ada@example.org,victim@example.net', 'local-part'],
    ['ada@example.org>', 'domain'],
    ['ada@example.org;', 'domain'],
    ['ada@example.org (Ada)', 'domain'],
    ['ada@example.org\r\nBcc: victim', 'domain'],
    ['ada\r\n@example.org', 'local-part'],
    ['ada\0@example.org', 'local-part'],
    ['ada@example.org\n', 'domain'],
    [' ada@example.org', 'local-part'],
    ['ada@ example.org', 'domain'],
    ['"ada"@example.org', 'local-part'],
    ['"a@b"@example.org', 'local-part'],
    ['Ada <ada@example.org>', 'local-part'],
    ['<ada@example.org>', 'local-part'],
    ['friends:ada@example.org;', 'local-part'],
    ['friends:ada@example.org', 'local-part'],
    ['ada(comment)@example.org', 'local-part'],
    ['@relay.example:ada@example.org', 'local-part'],
    ['a@b@example.org', 'local-part'],
    ['.ada@example.org', 'local-part'],
    ['ada.@example.org', 'local-part'],
    ['a..b@example.org', 'local-part'],
    ['=?utf-8?q?victim=40example.net=3e?=@example.org', 'local-part'],
    ['ädä@example.org', 'not-ascii'],
    ['аda@example.org', 'not-ascii'],
    [`a${local64}@example.org`, 'too-long'],
    [`${local64}@${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(58)}.org`, 'too-long'],
    [`ada@${'a.'.repeat(127)}org`, 'domain'],
    ['a'.repeat(1_000_000), 'no-at'],
    [`${'a'.repeat(1_000_000)}@example.org`, 'too-long'],
  ] as const) {
    it(`${JSON.stringify(text.slice(0, 60))} gives ${expected.slice(0, 60)}`, () =>
      assert.equal(read(text), expected))
  }

  it('may have 254 octets in all', () => {
    const domain = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(57)}.org`
    const longest = `${'x'.repeat(254 - 1 - domain.length)}@${domain}`
    assert.equal(read(longest), longest)
  })

  it('hold one at sign, no white space and nothing that separates addresses, whatever is read', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '@',
        '.',
        'ada',
        'example.org',
        ',',
        ';',
        ':',
        '<',
        '>',
        '"',
        '\\',
        '(',
        '\r\n',
        ' ',
        '\0',
        '=?',
        'ü',
        '+',
        '%',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.emailAddress(),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const address = parseMailbox(pieces.join(''))
        if (address instanceof Refusal) {
          assert.equal(address.code, 'mailbox.invalid')
          return
        }
        assert.match(address, /^[^\s@,;:<>"\\()[\]\0-\x1f\x7f-\uffff]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/)
        assert.ok(address.length <= 254)
        assert.equal(parseMailbox(address), address)
      }),
      { numRuns: 10_000 },
    )
  })

  it('are counted as one in every common spelling', () => {
    for (const text of [
      'ada.lovelace@example.org',
      'Ada.Lovelace@EXAMPLE.org',
      'adalovelace+delist@example.org',
      'a.d.a.lovelace+a+b@example.org',
    ]) {
      assert.equal(mailboxKey(orThrow(parseMailbox(text))), 'adalovelace@example.org')
    }
    assert.equal(mailboxKey(orThrow(parseMailbox('+tag@example.org'))), '+tag@example.org')
    assert.notEqual(
      mailboxKey(orThrow(parseMailbox('ada@mail.example.org'))),
      mailboxKey(orThrow(parseMailbox('ada@example.org'))),
    )
  })

  it('show their first letter and their domain when masked', () => {
    assert.equal(maskMailbox(orThrow(parseMailbox('ada@example.org'))), 'a…@example.org')
    assert.equal(domainOf(orThrow(parseMailbox('ada@Mail.example.org'))), 'mail.example.org')
  })
})
