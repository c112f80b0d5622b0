import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatStatusCode, parseStatusCode } from './status-code.ts'

describe('Enhanced status codes', () => {
  it('have a class, a subject and a detail (RFC 3463 §2)', () => {
    assert.deepEqual(parseStatusCode('5.7.606'), { class: 5, subject: 7, detail: 606 })
    assert.deepEqual(parseStatusCode('2.0.0'), { class: 2, subject: 0, detail: 0 })
    assert.deepEqual(parseStatusCode('4.999.999'), { class: 4, subject: 999, detail: 999 })
  })

  it('are nothing else', () => {
    for (const text of [
      '',
      '5',
      '5.7',
      '3.7.1',
      '5.07.1',
      '5.7.01',
      '5.7.1000',
      '5.7.1 ',
      '5.7.1.1',
      '5.7.-1',
      '550 5.7.1',
      '5.7.1\n',
    ]) {
      assert.equal(parseStatusCode(text), undefined, text)
    }
  })

  it('come back from their text', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 4, 5), fc.nat(999), fc.nat(999), (first, subject, detail) => {
        const code = { class: first, subject, detail } as const
        assert.deepEqual(parseStatusCode(formatStatusCode(code)), code)
      }),
    )
  })
})
