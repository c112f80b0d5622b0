import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { formatAddress, parseAddress } from '../standards/ip.ts'
import {
  complaintKinds,
  dmarcResults,
  formatMailEvent,
  outcomes,
  readMailEvent,
  readMailEventLine,
  recallMailEvent,
  spfResults,
  verdicts,
  type MailEvent,
} from './mail-event.ts'

/** The examples of the contract. */
const message = {
  v: 1,
  id: 'mx1-4f2a',
  at: '2026-05-04T10:15:30.120Z',
  type: 'message',
  ip: '192.0.2.45',
  helo: 'mail.example.org',
  ptr: 'mail.example.org',
  mailFrom: 'example.org',
  from: 'example.org',
  spf: 'pass',
  dkim: ['example.org'],
  dmarc: 'pass',
  recipients: 1,
  unknownRecipients: 0,
  trapRecipients: 0,
  outcome: 'accepted',
  verdict: 'ham',
  size: 18231,
  messageId: '<a@example.org>',
  queueId: '4XyZ',
}
const complaint = {
  v: 1,
  id: 'mx1-4f2b',
  at: '2026-05-04T11:02:00Z',
  type: 'complaint',
  ip: '192.0.2.45',
  kind: 'junk',
  reporter: 'b3f1',
  messageId: '<a@example.org>',
  message: 'mx1-4f2a',
}
const connection = { v: 1, id: 'c', at: '2026-05-04T11:02:00Z', type: 'connection', ip: '2001:db8::5' }

const printable = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme', maxLength })
    .filter((text) => text.length <= maxLength && !/[\x00-\x1f\x7f]/.test(text))
const name = fc.domain().map((text) => text.toLowerCase().slice(0, 250).replace(/\.$/, ''))
const count = fc.integer({ min: 0, max: 1_000_000 })
const place = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => {
  const address = orThrow(parseAddress(text))
  return { address, ip: formatAddress(address) }
})
const common = {
  id: printable(200).filter((id) => id !== ''),
  at: fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }),
}
const messageId = printable(900)
  .filter((text) => !/[<>]/.test(text) && text.trim() !== '')
  .map((text) => `<${text.trim()}>`)
const greeting = { helo: printable(500), ptr: fc.option(name) }
const one = { requiredKeys: ['id', 'at', 'type'] as ['id', 'at', 'type'] }

const anyEvent: fc.Arbitrary<MailEvent> = fc
  .oneof(
    fc.tuple(
      place,
      fc.record(
        {
          ...common,
          ...greeting,
          type: fc.constant('message' as const),
          isOurs: fc.boolean(),
          mailFrom: fc.oneof(name, fc.constant('')),
          from: name,
          spf: fc.constantFrom(...spfResults),
          dkim: fc.array(name, { maxLength: 50 }),
          dmarc: fc.constantFrom(...dmarcResults),
          recipients: count,
          unknownRecipients: count,
          trapRecipients: count,
          rcpt: fc.array(printable(320), { maxLength: 50 }),
          outcome: fc.constantFrom(...outcomes),
          verdict: fc.constantFrom(...verdicts),
          size: fc.nat(),
          messageId,
          queueId: printable(64),
        },
        { requiredKeys: ['id', 'at', 'type', 'isOurs'] },
      ),
    ),
    fc.tuple(place, fc.record({ ...common, ...greeting, type: fc.constant('connection' as const) }, one)),
    fc.tuple(
      place,
      fc.record(
        {
          ...common,
          type: fc.constant('complaint' as const),
          kind: fc.constantFrom(...complaintKinds),
          reporter: printable(320),
          messageId,
          message: printable(200),
        },
        { requiredKeys: ['id', 'at', 'type', 'kind'] },
      ),
    ),
  )
  .map(([where, rest]): MailEvent => ({ ...where, ...rest }))

/** Whatever is absent or undefined is the same. */
const written = (event: MailEvent | string): unknown => {
  assert.ok(typeof event !== 'string')
  return JSON.parse(formatMailEvent(event))
}

const why = (fields: object): unknown => readMailEvent({ ...message, ...fields })

