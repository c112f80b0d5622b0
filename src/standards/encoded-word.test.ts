import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodeWords } from './encoded-word.ts'

describe('Encoded words (RFC 2047)', () => {
  it('are decoded in both encodings and in the charsets that mail uses', () => {
    assert.equal(decodeWords('=?utf-8?Q?caf=C3=A9_au_lait?='), 'café au lait')
    assert.equal(decodeWords('Re: =?ISO-8859-1?q?caf=E9?= (2)'), 'Re: café (2)')
    assert.equal(decodeWords('=?gb2312?B?1tDOxA==?='), '中文')
    assert.equal(decodeWords('=?utf-8*en?Q?hello?='), 'hello')
  })
  it('that are neighbours lose the space between them, even when cut within a character', () => {
    assert.equal(decodeWords('=?utf-8?Q?a?= =?utf-8?Q?b?='), 'ab')
    assert.equal(decodeWords('=?utf-8?B?5Lg=?=\r\n =?utf-8?B?rQ==?='), '中')
    assert.equal(decodeWords('=?utf-8?Q?a?= =?iso-8859-1?Q?=E9?= b'), 'aé b')
  })
  it('of an unknown charset, or that are none, stay as they are', () => {
    for (const text of ['=?no-such?Q?a?=', '=?utf-8?X?a?=', '=?utf-8?Q?a', 'plain'])
      assert.equal(decodeWords(text), text)
  })
  it('smuggle no control characters in', () => {
    assert.equal(decodeWords('=?utf-8?Q?a=0D=0ABcc:=00b?='), 'a Bcc: b')
  })
  it('come back from what was encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const plain = text.replaceAll(/[\x00-\x1f\x7f]/g, '').replace(/^\ufeff/, '')
        fc.pre(plain !== '')
        const encoded = Buffer.from(plain).toString('base64')
        assert.equal(decodeWords(`=?UTF-8?B?${encoded}?=`), plain)
      }),
    )
  })
})
