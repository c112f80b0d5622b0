import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { txtLine } from './zone-line.ts'

describe('A TXT record as a line of a zone file (RFC 1035 §5.1)', () => {
  it('has its text in quotes', () => {
    assert.equal(txtLine('example.org', 'v=spf1 -all'), 'example.org. IN TXT "v=spf1 -all"')
    assert.equal(txtLine('example.org', ''), 'example.org. IN TXT ""')
  })

  it('has long text in several strings', () => {
    assert.equal(
      txtLine('example.org', 'a'.repeat(300)),
      `example.org. IN TXT "${'a'.repeat(255)}" "${'a'.repeat(45)}"`,
    )
  })

  it('escapes what would end a string or a line', () => {
    assert.equal(txtLine('example.org', 'a"b\\c\nd\u00e9'), 'example.org. IN TXT "a\\"b\\\\c\\010d\\233"')
  })
})
