import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { orThrow } from '../../base/refusal.ts'
import { testSettings } from '../../../test/support/context.ts'
import { testListings } from '../../../test/support/site.ts'
import { parseAddress } from '../../standards/ip.ts'
import { entryOf, type Evidence } from '../listings/listing.ts'
import { explanationOf, verdictOf, type Explanation, type Level } from './explanation.ts'

function evidenceAt(level: Level, evidence: readonly Evidence[]): readonly Evidence[] | undefined {
  const [first] = testListings
  assert.ok(first)
  const listing = { ...first, evidence }
  const verdict = { action: 'reject', reason: 'spam', listing: entryOf(listing), spared: null } as const
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
        : ({ action, reason: 'spam', listing: entryOf(first), spared: null } as const)
    return explanationOf(
      address,
      verdict,
      action === 'pass' ? [] : [first],
      testSettings({ policy: { mode } }),
      'operator',
    )
  }

  it('is in observe that mail passes, and beside it what enforce would do and say', () => {
    const { action, mode, wouldBe, code, path, line } = explained('observe', 'reject')
    assert.deepEqual([action, mode, wouldBe, code, path], ['pass', 'observe', 'reject', 550, 'portal'])
    assert.match(line ?? '', /^550 5\.7\.606 /)
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
