import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isFinal, reviewOf, turnOf, type Look } from './review.ts'

const look: Look = {
  symptom: 'refused',
  isSpecial: false,
  isOurs: false,
  isOpened: true,
  isForeignRange: false,
  isListedInside: false,
  course: { kind: 'lift' },
  isPutOff: false,
  tests: [{ test: 'reverse-name', said: 'passes' }],
  until: '2026-05-18T10:00:00.000Z',
}
const of = (more: Partial<Look>): string => {
  const { state, why } = reviewOf({ ...look, ...more })
  return `${state} ${why}`
}
const failing = [
  { test: 'reverse-name', said: 'fails' },
  { test: 'check:spf:example.org', said: 'unknown' },
] as const

describe('the automatic review of an address', () => {
  it('lets in what the portal would let in, once the named tests pass', () => {
    assert.equal(of({}), 'mitigated freed')
    assert.equal(of({ tests: failing }), 'conditionally-mitigated tests')
    const { facts } = reviewOf({ ...look, tests: failing })
    // What could not be found out is held against nobody.
    assert.deepEqual(facts, { tests: [failing[0]], until: look.until })
  })

  it('lets in nothing that cannot be asked for, whatever the list says', () => {
    for (const more of [{ isSpecial: true }, { isOurs: true }, { isOpened: false }])
      assert.match(of(more), /^not-qualified/)
    assert.equal(of({ isForeignRange: true }), 'escalated range')
    assert.equal(of({ isForeignRange: true, course: { kind: 'none' } }), 'needs-info not-listed')
    assert.equal(
      of({ isForeignRange: true, isListedInside: true, course: { kind: 'none' } }),
      'escalated range',
    )
  })

  it('says what the portal says', () => {
    assert.equal(of({ course: { kind: 'person' } }), 'escalated person')
    assert.equal(
      of({ course: { kind: 'cool-down', again: '2026-05-05T10:00:00Z' } }),
      'not-qualified cool-down',
    )
    assert.equal(of({ course: { kind: 'third-party', url: undefined } }), 'not-qualified third-party')
    assert.equal(of({ course: { kind: 'policy', test: 'reverse-name' } }), 'not-qualified policy-test')
  })

  it('looks for another cause where nothing is listed, by the symptom', () => {
    const course = { kind: 'none' } as const
    assert.equal(of({ course }), 'needs-info not-listed')
    assert.equal(of({ course, symptom: 'delayed', isPutOff: true }), 'auto-reviewed put-off')
    assert.equal(of({ course, symptom: 'delayed' }), 'auto-reviewed passes')
    assert.equal(of({ course, symptom: 'junk' }), 'escalated junk')
    assert.equal(of({ course, symptom: 'junk', tests: failing }), 'not-qualified untested')
  })

  it('is ours while a person looks, theirs while something is asked, and over when nothing is left', () => {
    assert.equal(turnOf(['mitigated', 'escalated', 'needs-info']), 'ours')
    assert.equal(turnOf(['mitigated', 'needs-info', 'conditionally-mitigated']), 'theirs')
    assert.equal(turnOf(['not-qualified', 'conditionally-mitigated']), 'tests')
    assert.equal(turnOf(['mitigated', 'not-qualified', 'auto-reviewed', 'closed']), 'nobody')
    assert.equal(isFinal('escalated'), false)
  })
})
