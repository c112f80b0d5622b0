import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { testSettings, testStart } from '../../../test/support/context.ts'
import { knownSender } from '../../../test/support/known-sender.ts'
import { testListings } from '../../../test/support/site.ts'
import { orThrow } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { nothing } from '../reputation/evidence.ts'
import type { KnownSender } from '../reputation/known-sender.ts'
import { engineName, entryOf } from '../listings/listing.ts'
import { explanationOf, type Explanation, type Level } from './explanation.ts'

const address = orThrow(parseAddress('192.0.2.45'))
const pass = { action: 'pass', reason: null, listing: null, spared: null } as const

function explained(
  level: Level,
  known: Partial<KnownSender> = {},
  mode: 'observe' | 'enforce' = 'enforce',
): Explanation {
  const settings = testSettings()
  return explanationOf(
    address,
    pass,
    [],
    { ...settings, reputation: { ...settings.reputation, mode } },
    level,
    level === 'anyone' ? undefined : { sender: knownSender(known), now: testStart },
  )
}

const forOperators = [
  'standing',
  'counters',
  'sources',
  'onlySource',
  'rule',
  'bounds',
  'line',
  'prior',
  'recurrence',
  'firstSeen',
  'lastSeen',
  'name',
  'home',
  'days',
]

describe('What an explanation tells of the judgement', () => {
  it('is nothing to strangers', () => {
    const seen = explained('anyone')
    for (const name of [...forOperators, 'evidence', 'concerns', 'ways']) assert.ok(!(name in seen), name)
  })

  it('is of an agreed forecast its end to the sender, its figures to operators, nothing to strangers or while we observe', () => {
    const until = Date.UTC(2026, 4, 18)
    const raise = { until, perDay: 24_000, perHour: 1000 }
    const told = '2026-05-18T00:00:00.000Z'
    assert.deepEqual(explained('link', { raise }).forecast, { until: told })
    assert.deepEqual(explained('operator', { raise }).forecast, {
      until: told,
      perDay: 24_000,
      perHour: 1000,
    })
    assert.equal(explained('anyone', { raise }).forecast, undefined)
    assert.equal(explained('link', { raise }, 'observe').forecast, undefined)
    assert.ok(!('forecast' in explained('operator')))
  })

  it('is kinds, where they go, rounded counts and two ways out to the sender; never traps, grade or line', () => {
    const seen = explained('link')
    for (const name of forOperators) assert.ok(!(name in seen), name)
    assert.deepEqual(seen.concerns, [
      { kind: 'unwanted-share', direction: 'falling' },
      { kind: 'complaints', direction: 'steady' },
    ])
    assert.deepEqual(
      seen.ways?.map(({ kind }) => kind),
      ['stop-unwanted', 'retry'],
    )
    assert.deepEqual(seen.evidence, [
      { kind: 'messages', count: 400 },
      { kind: 'spam', count: 300 },
      { kind: 'complaints', count: 7 },
    ])
    assert.doesNotMatch(JSON.stringify(seen), /trap|0\.6\b|0\.684/)
  })

  it('is nothing to the sender while the engine only observes', () => {
    const seen = explained('link', {}, 'observe')
    assert.deepEqual([seen.evidence, seen.ways, seen.concerns], [[], [], undefined])
  })

  it('is everything to operators: grade, counters, bounds, line, budget left, and the rule that decides', () => {
    const seen = explained('operator')
    assert.deepEqual(seen.standing, {
      grade: 'bad',
      budget: { kind: 'hourly', perHour: 20, left: 17 },
      key: '192.0.2.45/32',
    })
    assert.deepEqual(
      [seen.rule, seen.line, seen.bounds?.lower, seen.recurrence],
      ['suspicious', 0.6, 0.684, 1],
    )
    assert.ok(seen.counters?.some(({ kind, count }) => kind === 'traps' && count === 4))
    assert.equal(seen.days?.length, 25)
  })

  it('is a way out for each thing that a sender is held to', () => {
    const ways = (known: Partial<KnownSender>): readonly string[] =>
      explained('link', { counts: nothing, ...known }).ways?.map(({ kind }) => kind) ?? []
    const grey = { kind: 'grey', waitMs: 240_000, spacingMs: 0, reason: 'new-sender' } as const
    assert.deepEqual(ways({ standing: { kind: 'free' } }), [])
    assert.deepEqual(ways({ isHeld: false }), [], 'nobody has judged: nothing is held up')
    assert.deepEqual(ways({ standing: { kind: 'hourly', perHour: 40, reason: 'new-sender' } }), [
      'retry',
      'clean',
    ])
    assert.deepEqual(ways({ standing: grey, name: { kind: 'none', text: undefined } }), [
      'retry',
      'reverse-name',
    ])
    const harvest = { ...nothing, recipients: 20, unknown: 15 }
    assert.deepEqual(ways({ counts: harvest }), ['clean-list', 'retry'])
  })

  it('names the listing as the rule where one decides', () => {
    const [first] = testListings
    assert.ok(first)
    for (const [actor, rule] of [
      ['operator:ada', 'listed-by-hand'],
      [engineName, 'over-line'],
    ] as const) {
      const listing = { ...first, actor }
      const entry = entryOf(listing, 'enforce')
      const verdict = { action: 'reject', reason: 'spam', listing: entry, spared: null } as const
      const seen = explanationOf(address, verdict, [listing], testSettings(), 'operator', {
        sender: knownSender(),
        now: testStart,
      })
      assert.equal(seen.rule, rule)
      assert.deepEqual(
        seen.ways?.map(({ kind }) => kind),
        ['portal', 'wait'],
      )
    }
  })
})
