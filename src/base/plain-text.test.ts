import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { plainText } from './plain-text.ts'

describe('Plain text', () => {
  it('keeps words, line ends and tabs, and turns the rest into spaces', () => {
    assert.equal(plainText('a\r\nb\tc\nd', 100), 'a\nb\tc\nd')
    assert.equal(plainText('a\0b\u001bc\rd\u007f', 100), 'a b c d ')
    assert.equal(plainText('已清理 ✓', 100), '已清理 ✓')
  })
  it('is cut without leaving half a character', () => {
    assert.equal(plainText('ab😀', 3), 'ab\ufffd')
    assert.equal(plainText('\ud800x', 9), '\ufffdx')
  })
  it('is well formed, short and without control characters, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (text, longest) => {
        const plain = plainText(text, longest)
        assert.ok(plain.isWellFormed() && plain.length <= longest)
        assert.doesNotMatch(plain, /[\x00-\x08\x0b-\x1f\x7f]/)
        assert.equal(plainText(plain, longest), plain)
      }),
    )
  })
})
