import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { orThrow } from '../../base/refusal.ts'
import { testSettings, testStart } from '../../../test/support/context.ts'
import { testListings } from '../../../test/support/site.ts'
import { decide } from '../../access/decide.ts'
import { exemptMailboxes } from '../../access/exempt.ts'
import type { EngineMode } from '../../access/standing.ts'
import { parseAddress } from '../../standards/ip.ts'
import { engineName, entryOf, type Evidence } from '../listings/listing.ts'
import { explanationOf, verdictOf, type Explanation, type Level } from './explanation.ts'

function evidenceAt(level: Level, evidence: readonly Evidence[]): readonly Evidence[] | undefined {
  const [first] = testListings
  assert.ok(first)
  const listing = { ...first, evidence }
  const verdict = {
    action: 'reject',
    reason: 'spam',
    listing: entryOf(listing, 'enforce'),
    spared: null,
  } as const
  return explanationOf(orThrow(parseAddress('192.0.2.45')), verdict, [listing], testSettings(), level)
    .evidence
}

describe('What an explanation tells of the evidence', () => {
  const evidence = [
    { kind: 'spam', count: 318 },
    { kind: 'traps', count: 4 },
    { kind: 'Traps', count: 4 },
    { kind: 'spamtrap-hits', count: 9 },
    { kind: 'trap-7@provider.example', count: 1 },
  ]
  it('is nothing to strangers, and everything to operators', () => {
    assert.equal(evidenceAt('anyone', evidence), undefined)
    assert.deepEqual(evidenceAt('operator', evidence), evidence)
  })
  it('is to the sender what has a name of ours, rounded; a trap by no name', () => {
    assert.deepEqual(evidenceAt('link', evidence), [{ kind: 'spam', count: 300 }])
  })
})

describe('What an explanation says of the mode', () => {
  const [first] = testListings
  assert.ok(first)
  const address = orThrow(parseAddress('192.0.2.45'))
  const explained = (mode: 'enforce' | 'observe', action: 'reject' | 'pass'): Explanation => {
    const verdict =
      action === 'pass'
        ? ({ action, reason: null, listing: null, spared: null } as const)
        : ({ action, reason: 'spam', listing: entryOf(first, 'enforce'), spared: null } as const)
    return explanationOf(
      address,
      verdict,
      action === 'pass' ? [] : [first],
      testSettings({ policy: { mode } }),
      'operator',
    )
  }

  it('is in observe that mail passes, and beside it what enforce would do and say', () => {
    const { action, mode, wouldBe, code, path, reply } = explained('observe', 'reject')
    assert.deepEqual([action, mode, wouldBe, code, path], ['pass', 'observe', 'reject', 550, 'portal'])
    assert.match(reply ?? '', /^550 5\.7\.606 /)
    assert.equal(verdictOf(explained('observe', 'reject')), 'reject')
    assert.equal(explained('observe', 'pass').wouldBe, 'pass')
  })

  it('is in enforce nothing but the mode', () => {
    const explanation = explained('enforce', 'reject')
    assert.deepEqual([explanation.action, explanation.mode], ['reject', 'enforce'])
    assert.ok(!('wouldBe' in explanation))
    assert.equal(verdictOf(explanation), 'reject')
  })
})

describe('What an explanation says of a listing by the engine', () => {
  const [first] = testListings
  assert.ok(first)
  const address = orThrow(parseAddress('192.0.2.45'))
  const listing = { ...first, actor: engineName }
  const explained = (engine: EngineMode, level: Level): Explanation => {
    const reputation = { ...testSettings().reputation, mode: engine }
    const rules = {
      protected: [],
      protectedNames: [],
      exempt: exemptMailboxes([], [], ''),
      exemptPerHour: 0,
      ourNames: new Set(''),
    }
    const view = { listing: entryOf(listing, engine), spent: 0 }
    const verdict = decide(view, { address }, rules, testStart)
    return explanationOf(address, verdict, [listing], testSettings({ reputation }), level)
  }

  it('is nothing to anybody but operators while the engine only observes', () => {
    for (const level of ['anyone', 'link'] as const) {
      const { action, code, listings, path, wouldBe } = explained('observe', level)
      assert.deepEqual([action, code, listings, path, wouldBe], ['pass', null, [], 'none', undefined])
    }
    const { action, wouldBe, code, reply, listings } = explained('observe', 'operator')
    assert.deepEqual([action, wouldBe, code], ['pass', 'reject', 550])
    assert.match(reply ?? '', /^550 5\.7\.606 /)
    assert.deepEqual(
      listings.map(({ effect }) => effect),
      ['observe'],
    )
  })

  it('is that mail is put off while it only defers, and the way out', () => {
    const { action, code, reason, path, listings } = explained('defer', 'link')
    assert.deepEqual([action, code, reason, path], ['defer', 451, 'suspicious', 'portal'])
    assert.deepEqual(
      listings.map(({ effect }) => effect),
      ['defer'],
    )
  })

  it('is the refusal where the engine may refuse', () => {
    const { action, code, wouldBe } = explained('enforce', 'operator')
    assert.deepEqual([action, code, wouldBe], ['reject', 550, undefined])
  })
})
