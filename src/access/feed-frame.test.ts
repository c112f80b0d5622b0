import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { entry, listable } from '../../test/support/listing-entries.ts'
import {
  encodeFrame,
  FeedError,
  FrameReader,
  recordText,
  type DecisionRecord,
  type Frame,
  type LetThrough,
} from './feed-frame.ts'
import { encodeSnapshot } from './snapshot.ts'
import { mostStandings, type StandingsFrame } from './standings-frame.ts'
import { ListingTable } from './table.ts'

const now = 1_700_000_000_000

const record: DecisionRecord = {
  v: 1,
  edge: 'mx1',
  boot: '7k2m',
  seq: 9,
  at: now,
  stage: 'rcpt',
  ip: '192.0.2.45',
  helo: 'mail.example.org',
  ptr: null,
  mailFrom: 'example.org',
  recipients: ['0123456789abcdef'],
  code: 550,
  status: '5.7.606',
  reason: 'spam',
  listing: '0123456789ab',
  standing: null,
  budget: { limit: 20, spent: 20, until: now + 5 },
  table: 4711,
  count: 3,
  mode: 'enforce',
  minute: Math.floor(now / 60_000),
}

const letThrough: LetThrough = {
  edge: 'mx1',
  boot: '7k2m',
  seq: 10,
  at: now,
  ip: '2001:db8::1',
  queueId: '4XyZ',
  helo: null,
  mailFrom: '',
}

const table = new ListingTable()
table.put(entry('192.0.2.0/24'))

const standings: StandingsFrame = {
  type: 'standings',
  at: now,
  mode: 'defer',
  rules: { newPerHour: 40, greyKeptMs: 21_600_000, stormAttempts: 60 },
  whole: true,
  more: true,
  seq: 3,
  entries: [
    ['192.0.2.45/32', { kind: 'hourly', perHour: 7.5, reason: 'suspicious' }],
    ['org example.org', { kind: 'free' }],
    ['2001:db8::/64', { kind: 'grey', waitMs: 240_000, spacingMs: 600_000, reason: 'new-sender' }],
    ['kind none', null],
  ],
}

const frames: readonly Frame[] = [
  { type: 'hello', name: 'mx1', version: '0.1.0', epoch: '', seq: 0, boot: '7k2m' },
  { type: 'hello', name: 'mx1', version: '0.1.0', epoch: '', seq: 0, boot: '7k2m', takes: ['standings'] },
  { type: 'hello', name: 'mx1', version: '0.1.0', epoch: 'abc', seq: 2 ** 53 - 1, boot: '7k2m' },
  { type: 'welcome', epoch: 'abc', seq: 5, caseLinkKey: 'ab'.repeat(32), keyId: 255 },
  {
    type: 'welcome',
    epoch: 'abc',
    seq: 5,
    caseLinkKey: 'ab'.repeat(32),
    keyId: 0,
    settings: { mode: 'observe', list: [1] },
  },
  { type: 'snapshot', bytes: Buffer.from(encodeSnapshot(table, { epoch: 'abc', seq: 5, at: now })) },
  { type: 'change', seq: 6, change: { kind: 'put', entry: entry('2001:db8::/48') } },
  { type: 'change', seq: 7, change: { kind: 'watch', unit: listable('192.0.2.45'), until: now } },
  { type: 'ack', seq: 7, at: now },
  {
    type: 'records',
    batch: 1,
    records: [record, { ...record, budget: null, listing: null }],
    letThroughs: [letThrough],
  },
  { type: 'records', batch: 2, records: [], letThroughs: [] },
  { type: 'stored', batch: 2 },
  { type: 'ping', seq: 7, at: now },
  standings,
  { ...standings, mode: 'observe', whole: false, more: false, entries: [] },
]

const stream = Buffer.concat(frames.map(encodeFrame))

/** A frame by hand. */
function wire(type: number, body: string | Buffer, length = Buffer.byteLength(body) + 1): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(length)
  head.writeUInt8(type, 4)
  return Buffer.concat([head, Buffer.from(body)])
}

function readAll(chunks: readonly Uint8Array[]): Frame[] {
  const reader = new FrameReader()
  return chunks.flatMap((chunk) => reader.push(chunk))
}

/** Whether the bytes are read, or refused in the one way that is allowed. */
function isRead(bytes: Uint8Array): boolean {
  try {
    readAll([bytes])
    return true
  } catch (error) {
    assert.ok(error instanceof FeedError, `${String(error)} is no FeedError`)
    return false
  }
}

