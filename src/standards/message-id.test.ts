import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readMessageId } from './message-id.ts'

describe('A message id', () => {
  it('is the same however it is written', () => {
    for (const text of [
      '<a@example.org>',
      'a@example.org',
      ' <a@example.org> ',
      '<a@example.org> (added by mx)',
    ])
      assert.equal(readMessageId(text), '<a@example.org>', text)
  })
  it('may be none', () => {
    for (const text of ['', '  ', '<>', '< >']) assert.equal(readMessageId(text), undefined, text)
  })
  it('is short, and read again is itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 990, maxLength: 1010 })),
        (text) => {
          const id = readMessageId(text)
          assert.ok(id === undefined || id.length <= 998)
          if (id !== undefined) assert.equal(readMessageId(id), id)
        },
      ),
    )
  })
})
