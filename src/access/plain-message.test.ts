import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readBySchema } from './mail-event.ts'
import { readPlainMessage } from './plain-message.ts'

const plain = {
  v: 1,
  id: 'mx1-4f2a',
  at: '2026-05-04T10:15:30.120Z',
  type: 'message',
  ip: '192.0.2.45',
  helo: 'mail.example.org',
  ptr: 'Mail.Example.org.',
  mailFrom: 'example.org',
  from: 'example.org',
  spf: 'pass',
  dkim: ['example.org'],
  dmarc: 'pass',
  recipients: 1,
  unknownRecipients: 0,
  trapRecipients: 0,
  rcpt: ['b3f1'],
  outcome: 'accepted',
  by: 'Postern',
  verdict: 'ham',
  size: 18231,
  messageId: 'a@example.org',
  queueId: '4XyZ',
}

/** Right, wrong, and at the edge of either. */
const values = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom(...Object.values(plain)),
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(999_999, 1_000_000, 1_000_001, 0.5, -0, 2 ** 53 - 1, 2 ** 53, 1e300, null, true),
  fc
    .tuple(
      fc.constantFrom('x', 'X.', '\u0000', '\u007f', '\n', 'é', '\ud800', '<', '>'),
      fc.constantFrom(1, 45, 46, 64, 65, 100, 101, 200, 201, 255, 256, 320, 321, 500, 501, 998, 999),
    )
    .map(([letter, length]) => letter.padStart(length, 'y')),
  fc
    .tuple(fc.constantFrom('a.example', 'A.EXAMPLE.', '\t', 7, null), fc.constantFrom(0, 1, 50, 51))
    .map(([each, length]) => Array.from({ length }, () => each)),
  fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('::ffff:192.0.2.1', '192.0.2.045', '192.0.2.0/24')),
  fc
    .tuple(
      fc.constantFrom('2026', '2024', '0000', '9999', '1970', '2000', '1900', '+002026'),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
      fc.integer({ min: 0, max: 25 }),
      fc.integer({ min: 0, max: 60 }),
      fc.constantFrom('Z', '.1Z', '.123456789Z', '+02:00', '-00:00', '', 'z', '.Z'),
    )
    .map(([year, month, date, hours, seconds, end]) => {
      const two = (number: number): string => String(number).padStart(2, '0')
      return `${year}-${two(month)}-${two(date)}T${two(hours)}:00:${two(seconds)}${end}`
    }),
)

describe('The short way to read a message', () => {
  it('reads the plain ones, with all fields or without', () => {
    assert.notEqual(readPlainMessage(plain), undefined)
    const { v, id, at, type, ip } = plain
    assert.notEqual(readPlainMessage({ v, id, at, type, ip }), undefined)
  })

  it('reads nothing else than the schema does, and each event the same', () => {
    let read = 0
    const changed = fc.dictionary(fc.constantFrom(...Object.keys(plain), 'more'), values, { maxKeys: 3 })
    const left = fc.subarray(Object.keys(plain), { minLength: Object.keys(plain).length - 4 })
    fc.assert(
      fc.property(changed, left, (fields, names) => {
        const base = Object.fromEntries(Object.entries(plain).filter(([name]) => names.includes(name)))
        const value: unknown = JSON.parse(JSON.stringify({ ...base, ...fields }))
        const short = readPlainMessage(value)
        if (short === undefined) return
        read++
        assert.deepEqual({ ...short }, readBySchema(value))
      }),
      { numRuns: 3000 },
    )
    assert.ok(read > 300, `${read} of 3000`)
  })

  it('leaves nothing to the schema that is right and in UTC', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(plain)), values, (name, value) => {
        const changed: unknown = JSON.parse(JSON.stringify({ ...plain, [name]: value }))
        const whole = readBySchema(changed)
        if (typeof whole === 'string' || whole.type !== 'message' || name === 'at') return
        assert.notEqual(readPlainMessage(changed), undefined)
      }),
      { numRuns: 2000 },
    )
  })
})