describe('A frame', () => {
  it('comes back as it was, of every type', () => {
    assert.deepEqual(readAll([stream]), frames)
  })

  it('comes back however the stream is cut', () => {
    assert.deepEqual(readAll([...stream].map((byte) => Uint8Array.of(byte))), frames)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 40 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
        const chunks = at.slice(1).map((end, nth) => Buffer.from(stream.subarray(at[nth], end)))
        assert.deepEqual(readAll(chunks), frames)
      }),
    )
  })

  it('is length, type, and JSON', () => {
    const bytes = encodeFrame({ type: 'stored', batch: 7 })
    assert.equal(bytes.toString('latin1'), '\0\0\0\x0c\x07{"batch":7}')
  })

  it('may say more than we know, and we leave that out', () => {
    assert.deepEqual(readAll([wire(7, '{"batch":7,"more":true,"type":"hello"}')]), [
      { type: 'stored', batch: 7 },
    ])
  })

  it('of a snapshot may be 24 megabytes that come in pieces', () => {
    const bytes = Buffer.alloc(24_000_000, 7)
    const wired = encodeFrame({ type: 'snapshot', bytes })
    const chunks: Buffer[] = []
    for (let at = 0; at < wired.length; at += 65_536) chunks.push(wired.subarray(at, at + 65_536))
    const [frame] = readAll(chunks)
    assert.ok(frame?.type === 'snapshot' && bytes.equals(frame.bytes))
  })

  it('is not written when no reader would take it', () => {
    const records = Array<DecisionRecord>(40_000).fill(record)
    assert.throws(() => encodeFrame({ type: 'records', batch: 1, records, letThroughs: [] }), RangeError)
  })
})

