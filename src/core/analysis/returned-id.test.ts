import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readMessageId, returnedMessageId } from './returned-id.ts'

describe('the Message-ID that a bounce gives back', () => {
  it('is that of the returned message, not that of the bounce', () => {
    const bounce =
      'Message-ID: <bounce@mx.example>\r\nSubject: failed\r\n\r\nSorry.\r\n\r\nMessage-ID:\r\n <a1@example.org>\r\nSubject: Hi\r\n'
    assert.equal(returnedMessageId(Buffer.from(bounce)), '<a1@example.org>')
  })
  it('is none where only the bounce has one, and in what is no message', () => {
    assert.equal(returnedMessageId(Buffer.from('Message-ID: <bounce@mx.example>\n\nSorry.')), undefined)
    assert.equal(returnedMessageId(Buffer.from('550 5.7.606 Access denied')), undefined)
  })
  it('is never more than a Message-ID', () => {
    for (const text of [
      '<a b@x>',
      '<>',
      'a@x',
      '<a@x><b@x>',
      `<${'a'.repeat(251)}>`,
      '<a@x\u202e>',
      undefined,
    ])
      assert.equal(readMessageId(text), undefined)
    assert.equal(readMessageId(' <a@example.org> '), '<a@example.org>')
  })
})
