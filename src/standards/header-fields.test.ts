import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readFields, valueOf, valuesOf } from './header-fields.ts'

describe('The fields of a header', () => {
  it('are unfolded, named in lower case, and end at the first empty line (RFC 5322 §2.2)', () => {
    const fields = readFields('\r\nTO: a\r\n\tb\r\nX : c\r\nno field\r\nTo:\r\nto: d\r\n\r\nTo: body')
    assert.deepEqual(fields, [
      { name: 'to', value: 'a b' },
      { name: 'x', value: 'c' },
      { name: 'to', value: '' },
      { name: 'to', value: 'd' },
    ])
    assert.deepEqual([valueOf(fields, 'to'), valuesOf(fields, 'to')], ['a b', ['a b', 'd']])
    assert.equal(valueOf(fields, 'cc'), undefined)
  })
  it('hold no control characters and are of bounded number and length', () => {
    assert.equal(valueOf(readFields('A: x\0\x1b[31my'), 'a'), 'x [31my')
    assert.equal(readFields('a: b\n'.repeat(100_000)).length, 500)
    assert.equal(valueOf(readFields(`a: ${' b\n c'.repeat(100_000)}`), 'a')?.length, 4096)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const { name, value } of readFields(`A: ${text}\nB:${text}`))
          assert.ok(/^[\x21-\x7e]+$/.test(name) && !/[\x00-\x1f\x7f]/.test(value) && value.isWellFormed())
      }),
    )
  })
})
