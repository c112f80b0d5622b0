import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readMailEvent, type MessageEvent } from '../../access/mail-event.ts'
import { packMessage, unpackMessage } from './packed-message.ts'

const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })

const event = fc
  .record(
    {
      helo: text,
      ptr: fc.constantFrom(null, 'mail.example.org', ''),
      mailFrom: fc.constantFrom('', 'example.org'),
      spf: fc.constantFrom('pass', 'fail'),
      dkim: fc.array(fc.domain(), { maxLength: 3 }),
      recipients: fc.nat(50),
      unknownRecipients: fc.nat(50),
      trapRecipients: fc.nat(2),
      rcpt: fc.array(text, { maxLength: 3 }),
      outcome: fc.constantFrom('accepted', 'deferred'),
      by: fc.constantFrom('postern', 'other'),
      verdict: fc.constantFrom('ham', 'unknown'),
      size: fc.nat(),
      messageId: fc.constantFrom('<1@example.org>'),
      queueId: text,
    },
    { requiredKeys: [] },
  )
  .map((fields) =>
    readMailEvent({
      ...fields,
      v: 1,
      type: 'message',
      id: 'a',
      at: '2026-05-04T10:00:00.123Z',
      ip: '2001:db8::25',
    }),
  )
  .filter((each): each is MessageEvent => typeof each === 'object' && each.type === 'message')

describe('a packed message', () => {
  it('comes back as it was, whatever of it is known', () => {
    fc.assert(
      fc.property(event, (message) => {
        const known = Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined))
        assert.deepEqual(unpackMessage(packMessage(message)), known)
      }),
    )
  })
})
