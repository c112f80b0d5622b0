import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { breachesIn } from './check-ledger.ts'
import type { AuditRow, FeedRow, Ledger, Letter, Listing, Request } from './ledger.ts'
import type { Entry } from './written-ahead.ts'

/** One sender that was delisted, one that stays listed, one whose listing expired; and what the driver knows of them. */
const listings: readonly Listing[] = [
  { id: 'l1', prefix: '192.0.2.1/32', state: 'ended', endsAt: 900, endedAt: 50, endedWhy: 'delist-unproven' },
  { id: 'l2', prefix: '2001:db8:1:2::/64', state: 'active', endsAt: 900, endedAt: 0, endedWhy: '' },
  { id: 'l3', prefix: '192.0.2.3/32', state: 'ended', endsAt: 60, endedAt: 61, endedWhy: 'expired' },
]
const request: Request = {
  id: 'r1',
  ip: '192.0.2.1',
  unit: '192.0.2.1/32',
  mailbox: 'a@d1.example',
  state: 'done',
  outcome: 'delisted',
  listing: 'l1',
  isLetThrough: false,
}
const letter: Letter = { id: 'm1', key: 'confirm:r1', mailbox: 'a@d1.example', state: 'sent', createdAt: 20 }
const feed: readonly FeedRow[] = [
  { seq: 1, kind: 'put', about: '192.0.2.1/32' },
  { seq: 2, kind: 'put', about: '2001:db8:1:2::/64' },
  { seq: 3, kind: 'put', about: '192.0.2.3/32' },
  { seq: 4, kind: 'drop', about: '192.0.2.1/32' },
  { seq: 5, kind: 'watch', about: '192.0.2.1/32' },
  { seq: 6, kind: 'drop', about: '192.0.2.3/32' },
]
const deeds: readonly (readonly [action: string, subject: string])[] = [
  ['listing.added', 'listing:l1'],
  ['listing.added', 'listing:l2'],
  ['listing.added', 'listing:l3'],
  ['delist-request.started', 'delist-request:r1'],
  ['letter.queued', 'letter:m1'],
  ['letter.sent', 'letter:m1'],
  ['listing.ended', 'listing:l1'],
  ['delist-request.delisted', 'delist-request:r1'],
  ['listing.ended', 'listing:l3'],
]
const entries: readonly Entry[] = [
  { kind: 'ask-listing', ip: '192.0.2.1' },
  { kind: 'listed', ip: '192.0.2.1', id: 'l1' },
  { kind: 'ask-listing', ip: '2001:db8:1:2::25' },
  { kind: 'ask-listing', ip: '192.0.2.3', ends: '60' },
  { kind: 'ask-request', ip: '192.0.2.1', mailbox: 'a@d1.example' },
  { kind: 'requested', ip: '192.0.2.1', mailbox: 'a@d1.example', id: 'r1' },
  { kind: 'ask-confirm', id: 'r1', ip: '192.0.2.1' },
  { kind: 'confirmed', id: 'r1', ip: '192.0.2.1', outcome: 'delisted', listing: 'l1' },
]

function chain(list: readonly (readonly [string, string])[]): {
  audit: AuditRow[]
  auditHead: Ledger['auditHead']
} {
  const audit: AuditRow[] = []
  let previous = ''
  for (const [action, subject] of list) {
    const seq = audit.length + 1
    const json = JSON.stringify({ action, actor: 'system:test', at: seq, facts: {}, seq, subject })
    const hash = createHash('sha256')
      .update(previous + json)
      .digest('hex')
    audit.push({ seq, at: seq, actor: 'system:test', action, subject, facts: '{}', previous, hash })
    previous = hash
  }
  return { audit, auditHead: { seq: audit.length, value: previous } }
}

const sound: Ledger = {
  listings,
  requests: [request],
  ...chain(deeds),
  feed,
  feedSeq: feed.length,
  letters: [letter],
  watches: new Set(['192.0.2.1/32']),
  entries,
}

