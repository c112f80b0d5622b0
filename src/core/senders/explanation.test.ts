import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { orThrow } from '../../base/refusal.ts'
import { testSettings } from '../../../test/support/context.ts'
import { testListings } from '../../../test/support/site.ts'
import { parseAddress } from '../../standards/ip.ts'
import { entryOf, type Evidence } from '../listings/listing.ts'
import { explanationOf, type Level } from './explanation.ts'

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