describe('The reader of frames', () => {
  it('refuses lengths, types and bodies that no peer sends', () => {
    const bad: readonly Buffer[] = [
      wire(0, '{}'),
      wire(9, '{}'),
      wire(7, '', 0),
      wire(3, '', 0),
      wire(7, '{}', 4 * 1024 + 2),
      wire(3, '', 256 * 1024 * 1024 + 2),
      wire(3, '', 0xffffffff),
      wire(7, ''),
      wire(7, 'null'),
      wire(7, '7'),
      wire(7, '[]'),
      wire(7, '"batch"'),
      wire(7, '{"batch":7'),
      wire(7, '{"batch":"7"}'),
      wire(7, '{"batch":-1}'),
      wire(7, '{"batch":1e300}'),
      wire(7, '{"batch":9007199254740992}'),
      wire(7, '\ufeff{"batch":7}'),
      wire(7, Buffer.from('{"batch":7,"x":"\xff"}', 'latin1')),
      wire(4, '{"seq":1,"change":{"kind":"resync"}}'),
      wire(4, '{"seq":1,"change":{"kind":"drop","prefix":"192.0.2.1/24"}}'),
      wire(5, `{"seq":1,"at":${'['.repeat(3000)}`),
    ]
    for (const bytes of bad) assert.equal(isRead(bytes), false, bytes.toString('latin1', 0, 60))
  })

  it('refuses what is wrong in any field of any frame', () => {
    const wrong: readonly unknown[] = [null, -1, 0.5, 'É\0', '', {}, [[]], true, 'x'.repeat(300)]
    const allowed = new Set([
      'hello.epoch=""',
      'welcome.settings={}',
      'standings.whole=true',
      'standings.more=true',
      ...['helo', 'ptr', 'mailFrom'].flatMap((field) => [`record.${field}=null`, `record.${field}=""`]),
      ...['listing', 'standing', 'budget'].map((field) => `record.${field}=null`),
      ...['helo', 'mailFrom'].flatMap((field) => [`letThrough.${field}=null`, `letThrough.${field}=""`]),
    ])
    const refuses = (of: string, type: number, good: object, wrap: (body: object) => object): void => {
      for (const field of Object.keys(good)) {
        for (const value of wrong) {
          const name = `${of}.${field}=${JSON.stringify(value)}`
          assert.equal(
            isRead(wire(type, JSON.stringify(wrap({ ...good, [field]: value })))),
            allowed.has(name),
            name,
          )
        }
      }
    }
    const as = (body: object): object => body
    refuses('hello', 1, { name: 'mx1', version: '1', epoch: 'a', seq: 1, boot: 'b' }, as)
    refuses(
      'welcome',
      2,
      { epoch: 'a', seq: 1, caseLinkKey: 'ab'.repeat(32), keyId: 1, settings: { a: 1 } },
      as,
    )
    refuses('ack', 5, { seq: 1, at: 1 }, as)
    refuses('ping', 8, { seq: 1, at: 1 }, as)
    const { type: _, ...fields } = standings
    refuses('standings', 9, fields, as)
    const [entry] = standings.entries
    const tooMany = { ...fields, entries: Array.from({ length: mostStandings + 1 }, () => entry) }
    assert.throws(() => new FrameReader('core').push(wire(9, JSON.stringify(tooMany))), FeedError)
    refuses('record', 6, record, (body) => ({ batch: 1, records: [body], letThroughs: [] }))
    refuses('letThrough', 6, letThrough, (body) => ({ batch: 1, records: [], letThroughs: [body] }))
  })

  it('takes no mailbox for a recipient, and not more than twenty recipients', () => {
    const withRecipients = (recipients: readonly string[]): Frame => ({
      type: 'records',
      batch: 1,
      records: [{ ...record, recipients }],
      letThroughs: [],
    })
    assert.equal(isRead(encodeFrame(withRecipients(['ada@example.org']))), false)
    assert.equal(isRead(encodeFrame(withRecipients(Array<string>(20).fill('0123456789abcdef')))), true)
    assert.equal(isRead(encodeFrame(withRecipients(Array<string>(21).fill('0123456789abcdef')))), false)
  })

  it('refuses at the head what only the nearer end sends', () => {
    const head = Buffer.from([0x0f, 0, 0, 0, 3])
    assert.throws(() => new FrameReader('edge').push(head), FeedError)
    assert.deepEqual(new FrameReader('core').push(head), [])
    assert.throws(() => new FrameReader('core').push(wire(6, '')), FeedError)
    assert.equal(new FrameReader('edge').push(encodeFrame({ type: 'ping', seq: 1, at: 1 })).length, 1)
  })

  it('stays closed after a frame that it could not read', () => {
    const reader = new FrameReader()
    assert.throws(() => reader.push(wire(7, 'null')), FeedError)
    assert.throws(() => reader.push(stream), FeedError)
  })

  it('does not quote what it refuses', () => {
    const told = (body: string): string => {
      try {
        readAll([wire(2, body)])
        return ''
      } catch (error) {
        return String(error)
      }
    }
    assert.match(
      told(JSON.stringify({ epoch: 'a', seq: 1, caseLinkKey: 'hush', keyId: 1 })),
      /welcome.*caseLinkKey/,
    )
    assert.doesNotMatch(told(JSON.stringify({ epoch: 'a', seq: 1, caseLinkKey: 'hush', keyId: 1 })), /hush/)
    assert.doesNotMatch(told('hush'), /hush/)
  })

  it('throws nothing but FeedError on random bytes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9 }),
        fc.uint8Array({ maxLength: 60 }),
        fc.boolean(),
        (type, noise, framed) => {
          isRead(framed ? wire(type, Buffer.from(noise)) : noise)
        },
      ),
      { numRuns: 3000 },
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.jsonValue(), (type, value) => {
        if (type !== 3) assert.equal(isRead(wire(type, JSON.stringify(value))), false)
      }),
      { numRuns: 1000 },
    )
  })

  it('throws nothing but FeedError on frames with bytes changed, lost, doubled or swapped', () => {
    const mutation = fc.record({
      how: fc.constantFrom('change', 'lose', 'double', 'swap'),
      at: fc.nat(stream.length - 1),
      to: fc.nat(stream.length - 1),
      byte: fc.nat(255),
    })
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        isRead(mutations.reduce(mutate, Buffer.from(stream)))
      }),
      { numRuns: 3000 },
    )
  })
})

function mutate(
  bytes: Buffer,
  { how, at, to, byte }: { how: string; at: number; to: number; byte: number },
): Buffer {
  switch (how) {
    case 'change':
      return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + 1)])
    case 'lose':
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + (byte % 16))])
    case 'double':
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - byte))])
    default:
      return Buffer.concat([bytes.subarray(at), bytes.subarray(to)])
  }
}

describe('What a stranger said', () => {
  it('is kept without control characters, and cut', () => {
    assert.equal(recordText('mail.example.org'), 'mail.example.org')
    assert.equal(recordText('a\0b\r\nc\x7f\x9f'), 'a?b??c??')
    assert.equal(recordText('x'.repeat(300)).length, 255)
    assert.equal(recordText(`${'x'.repeat(254)}\u{1f4e8}`), `${'x'.repeat(254)}\ufffd`)
  })

  it('passes the reader whatever it was', () => {
    const anything = fc.string({ unit: 'binary', maxLength: 400 })
    fc.assert(
      fc.property(
        anything,
        fc.string({
          unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
          maxLength: 300,
        }),
        (a, b) => {
          const kept: Frame = {
            type: 'records',
            batch: 1,
            records: [{ ...record, helo: recordText(a), mailFrom: recordText(b) }],
            letThroughs: [],
          }
          assert.deepEqual(readAll([encodeFrame(kept)]), [kept])
        },
      ),
    )
  })
})
