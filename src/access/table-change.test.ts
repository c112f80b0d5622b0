import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { entry, farAddress, listable, randomEntry, seededRandom } from '../../test/support/listing-entries.ts'
import { unitOf } from '../standards/prefix.ts'
import { FeedError } from './feed-error.ts'
import type { TableChange } from './listing-entry.ts'
import { changeFromJson, changeToJson } from './table-change.ts'
import { vouchNetwork } from './vouch.ts'

const hash = 'AAAAAAAAAAAAAAAAAAAAAA'

function throughText(change: TableChange): TableChange {
  return changeFromJson(JSON.parse(JSON.stringify(changeToJson(change))))
}

describe('A change', () => {
  it('comes back from its JSON', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }), fc.nat(0xfffffffe), (seed, seconds) => {
        const random = seededRandom(seed)
        const put = randomEntry(random, farAddress(random), (seconds + 1) * 1000)
        const unit = unitOf(farAddress(random))
        for (const change of [
          { kind: 'put', entry: put },
          { kind: 'drop', prefix: put.prefix },
          { kind: 'watch', unit, until: seconds },
          { kind: 'unwatch', unit },
          { kind: 'vouch', vouch: { hash, network: vouchNetwork(farAddress(random)), until: seconds } },
          { kind: 'vouch', vouch: { hash, network: null, until: seconds } },
          { kind: 'unvouch', hash },
        ] as const) {
          assert.deepEqual(throughText(change), change)
        }
      }),
    )
  })

  it('has its prefix as text and its times in milliseconds', () => {
    assert.deepEqual(
      changeToJson({ kind: 'put', entry: entry('2001:db8::/48', { ends: 1_700_000_000_000 }) }),
      {
        kind: 'put',
        prefix: '2001:db8::/48',
        id: '0123456789ab',
        cause: 'spam',
        class: 'self-service',
        effect: 'refuse',
        ends: 1_700_000_000_000,
      },
    )
    assert.deepEqual(changeToJson({ kind: 'unwatch', unit: listable('192.0.2.45') }), {
      kind: 'unwatch',
      unit: '192.0.2.45/32',
    })
  })

  it('may say more than we know, and we leave that out', () => {
    assert.deepEqual(changeFromJson({ kind: 'drop', prefix: '192.0.2.0/24', why: 'expired' }), {
      kind: 'drop',
      prefix: listable('192.0.2.0/24'),
    })
  })

  it('of a vouch is refused with another hash or network than an edge can hold', () => {
    const good = { kind: 'vouch', hash, network: '192.0.2.0/24', until: 1 }
    assert.equal(changeFromJson(good).kind, 'vouch')
    for (const bad of [
      { hash: 'A' },
      { hash: `${hash.slice(1)}B` },
      { network: '192.0.2.0/25' },
      { network: '192.0.0.0/16' },
      { network: '2001:db8::/48' },
      { network: 'ada@provider.example' },
      { until: -1 },
    ])
      assert.throws(() => changeFromJson({ ...good, ...bad }), FeedError, JSON.stringify(bad))
  })

  it('is refused when a table could not apply it', () => {
    const good = changeToJson({ kind: 'put', entry: entry('192.0.2.0/24') })
    const bad: unknown[] = [
      undefined,
      null,
      'drop',
      [],
      {},
      { kind: 'resync' },
      { kind: 'drop' },
      ...[
        0,
        '',
        '192.0.2.0',
        '192.0.2.1/24',
        '192.0.2.0/7',
        '192.0.2.0/33',
        '192.0.2.0/024',
        '192.0.2.00/24',
        ' 192.0.2.0/24',
        '::ffff:192.0.2.0/120',
        '2001:DB8::/32',
        '2001:db8::/65',
        '0.0.0.0/0',
      ].flatMap((prefix) => [
        { ...good, prefix },
        { kind: 'drop', prefix },
      ]),
      { kind: 'watch', unit: '192.0.2.0/24', until: 5 },
      { kind: 'watch', unit: '2001:db8::/48', until: 5 },
      { kind: 'watch', unit: '192.0.2.45/32' },
      { kind: 'unwatch', unit: '192.0.2.45' },
      ...[-1, 0.5, NaN, Infinity, '5', null, 9e15].map((until) => ({
        kind: 'watch',
        unit: '192.0.2.45/32',
        until,
      })),
      ...['', '0123456789a', '0123456789abc', '0123456789aU', '0123456789al', 5].map((id) => ({
        ...good,
        id,
      })),
      { ...good, cause: 'envy' },
      { ...good, cause: 'toString' },
      { ...good, class: 'business' },
      { ...good, effect: 'maybe' },
      ...[0, -1000, 1500, 2 ** 32 * 1000, '2000'].map((ends) => ({ ...good, ends })),
    ]
    for (const each of bad) assert.throws(() => changeFromJson(each), FeedError, JSON.stringify(each))
  })
})
