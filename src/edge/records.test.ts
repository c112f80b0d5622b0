import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Secret } from '../base/secret.ts'
import { encodeFrame, FrameReader, type DecisionRecord, type LetThrough } from '../access/feed-frame.ts'
import { mailboxHash, readRecipientHash, recipientDomainHash } from '../access/recipient-hash.ts'
import { until } from '../../test/support/edge.ts'
import { Records, type RefusalFacts, type Spoken } from './records.ts'

const minute = 29_000_000

function facts(): RefusalFacts {
  return {
    at: minute * 60_000,
    ip: '192.0.2.45',
    helo: 'mail.example.org',
    ptr: null,
    mailFrom: 'example.org',
    code: 550,
    status: '5.7.606',
    reason: 'spam',
    listing: '0123456789ab',
    budget: null,
    table: 7,
    mode: 'enforce',
    minute,
  }
}

/** A refusal of the same sending domain in that minute. */
function said(at: number, mailFrom: string | null = 'example.org'): Spoken {
  return { at: at * 60_000, minute: at, mailFrom }
}

interface Shipped {
  readonly records: readonly DecisionRecord[]
  readonly letThroughs: readonly LetThrough[]
}

function gathering(): { readonly records: Records; readonly shipped: Shipped[]; lost: number } {
  const gathered = { shipped: [] as Shipped[], lost: 0 }
  const records = new Records({
    edge: 'test',
    boot: 'boot',
    recipientsKey: new Secret(Buffer.alloc(32, 7)),
    ship: (batch, letThroughs) => gathered.shipped.push({ records: batch, letThroughs }),
    onLost: (count) => (gathered.lost += count),
  })
  return Object.assign(gathered, { records })
}

describe('decision records', () => {
  it('are shipped within a second, in a form that core takes', async () => {
    const { records, shipped } = gathering()
    records.add('token', 'line', 'alice@provider.example', facts())
    await until(() => shipped.length === 1, 'a batch', 1000)
    const bytes = encodeFrame({
      type: 'records',
      batch: 1,
      records: shipped[0]?.records ?? [],
      letThroughs: [],
    })
    const [frame] = new FrameReader('edge').push(bytes)
    assert.ok(frame?.type === 'records')
    const { recipients, ...record } = frame.records[0] ?? assert.fail()
    assert.deepEqual(record, {
      v: 1,
      edge: 'test',
      boot: 'boot',
      seq: 1,
      stage: 'rcpt',
      standing: null,
      count: 1,
      ...facts(),
    })
    assert.equal(recipients.length, 1)
    records.close()
  })

  it('are one for each token and minute, however often it is refused; the count grows under the same number', () => {
    const { records, shipped } = gathering()
    assert.equal(records.again('token', said(minute), 'a@provider.example'), undefined)
    records.add('token', 'line', 'alice@provider.example', facts())
    assert.equal(records.again('token', said(minute), 'b@provider.example'), 'line')
    records.flush()
    assert.equal(records.again('token', said(minute), 'b@provider.example'), 'line')
    records.flush()
    records.flush()
    assert.deepEqual(
      shipped.flatMap((batch) =>
        batch.records.map(({ seq, count, recipients }) => [seq, count, recipients.length]),
      ),
      [
        [1, 2, 2],
        [1, 3, 2],
      ],
    )
    assert.equal(records.again('token', said(minute + 1), 'b@provider.example'), undefined)
    records.close()
  })

  it('name at most twenty recipients, by keyed hash and whatever their letter case', () => {
    const { records, shipped } = gathering()
    records.add('token', 'line', 'Alice@provider.example', facts())
    records.again('token', said(minute), 'alice@PROVIDER.example')
    for (let nth = 0; nth < 30; nth++) records.again('token', said(minute), `user${nth}@provider.example`)
    records.flush()
    const record = shipped[0]?.records[0]
    assert.equal(record?.count, 32)
    assert.equal(record?.recipients.length, 20)
    assert.equal(new Set(record?.recipients).size, 20)
    assert.ok(!JSON.stringify(record).includes('alice'))
    records.close()
  })

  it('tell sending domains apart, each with its own recipients; from the fourth on they share one that names none', () => {
    const { records, shipped } = gathering()
    records.add('token', 'line', 'alice@provider.example', facts())
    for (const domain of ['a.example', 'b.example', 'c.example', 'd.example', 'a.example'])
      assert.equal(records.again('token', said(minute, domain), `${domain}@provider.example`), 'line')
    records.flush()
    assert.deepEqual(
      shipped.flatMap((batch) =>
        batch.records.map(({ mailFrom, count, recipients }) => [mailFrom, count, recipients.length]),
      ),
      [
        ['example.org', 1, 1],
        ['a.example', 2, 1],
        ['b.example', 1, 1],
        [null, 2, 2],
      ],
    )
    records.close()
  })

  it('are found by core once it has said with which key, by mailbox and by domain', () => {
    const { records, shipped } = gathering()
    records.add('before', 'line', 'alice@provider.example', facts())
    const key = new Secret(Buffer.alloc(32, 8))
    records.hashWith(key)
    records.add('after', 'line', 'Alice@provider.example', facts())
    records.flush()
    const [before, after] = shipped.flatMap((batch) => batch.records.map(({ recipients }) => recipients[0]))
    assert.equal(readRecipientHash(before ?? ''), undefined)
    assert.deepEqual(readRecipientHash(after ?? ''), {
      mailbox: mailboxHash(key, 'alice@provider.example'),
      domain: recipientDomainHash(key, 'provider.example'),
    })
    records.close()
  })

  it('are given up in a flood rather than kept without bound, and counted', () => {
    const gathered = gathering()
    for (let nth = 0; nth < 25_000; nth++)
      gathered.records.add(`token ${nth}`, 'line', 'alice@provider.example', facts())
    gathered.records.flush()
    const kept = gathered.shipped.reduce((sum, batch) => sum + batch.records.length, 0)
    assert.equal(kept, 20_000)
    assert.equal(gathered.lost, 5000)
    assert.ok(gathered.shipped.every((batch) => batch.records.length <= 256))
    gathered.records.close()
  })
})

describe('let-through notices', () => {
  it('are shipped at once, a few for each unit and minute', async () => {
    const { records, shipped } = gathering()
    const notice = { at: minute * 60_000, ip: '192.0.2.45', queueId: '4XyZ', helo: null, mailFrom: '' }
    for (let nth = 0; nth < 50; nth++) records.letThrough('192.0.2.45/32', notice)
    records.letThrough('192.0.2.46/32', { ...notice, ip: '192.0.2.46' })
    await until(() => shipped.length > 0, 'a batch', 100)
    const told = shipped.flatMap((batch) => batch.letThroughs)
    assert.equal(told.filter(({ ip }) => ip === '192.0.2.45').length, 10)
    assert.equal(told.filter(({ ip }) => ip === '192.0.2.46').length, 1)
    assert.equal(new Set(told.map(({ seq }) => seq)).size, 11)
    records.close()
  })
})