describe('A mail event', () => {
  it('is read as the contract shows it', () => {
    const { v: _, ...fields } = message
    assert.deepEqual(readMailEvent(message), {
      ...fields,
      at: Date.UTC(2026, 4, 4, 10, 15, 30, 120),
      address: orThrow(parseAddress('192.0.2.45')),
      isOurs: false,
    })
    const { v: __, ...told } = complaint
    assert.deepEqual(readMailEvent(complaint), {
      ...told,
      at: Date.UTC(2026, 4, 4, 11, 2),
      address: orThrow(parseAddress('192.0.2.45')),
    })
  })

  it('comes back from the line that it was written to', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const line = formatMailEvent(event)
        assert.ok(!line.includes('\n'))
        assert.deepEqual(readMailEventLine(line), event)
        const known = Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined))
        assert.deepEqual(recallMailEvent(line), known)
      }),
    )
  })

  it('has one spelling for its time, address and names', () => {
    const read = readMailEvent({
      ...message,
      at: '2026-05-04T12:15:30.12+02:00',
      ip: '::ffff:192.0.2.45',
      ptr: 'Mail.Example.org.',
      dkim: ['EXAMPLE.org.'],
    })
    assert.ok(typeof read !== 'string' && read.type === 'message')
    assert.deepEqual(
      [read.at, read.ip, read.ptr, read.dkim],
      [Date.UTC(2026, 4, 4, 10, 15, 30, 120), '192.0.2.45', 'mail.example.org', ['example.org']],
    )
  })

  it('has one form of the message id, by which complaints find it', () => {
    for (const messageId of [
      '<a@example.org>',
      'a@example.org',
      ' <a@example.org> (again)',
      '<a@example.org',
    ]) {
      const read = readMailEvent({ ...message, messageId })
      assert.ok(typeof read !== 'string' && read.type === 'message')
      assert.equal(read.messageId, '<a@example.org>')
    }
  })

  it('may have no name (null), or nobody may know', () => {
    const ptr = (fields: object): unknown => {
      const read = readMailEvent({ ...connection, ...fields })
      return typeof read === 'string' || read.type === 'complaint' ? 'no' : read.ptr
    }
    assert.equal(ptr({ ptr: null }), null)
    assert.equal(ptr({}), undefined)
  })

  it('is our own answer when it says so', () => {
    const isOurs = (by?: string): unknown => {
      const read = readMailEvent({ ...message, ...(by !== undefined && { by }) })
      return typeof read !== 'string' && read.type === 'message' && read.isOurs
    }
    assert.deepEqual(
      [isOurs('postern'), isOurs('Postern'), isOurs('other'), isOurs()],
      [true, true, false, false],
    )
  })

  it('may hold fields of later versions, which are left out', () => {
    assert.deepEqual(
      readMailEvent({ ...connection, colour: 'red', verdict: 'ham' }),
      readMailEvent(connection),
    )
  })

  it('is refused with the field that is wrong', () => {
    for (const [fields, field] of [
      [{ v: 2 }, 'v'],
      [{ id: '' }, 'id'],
      [{ id: 'a\u0000b' }, 'id'],
      [{ id: 'x'.repeat(201) }, 'id'],
      [{ at: '2026-05-04' }, 'at'],
      [{ at: '2026-02-30T00:00:00Z' }, 'at'],
      [{ at: '2026-05-04T10:15:30' }, 'at'],
      [{ at: 1_777_889_730 }, 'at'],
      [{ type: 'rumour' }, 'type'],
      [{ ip: '192.0.2.045' }, 'ip'],
      [{ ip: '192.0.2.0/24' }, 'ip'],
      [{ ip: 'x'.repeat(100) }, 'ip'],
      [{ recipients: -1 }, 'recipients'],
      [{ recipients: 1.5 }, 'recipients'],
      [{ recipients: 1e9 }, 'recipients'],
      [{ recipients: '1' }, 'recipients'],
      [{ spf: 'maybe' }, 'spf'],
      [{ dkim: 'example.org' }, 'dkim'],
      [{ dkim: Array.from({ length: 51 }, () => 'a.example') }, 'dkim'],
      [{ rcpt: Array.from({ length: 51 }, () => 'a@b.example') }, 'rcpt'],
      [{ outcome: 'lost' }, 'outcome'],
      [{ messageId: '<a\r\nb>' }, 'messageId'],
      [{ size: -1 }, 'size'],
    ] as const) {
      const answer = why(fields)
      assert.ok(typeof answer === 'string' && answer.startsWith(field), `${field}: ${JSON.stringify(answer)}`)
      assert.ok(answer.length <= 200)
    }
  })

  it('may be anything, and then there is a reason', () => {
    assert.equal(readMailEventLine('{"v":1'), 'not JSON')
    assert.equal(readMailEventLine(''), 'not JSON')
    for (const value of [null, 1, 'x', [], [message], true])
      assert.equal(typeof readMailEvent(value), 'string')
    const fields = fc.dictionary(
      fc.constantFrom(...Object.keys(message), ...Object.keys(complaint), '__proto__'),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(fc.constantFrom(message, complaint, connection), fields, (base, changed) => {
        const read = readMailEvent({ ...base, ...changed })
        if (typeof read !== 'string')
          assert.deepEqual(written(readMailEventLine(formatMailEvent(read))), written(read))
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) =>
        assert.equal(typeof readMailEventLine(line), 'string'),
      ),
    )
  })
})