const without = <T>(list: readonly T[], nth: number): T[] => list.filter((_, index) => index !== nth)
const [delisted, standing, expired] = listings as readonly [Listing, Listing, Listing]

/** What must be noticed: the ledger, and a part of the sentence. */
const planted: Record<string, readonly [Partial<Ledger>, RegExp]> = {
  'an acknowledged request is gone': [{ requests: [] }, /lost: acknowledged request r1/],
  'an acknowledged listing is gone': [{ listings: [standing, expired] }, /lost: acknowledged listing l1/],
  'an acknowledged delisting was forgotten': [
    { requests: [{ ...request, state: 'open', outcome: '', listing: '' }] },
    /lost: confirmation of r1/,
  ],
  'a delisting was noted and not done': [
    { listings: [{ ...delisted, state: 'active' }, standing, expired] },
    /l1 .*is active, but a request says/,
  ],
  'a listing began that nobody asked for': [{ entries: without(entries, 2) }, /l2 .*nobody asked for it/],
  'a listing ended that nobody asked for': [
    { listings: [delisted, { ...standing, state: 'ended', endedWhy: 'operator' }, expired] },
    /l2 .*ended by operator, unasked/,
  ],
  'a listing ended by a request that nobody confirmed': [
    { entries: without(without(entries, 7), 6) },
    /l1 .*unasked/,
  ],
  'a listing expired before its time': [
    { listings: [delisted, standing, { ...expired, endedAt: 59 }] },
    /l3 .*ended by expired, unasked/,
  ],
  'a listing ended twice': [chain([...deeds, ['listing.ended', 'listing:l1']]), /l1 .*ended 2 times/],
  'a listing began twice': [chain([...deeds, ['listing.added', 'listing:l2']]), /l2 .*began 2 times/],
  'an end is without an audit record': [chain(without(deeds, 6)), /l1 .*ended 0 times/],
  'the edges were not told of an end': [{ feed: without(feed, 3) }, /feed: 5 stands where 4/],
  'the edges were told of an end that was none': [
    { feed: [...feed, { seq: 7, kind: 'drop', about: '2001:db8:1:2::/64' }], feedSeq: 7 },
    /is listed, and the edges were not told/,
  ],
  'the feed counts on': [{ feedSeq: 7 }, /feed: the head says 7/],
  'a request was made by nobody': [{ entries: without(entries, 4) }, /r1 .*nobody made it/],
  'nobody watches for the first message': [{ watches: new Set() }, /r1 .*nobody watches/],
  'a fourth letter went to a mailbox': [
    { letters: ['m1', 'm2', 'm3', 'm4'].map((id) => ({ ...letter, id })) },
    /4 letters to a@d1.example/,
  ],
  'a letter belongs to nothing': [
    { letters: [{ ...letter, key: 'confirm:r9' }] },
    /m1: belongs to no request/,
  ],
  'a letter was never sent': [{ letters: [{ ...letter, state: 'sending' }] }, /m1: is sending/],
  'the audit tells of what is not there': [
    chain([...deeds, ['listing.added', 'listing:l9']]),
    /listing:l9, which is not there/,
  ],
  'an audit record was changed': [
    { audit: sound.audit.map((row) => (row.seq === 3 ? { ...row, actor: 'cli:nobody' } : row)) },
    /record 3 is not what was hashed/,
  ],
  'an audit record is missing': [{ audit: without(sound.audit, 4) }, /audit: 6 comes after 4/],
  'the end of the audit was cut off': [{ audit: without(sound.audit, 8) }, /the head names another record/],
}

describe('The checker of fault series', () => {
  it('finds nothing where nothing is wrong', () => {
    assert.deepEqual(breachesIn(sound), [])
  })

  it('takes a request whose answer never came either way, if it is whole', () => {
    const unanswered = without(without(entries, 7), 5)
    assert.deepEqual(breachesIn({ ...sound, entries: unanswered }), [])
  })

  for (const [title, [change, sentence]] of Object.entries(planted)) {
    it(`says so when ${title}`, () => {
      assert.match(breachesIn({ ...sound, ...change }).join('\n'), sentence)
    })
  }
})
